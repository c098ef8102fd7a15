// SPDX-License-Identifier: Apache-2.0
// Everything of accounts that clients and signalling see, behind the log-in: the model in memory, rights, and the calls
// of devices and users. The plugin makes one, gives it its routes and tells it when to begin. Wiring.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "accounts/client_api/audit_calls.hpp"
#include "accounts/client_api/book_calls.hpp"
#include "accounts/client_api/device_calls.hpp"
#include "accounts/client_api/list_calls.hpp"
#include "accounts/client_api/presence_marks.hpp"
#include "accounts/live/rights.hpp"
#include "accounts/live/roster_feed.hpp"

namespace junctor::accounts {

class ClientSide {
 public:
  struct Settings {
    RosterSettings roster;
    BookCalls::Limits books;
    DeviceCalls::Settings devices;
    AuditCalls::Settings audits;
    Rights::Limits rights;
    RosterFeed::Limits feed;
    SwitchGrants::Limits grants;
    ConnRefs::Limits refs;
    Nonces::Limits nonces;
    LiveConns::Limits conns;
    PresenceMarks::Settings presence;
    bool accessible_list = true;
    int64_t bin_kept = 30 * 86'400;  ///< seconds that what was thrown away can be restored
    Duration load_again = std::chrono::seconds{5};
  };
  /// [control] The store tells it what is touched from now on. All outlive it. `session_used`: with each call of a
  /// user, any thread; may be empty.
  ClientSide(Host& host, Store& store, const Sealer& sealer, Settings settings,
             std::function<void(std::string_view hash)> session_used = nullptr);

  /// [control] `scripts`: who takes GET /api/users with an API token; may be empty.
  void route(http::Server& server, std::function<void(const http::Exchange&)> scripts = nullptr);
  /// [control] Loads the model; rights and calls answer from when it is there. `loaded` on the home loop, once.
  void start(std::function<void()> loaded = nullptr);
  /// [home] Live values; bounds of tables and of routes stay as they were at the start.
  void reload(Settings settings);
  /// [control] in start. Where a device's record and presence are dropped when it is deleted here.
  void drop_peers_by(std::function<void(const std::string& id)> drop) { drop_peer_ = std::move(drop); }
  /// [control] in start. Who knows of a device in signalling, [any].
  void see_presence_by(PresenceMarks::IsOnline is_online) { is_online_ = std::move(is_online); }
  /// [any] Is a client of it in signalling now?
  bool is_online(std::string_view id) const { return is_online_ && is_online_(id); }
  /// [home] What only memory has is stored.
  void flush() { devices_.flush(); }

  Roster& roster() { return roster_; }
  LiveConns& conns() { return conns_; }
  Rights& rights() { return rights_; }

 private:
  std::shared_ptr<const Settings> settings() const {
    const std::lock_guard lock{mutex_};
    return settings_;
  }
  void load();
  void serve();
  void tidy();
  void try_again(const std::string& refusal);

  Host& host_;
  Store& store_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Settings> settings_;  // guarded by mutex_
  std::function<void(const std::string& id)> drop_peer_;
  PresenceMarks::IsOnline is_online_;
  Roster roster_;
  RosterFeed feed_;
  SwitchGrants grants_;
  ConnRefs refs_;
  Nonces nonces_;
  LiveConns conns_;
  Rights rights_;
  Calls calls_;
  BookCalls books_;
  DeviceCalls devices_;
  ListCalls lists_;
  AuditCalls audits_;
  PresenceMarks presence_;
  std::function<void()> loaded_;
  Timer again_, tidy_;
};

}  // namespace junctor::accounts
