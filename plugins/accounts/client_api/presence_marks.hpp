// SPDX-License-Identifier: Apache-2.0
// When devices were last seen by signalling (accounts.md 5), which tells nobody of heartbeats: every device without
// heartbeats of the API is asked about in turn, and who is online gets its mark in the database. And who has not been
// seen at all for long is removed, where the operator says so.
#pragma once

#include <junctor/host.hpp>

#include <atomic>
#include <functional>
#include <string_view>

#include "accounts/live/roster.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

class PresenceMarks {
 public:
  struct Settings {
    Duration every = std::chrono::seconds{30};        ///< how often each device is asked about
    int64_t purge_after = 0;                          ///< seconds without a sign; 0: never
    Duration purge_up = std::chrono::hours{12};       ///< not before the server has run for so long
    Duration purge_every = std::chrono::minutes{10};  ///< how often some of them go
  };
  using IsOnline = std::function<bool(std::string_view id)>;

  /// All outlive it.
  PresenceMarks(const Host& host, const Store& store, Roster& roster);
  /// [home] Live.
  void configure(const Settings& settings);
  /// [home] `is_online`: [any], from memory.
  void start(IsOnline is_online);

 private:
  void mark_some();
  void purge();

  const Host& host_;
  const Store& store_;
  Roster& roster_;
  Settings settings_;
  IsOnline is_online_;
  Duration started_{};
  std::atomic<uint32_t> place_{0};  // of the roster; one slice at a time
  bool marking_ = false;
  Metric purged_;
  Timer marks_, purges_;
};

}  // namespace junctor::accounts
