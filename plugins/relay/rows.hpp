// SPDX-License-Identifier: Apache-2.0
// Sessions and limits as junctorctl shows them. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::relay {

/// A is the controlling side where the two could be told apart, else the side that came first.
struct SessionRow {
  uint64_t session = 0;
  std::string id;  ///< B's; empty where A did not say
  std::string a;
  std::string b;
  std::string transport;  ///< of both: "tcp-ws"
  uint64_t age_s = 0;
  uint64_t idle_s = 0;
  uint64_t bytes_ab = 0;
  uint64_t bytes_ba = 0;
  uint64_t rate = 0;  ///< bits a second now, both directions
  std::string group;  ///< or empty
  bool slowed = false;
  std::string a_id;  ///< a guess, marked `~`: ids that are registered from a's address; or empty
};

/// {"rows": [...], "total": N, "waiting": N}; total may be more than there are rows.
std::string sessions_json(const std::vector<SessionRow>& rows, size_t total, size_t waiting);

/// What `junctorctl relay` shows: a limit and what is in use of it.
struct LimitRow {
  std::string limit;
  uint64_t rate = 0;  ///< the bound, bits a second; 0: none
  uint64_t now = 0;   ///< bits a second
  size_t sessions = 0;
  size_t max_sessions = 0;  ///< 0: no bound
};

/// {"rows": [...], "tickets": N, "blocked": [...]}; rates as the configuration writes them.
std::string limits_json(const std::vector<LimitRow>& rows, size_t tickets, const std::set<std::string>& blocked);

}  // namespace junctor::relay
