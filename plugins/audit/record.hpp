// SPDX-License-Identifier: Apache-2.0
// One thing that has happened, as it is kept: from an event to a line of JSON and back. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "junctor/event.h"

namespace junctor::audit {

/// What is kept, in the words of the option `kinds` and of `junctorctl audit --kind`.
enum class Kind { kRegistration, kRefusal, kPunch, kRelay, kOperator, kLost };
inline constexpr size_t kKindCount = 6;
const char* kind_word(Kind kind);
std::optional<Kind> parse_kind(std::string_view word);

struct Record {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  uint64_t wall = 0;  ///< microseconds since 1970
  Kind kind = Kind::kLost;
  std::string what;  ///< "start", "refused", "new"
  std::string by;    ///< the instance that said so
  Fields fields;     ///< in the order of kFieldNames

  std::string* find(std::string_view key);
};

/// Nothing for an event that is not kept. Only fields that are known are: what a plugin adds one day is not written by
/// accident.
std::optional<Record> record_of(const jct_event& event);

/// How much of an address is kept.
enum class Addresses { kFull, kNetwork, kNone };
/// "198.51.100.7:5000" becomes "198.51.100.0/24", an IPv6 address its /48.
std::string reduced(std::string_view address, Addresses how);
/// Its addresses.
void reduce(Record& record, Addresses how);

/// One line without its end: {"time":"2026-01-31T12:00:00.000Z","kind":"relay",...}.
std::string line_of(const Record& record);
std::string time_text(uint64_t wall);

}  // namespace junctor::audit
