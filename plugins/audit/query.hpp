// SPDX-License-Identifier: Apache-2.0
// What `junctorctl audit` asks, and the lines that fit. Pure; any thread.
#pragma once

#include <Poco/JSON/Object.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record.hpp"
#include "wire/address.hpp"

namespace junctor::audit {

struct Query {
  static constexpr size_t kMost = 10'000;

  std::string id;                        ///< B's, or a guess at A's, or a former one
  std::optional<wire::Network> network;  ///< of either side, or one that was blocked
  std::optional<Kind> kind;
  uint64_t since = 0;  ///< microseconds since 1970
  size_t limit = 100;
};

struct Found {
  std::vector<Poco::JSON::Object::Ptr> rows;  ///< newest first
  bool cut_short = false;                     ///< the time was over before all was read
};

/// `words` of `audit [--id ID] [--address NET] [--since 2h] [--kind relay] [--limit N]`; nothing and `*why`.
std::optional<Query> parse_query(const std::vector<std::string>& words, uint64_t wall_now, std::string* why);

/// "90s", "15m", "2h", "7d", in microseconds.
std::optional<uint64_t> parse_span(std::string_view text);

/// Adds the lines of `text` that fit, from the last to the first. False when there is no need to go on to older files.
bool search(std::string_view text, const Query& query, std::chrono::steady_clock::time_point until, Found* found);

}  // namespace junctor::audit
