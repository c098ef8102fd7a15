// SPDX-License-Identifier: Apache-2.0
// Sessions as junctorctl shows them, and its arguments. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
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
};

/// {"rows": [...], "total": N, "waiting": N}; total may be more than there are rows.
std::string sessions_json(const std::vector<SessionRow>& rows, size_t total, size_t waiting);

/// {"error": text}
std::string error_json(const std::string& text);

/// The words of {"args": ["..."]}; none where it is anything else.
std::vector<std::string> command_words(std::string_view json);

}  // namespace junctor::relay
