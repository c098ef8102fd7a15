// SPDX-License-Identifier: Apache-2.0
// What all loops of one relay share. Made by create, constant afterwards, its parts apart: each says its own thread.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "counters.hpp"
#include "junctor/services.hpp"
#include "quota.hpp"
#include "transit.hpp"

namespace junctor::relay {

class Lobby;

struct Shared {
  Shared(const Host& the_host, Duration auth_timeout, size_t max_waiting, size_t max_sessions)
      : host{the_host},
        auth{the_host, auth_timeout},
        counters{the_host},
        waiting_room{max_waiting},
        session_room{max_sessions} {}

  /// [any] The loop that a uuid's sides meet on.
  uint32_t home_of(std::string_view uuid) const {
    return static_cast<uint32_t>(std::hash<std::string_view>{}(uuid) % host.loops());
  }

  const Host& host;
  AuthChain auth;
  Counters counters;
  Quota waiting_room;
  Quota session_room;
  Transit transit;
  std::vector<Lobby*> lobbies;       // one a loop, touched there alone
  std::function<void()> lobby_idle;  // [any] a draining loop has ended its last session
};

}  // namespace junctor::relay
