// SPDX-License-Identifier: Apache-2.0
// A scan of storage, a transaction for each page of it. Home loop; works on database threads.
#include "accounts/stored_peers.hpp"

#include <memory>
#include <utility>

#include "accounts/store/devices.hpp"

namespace junctor::accounts {
namespace {

constexpr uint64_t kPage = 500;
constexpr Duration kAgain = std::chrono::seconds{5};
// The id that was taken last stands behind a colon, which the end has none of.
constexpr const char* kMark = "stored_peers";
constexpr const char* kDone = "done";

void note(const Sql& sql, const std::string& value, int64_t now) {
  sql.exec(
      "INSERT INTO {p}settings (name, value, changed) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value, changed = excluded.changed",
      {kMark, value, now});
}

Device device_of(const jct_peer_record& peer) {
  Device device;
  device.device_id = view(peer.id);
  device.uuid = view(peer.uuid);
  device.pk = view(peer.pk);
  device.reported.ip = view(peer.ip);
  device.first_seen = peer.created_at;
  return device;
}

}  // namespace

/// On its way through storage.
struct StoredPeers::Page {
  Gate gate;
  StoredPeers* self;
  std::string after;
  std::vector<Device> peers;
};

void StoredPeers::start() {
  if (!storage_) return;
  store_.read(
      [](const Sql& sql) {
        return sql
            .one("SELECT value FROM {p}settings WHERE name = ?1", {kMark}, [](const Row& row) { return row.text(0); })
            .value_or(":");
      },
      [this](Outcome<std::string>& mark) {
        if (!mark) {
          again_ = host_.after(kAgain, [this] { start(); });
        } else if (*mark != kDone) {
          scan(mark->substr(1));
        }
      });
}

void StoredPeers::scan(const std::string& after) {
  const jct_peer_scan scan{
      new Page{host_.gate(), this, after, {}},
      [](void* self, const jct_peer_record* record) -> jct_status {
        static_cast<Page*>(self)->peers.push_back(device_of(junctor::detail::adopt<jct_peer_record>(record)));
        return JCT_OK;
      },
      [](void* self, jct_status status) {
        const std::unique_ptr<Page> page{static_cast<Page*>(self)};
        page->gate.inside([&] {
          status == JCT_OK ? page->self->take(page->after, std::move(page->peers)) : page->self->later(page->after);
        });
      },
      host_.home_loop(), 0};
  storage_->table.peer_scan(storage_->self, str(after), kPage, &scan);
}

void StoredPeers::later(const std::string& after) {
  again_ = host_.after(kAgain, [this, after] { scan(after); });
}

void StoredPeers::take(const std::string& after, std::vector<Device> peers) {
  if (peers.empty()) return finish();
  const std::string last = peers.back().device_id;
  store_.write(
      [peers = std::move(peers), last, now = store_.now()](const Sql& sql, Touched& touched) {
        size_t taken = 0;
        for (const Device& peer : peers) {
          if (device_by_id(sql, peer.device_id)) continue;
          add_device(sql, peer, peer.first_seen, touched);
          ++taken;
        }
        note(sql, ":" + last, now);
        return taken;
      },
      [this, after, last](Outcome<size_t>& taken) {
        if (!taken) return later(after);
        taken_ += *taken;
        scan(last);
      });
}

void StoredPeers::finish() {
  store_.write(
      [now = store_.now()](const Sql& sql, Touched&) {
        note(sql, kDone, now);
        return Unit{};
      },
      [this](Outcome<Unit>& noted) {
        if (noted && taken_ > 0) host_.info("accounts.devices_taken", {{"devices", taken_}});
      });
}

}  // namespace junctor::accounts
