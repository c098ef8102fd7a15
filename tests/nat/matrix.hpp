// SPDX-License-Identifier: Apache-2.0
// Every place against every other: what was to be reached, what was, and the tables that show it. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "expectation.hpp"

namespace junctor::nat {

/// One attempt of an A to reach a B.
struct Attempt {
  std::string group;  ///< attempts that stand in one table
  std::string a;      ///< names of places
  std::string b;
  Modes modes;
  Expectation expectation;
  // What came of it.
  std::optional<Way> way;
  int took_ms = 0;
  std::string fault;  ///< what A said where it failed

  /// Nothing where it went as expected; else why not.
  std::string complaint() const;
  /// "tcp", "relay, 18 s".
  std::string result() const;
};

/// What A has printed.
void read_result(const std::string& said, Attempt& attempt);

std::string title(Modes modes);

using Key = std::function<std::string(const Attempt&)>;
/// In Markdown: results by row and column. `corner` stands over the rows' names.
std::string table(const std::vector<Attempt>& attempts, const std::string& corner, const Key& row, const Key& column);

}  // namespace junctor::nat
