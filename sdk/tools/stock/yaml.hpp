// SPDX-License-Identifier: Apache-2.0
// As much of YAML as compose files are written in: maps and lists by indentation, scalars on one line, lists in
// brackets. All else (anchors, tags, block scalars, maps in braces) is a remark with its line, and the value is
// kUnknown. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/stock/settings.hpp"

namespace junctor::stock {

struct Yaml {
  enum class Kind { kNull, kScalar, kList, kMap, kUnknown };
  struct Member;

  Kind kind = Kind::kNull;
  std::string text;  ///< of kScalar, without its quotes
  std::vector<Yaml> items;
  std::vector<Member> members;
  size_t line = 0;

  const Yaml* find(std::string_view key) const;
};

struct Yaml::Member {
  std::string key;
  Yaml value;
};

Yaml parse_yaml(const std::string& file, std::string_view text, Remarks* remarks);

}  // namespace junctor::stock
