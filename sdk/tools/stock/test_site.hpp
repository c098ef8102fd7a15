// SPDX-License-Identifier: Apache-2.0
// Short ways to say in a test what a stock server was told. One thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/stock/given.hpp"
#include "tools/stock/translate.hpp"

namespace junctor::stock {

/// Of a command line such as "-p 21200 -k _"; what is in `environment` lies under it.
inline Values told(Program program, const std::string& line, std::vector<Pair> environment = {}) {
  Remarks ignored;
  std::vector<std::string> words;
  split_words(line, &words);
  Values values = parse_arguments(program, words, "", &ignored).values;
  for (Pair& pair : environment) pair.origin = "test";
  lay_under(values_of(program, environment, &ignored), &values, &ignored);
  return values;
}

inline Values hbbs(const std::string& line, std::vector<Pair> environment = {}) {
  return told(Program::kHbbs, line, std::move(environment));
}
inline Values hbbr(const std::string& line, std::vector<Pair> environment = {}) {
  return told(Program::kHbbr, line, std::move(environment));
}

/// "-" where the key is not there.
inline std::string value(const Translation& translation, const std::string& table, const std::string& key) {
  const Entry* entry = translation.find(table, key);
  return entry == nullptr ? "-" : entry->value;
}

/// All remarks of a kind, one a line.
inline std::string remarks_of(const Remarks& remarks, Remark::Kind kind) {
  std::string text;
  for (const Remark& remark : remarks) {
    if (remark.kind == kind) text += remark.text + "\n";
  }
  return text;
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace junctor::stock
