// SPDX-License-Identifier: Apache-2.0
// TOML text as a tree of our own, so that toml++ stays in one file. Plain values, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.hpp"

namespace junctor::config {

struct Node {
  enum class Kind { kTable, kArray, kString, kInt, kFloat, kBool, kDate };

  /// A key of a table; a vector of members keeps the order of the file.
  struct Member;

  Kind kind = Kind::kTable;
  Origin origin;       ///< of the value
  std::string string;  ///< of kString
  int64_t integer = 0;
  bool boolean = false;
  /// What stood on the command line: a --set value need not be quoted where a string is expected.
  std::string raw;
  std::vector<Node> items;
  std::vector<Member> members;

  const Member* find(std::string_view key) const;
  Member* find(std::string_view key);
  bool is_table() const { return kind == Kind::kTable; }
};

struct Node::Member {
  std::string key;
  Origin origin;  ///< of the key; where several files name it, of the last that sets its value
  Node node;
};

/// `the string "x"`, `the integer 5`, `a table`: for messages. Without the value when it may be a secret.
std::string name_kind(const Node& node, bool with_value);

/// Nothing but a kTable. A syntax error is one fault with its place, and gives an empty table.
/// Tables, arrays and dotted keys may nest to a depth of 16 each; deeper is a fault.
Node parse_document(const std::string& file, std::string_view text, Faults* faults);

/// `text` as a TOML value, or as a bare string where it is none; every node gets `origin`.
Node parse_bare_value(std::string_view text, const Origin& origin);

}  // namespace junctor::config
