// SPDX-License-Identifier: Apache-2.0
// What all loops of one relay share. Made by create, constant afterwards, its parts apart: each says its own thread.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <vector>

#include "counters.hpp"
#include "junctor/auth.hpp"
#include "ledger.hpp"
#include "options.hpp"
#include "quota.hpp"
#include "tickets.hpp"
#include "transit.hpp"

namespace junctor::relay {

class Lobby;

struct Shared {
  Shared(const Host& the_host, const Config& config)
      : host{the_host},
        auth{the_host, config[kAuthTimeout]},
        counters{the_host},
        waiting_room{static_cast<size_t>(config[kMaxWaiting])},
        session_room{static_cast<size_t>(config[kMaxSessions])},
        stranger_room{static_cast<size_t>(config[kMaxSessions]) / 2},
        tickets{static_cast<size_t>(config[kMaxTickets])} {}

  /// [control]
  void set(const Config& config) {
    waiting_room.set_limit(static_cast<size_t>(config[kMaxWaiting]));
    session_room.set_limit(static_cast<size_t>(config[kMaxSessions]));
    stranger_room.set_limit(static_cast<size_t>(config[kMaxSessions]) / 2);
    tickets.set_capacity(static_cast<size_t>(config[kMaxTickets]));
  }

  /// [any] The loop that a uuid's sides meet on.
  uint32_t home_of(std::string_view uuid) const {
    return static_cast<uint32_t>(std::hash<std::string_view>{}(uuid) % host.loops());
  }

  const Host& host;
  AuthChain auth;
  Counters counters;
  Quota waiting_room;
  Quota session_room;
  Quota stranger_room;               // of these, sessions without a ticket where tickets are preferred
  std::atomic<int64_t> rate_now{0};  // bits a second of all sessions, as they were measured last
  Tickets tickets;
  Ledger ledger{{}};
  Transit transit;
  std::vector<Lobby*> lobbies;       // one a loop, touched there alone
  std::function<void()> lobby_idle;  // [any] a draining loop has ended its last session
};

}  // namespace junctor::relay
