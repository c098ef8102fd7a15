// SPDX-License-Identifier: Apache-2.0
// What every provider of database/1 does with a statement before its backend sees it: tokens become the backend's
// words, spaces become prefixes (service/database.h). Any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor {

/// A backend's spelling. `parameter` stands before a parameter's number.
struct SqlWords {
  std::string_view integer = "INTEGER";
  std::string_view text = "TEXT";
  std::string_view blob = "BLOB";
  std::string_view serial = "INTEGER PRIMARY KEY AUTOINCREMENT";
  std::string_view like = "LIKE";
  char parameter = '?';
};

namespace detail {

inline std::optional<std::string_view> sql_word(std::string_view token, std::string_view prefix,
                                                const SqlWords& words) {
  if (token == "p") return prefix;
  if (token == "int") return words.integer;
  if (token == "text") return words.text;
  if (token == "blob") return words.blob;
  if (token == "serial") return words.serial;
  if (token == "like") return words.like;
  return std::nullopt;
}

/// The length of the sequence that `lead` begins; 0 for a byte that begins none.
inline size_t utf8_length(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// What the second byte may be: shorter forms, surrogates and what is beyond U+10FFFF are none.
inline bool utf8_second_fits(uint8_t lead, uint8_t second) {
  if (lead == 0xe0) return second >= 0xa0;
  if (lead == 0xed) return second < 0xa0;
  if (lead == 0xf0) return second >= 0x90;
  return lead != 0xf4 || second < 0x90;
}

}  // namespace detail

/// The prefix of a space's tables: "relay-eu" gives "relay_eu_". Empty for a name that gives none.
inline std::string table_prefix(std::string_view space) {
  std::string prefix{space};
  std::replace(prefix.begin(), prefix.end(), '-', '_');
  const bool fits = !prefix.empty() && prefix.size() <= 64 && std::all_of(prefix.begin(), prefix.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return fits ? prefix + "_" : std::string{};
}

/// `sql` as the backend wants it; empty where a token is unknown or not closed.
inline std::string expand_sql(std::string_view sql, std::string_view prefix, const SqlWords& words) {
  std::string out;
  out.reserve(sql.size() + 32);
  for (size_t at = 0; at < sql.size();) {
    const size_t open = sql.find_first_of("{?", at);
    out += sql.substr(at, open - at);
    if (open == std::string_view::npos) break;
    if (sql[open] == '?') {
      out += words.parameter;
      at = open + 1;
      continue;
    }
    const size_t close = sql.find('}', open);
    if (close == std::string_view::npos) return {};
    const auto word = detail::sql_word(sql.substr(open + 1, close - open - 1), prefix, words);
    if (!word) return {};
    out += *word;
    at = close + 1;
  }
  return out;
}

/// Valid UTF-8 without a NUL: what every backend takes for a text.
inline bool is_sql_text(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<uint8_t>(bytes[at]);
    const size_t length = detail::utf8_length(lead);
    if (lead == 0 || length == 0 || length > bytes.size() - at) return false;
    for (size_t i = 1; i < length; ++i) {
      const auto next = static_cast<uint8_t>(bytes[at + i]);
      if ((next & 0xc0) != 0x80 || (i == 1 && !detail::utf8_second_fits(lead, next))) return false;
    }
    at += length;
  }
  return true;
}

}  // namespace junctor
