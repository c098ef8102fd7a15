// SPDX-License-Identifier: Apache-2.0
// What an operator has changed while the relay runs, over its configuration, and its form in a file. Values; any
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "rules.hpp"

namespace junctor::relay {

struct Changes {
  std::map<std::string, uint64_t> rates;  ///< by "total", "session", "address", "id" or "group NAME"
  std::set<std::string> blocks;           ///< addresses, networks and ids

  /// The configuration with these in place of its own; a group that it does not have is passed over.
  Rules over(Rules configured) const;

  /// A line each: `limit total 100Mbit`, `block 198.51.100.7`.
  std::string text() const;
  /// Throws Error with `name` and the number of a line that is neither.
  static Changes parse(std::string_view text, const std::string& name);
};

}  // namespace junctor::relay
