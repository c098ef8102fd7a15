// SPDX-License-Identifier: Apache-2.0
#include "accounts/client_api/presence_marks.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "accounts/store/devices.hpp"

namespace junctor::accounts {
namespace {

constexpr Duration kSlice = std::chrono::seconds{1};
constexpr size_t kLeastOfSlice = 500;
constexpr int64_t kPurgedAtOnce = 200;
/// With heartbeats of the API younger than this a device needs no other mark.
constexpr int64_t kHeartbeats = 30;

}  // namespace

PresenceMarks::PresenceMarks(const Host& host, const Store& store, Roster& roster)
    : host_{host},
      store_{store},
      roster_{roster},
      purged_{host.counter("devices_purged", nullptr, "devices removed because nothing was heard of them for long")} {}

void PresenceMarks::configure(const Settings& settings) { settings_ = settings; }

void PresenceMarks::start(IsOnline is_online) {
  is_online_ = std::move(is_online);
  started_ = host_.now();
  if (is_online_) marks_ = host_.every(kSlice, [this] { mark_some(); });
  purges_ = host_.every(settings_.purge_every, [this] { purge(); });
}

/// Beside the loop: a site may have a million devices.
void PresenceMarks::mark_some() {
  if (marking_) return;
  const size_t turns = std::max<size_t>(1, static_cast<size_t>(settings_.every / kSlice));
  const size_t slice = std::max(kLeastOfSlice, roster_.devices() / turns + 1);
  const int64_t now = store_.now();
  auto online = std::make_shared<std::vector<Ref>>();
  const auto look = [this, slice, now, online] {
    uint32_t place = place_;
    for (const auto& [ref, id] : roster_.devices_from(&place, slice, now - kHeartbeats)) {
      if (is_online_(id)) online->push_back(ref);
    }
    place_ = place;
  };
  const auto note = [this, now, online] {
    marking_ = false;
    if (online->empty()) return;
    store_.write(
        [now, online](const Sql& sql, Touched&) {
          for (const Ref device : *online) {
            sql.exec("UPDATE {p}devices SET last_signalling = ?2 WHERE id = ?1 AND last_signalling < ?2",
                     {device, now});
          }
          return Unit{};
        },
        [](Outcome<Unit>&) {});
  };
  marking_ = host_.offload(look, note) == JCT_OK;
}

void PresenceMarks::purge() {
  if (settings_.purge_after <= 0 || host_.now() - started_ < settings_.purge_up) return;
  store_.write(
      [before = store_.now() - settings_.purge_after](const Sql& sql, Touched& touched) {
        return purge_unseen_devices(sql, before, kPurgedAtOnce, touched);
      },
      [this](Outcome<std::vector<std::string>>& gone) {
        if (!gone) return;
        for (const std::string& id : *gone) {
          purged_.add();
          host_.event(JCT_LOG_INFO, "accounts.device_purged", {{"id", id}, {"option", "purge_devices"}});
        }
      });
}

}  // namespace junctor::accounts
