// SPDX-License-Identifier: Apache-2.0
// Peers of storage/1, page by page, into devices. Home loop.
#include "accounts/live/peer_import.hpp"

#include <junctor/sql_dialect.hpp>
#include <utility>

namespace junctor::accounts {
namespace {

constexpr const char* kMark = "SELECT count(*) FROM {p}settings WHERE name = 'peers_imported'";
constexpr const char* kSetMark =
    "INSERT INTO {p}settings (name, value, changed) VALUES ('peers_imported', '1', ?1) ON CONFLICT (name) DO NOTHING";

}  // namespace

void PeerImport::run(Done done) {
  store_.read([](const Sql& sql) { return sql.number(kMark) != 0; },
              [this, done = std::move(done)](Outcome<bool>& before) {
                if (!before) return done(before.refused, 0);
                if (*before || !storage_) return done("", 0);
                page("", 0, done);
              });
}

void PeerImport::page(const std::string& after, size_t imported, const Done& done) {
  struct Scan {
    Gate gate;
    std::shared_ptr<Page> page;
    std::function<void(jct_status)> end;
  };
  auto found = std::make_shared<Page>();
  const jct_peer_scan scan{new Scan{host_.gate(), found,
                                    [this, found, imported, done](jct_status status) {
                                      if (status != JCT_OK)
                                        return done("the peers that are registered could not be read", imported);
                                      keep(found, imported, done);
                                    }},
                           [](void* self, const jct_peer_record* record) -> jct_status {
                             auto* scanning = static_cast<Scan*>(self);
                             return scanning->gate.inside([&] {
                               Device device;
                               device.device_id = view(record->id);
                               device.uuid = view(record->uuid);
                               device.pk = view(record->pk);
                               device.reported.ip = view(record->ip);
                               scanning->page->last = device.device_id;
                               if (is_sql_text(device.device_id)) scanning->page->devices.push_back(std::move(device));
                             });
                           },
                           [](void* self, jct_status status) {
                             const std::unique_ptr<Scan> scanning{static_cast<Scan*>(self)};
                             scanning->gate.inside([&] { scanning->end(status); });
                           },
                           host_.answer_loop(), 0};
  storage_->table.peer_scan(storage_->self, str(after), limits_.page, &scan);
}

void PeerImport::keep(const std::shared_ptr<Page>& page, size_t imported, const Done& done) {
  store_.write(
      [page, now = store_.now()](const Sql& sql, Touched& touched) {
        size_t added = 0;
        for (const Device& device : page->devices) {
          if (device_by_id(sql, device.device_id)) continue;
          add_device(sql, device, now, touched);
          ++added;
        }
        if (page->last.empty()) sql.exec(kSetMark, {now});
        return added;
      },
      [this, page, imported, done](Outcome<size_t>& added) {
        if (!added) return done(added.refused, imported);
        if (page->last.empty()) return done("", imported + *added);
        this->page(page->last, imported + *added, done);
      });
}

}  // namespace junctor::accounts
