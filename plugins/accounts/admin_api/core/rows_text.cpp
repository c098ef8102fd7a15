// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/rows_text.hpp"

#include <algorithm>

namespace junctor::accounts::admin {

std::string csv_cell(std::string_view text) {
  const bool formula = !text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos;
  const bool special = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (!formula && !special) return std::string{text};
  std::string out = formula ? "\"'" : "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (size_t at = 0; at < cells.size(); ++at) {
    if (at > 0) out += ',';
    out += csv_cell(cells[at]);
  }
  return out + "\r\n";
}

RowText& RowText::raw(std::string_view key, std::string_view json, std::string_view cell) {
  if (csv_) {
    keys_.emplace_back(key);
    cells_.emplace_back(cell);
  } else {
    json_.raw(key, json);
  }
  return *this;
}

RowText& RowText::put(std::string_view key, std::string_view value) {
  return csv_ ? raw(key, {}, value) : raw(key, http::json_string(value), {});
}

RowText& RowText::number(std::string_view key, int64_t value) {
  const std::string text = std::to_string(value);
  return raw(key, text, text);
}

RowText& RowText::flag(std::string_view key, bool value) {
  const std::string_view text = value ? "true" : "false";
  return raw(key, text, text);
}

RowText& RowText::null(std::string_view key) { return raw(key, "null", {}); }

std::string RowText::str() const { return csv_ ? csv_line(cells_) : json_.str(); }

std::vector<CsvRecord> parse_csv(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::vector<CsvRecord> records;
  size_t line = 1;
  for (size_t at = 0; at < text.size();) {
    CsvRecord record{line, {}};
    for (bool more = true; more;) {
      std::string cell;
      const bool quoted = at < text.size() && text[at] == '"';
      if (quoted) ++at;
      while (at < text.size()) {
        const char c = text[at];
        if (quoted && c == '"') {
          if (at + 1 >= text.size() || text[at + 1] != '"') {
            ++at;
            break;
          }
          ++at;
        } else if (!quoted && (c == ',' || c == '\n' || c == '\r')) {
          break;
        }
        if (c == '\n') ++line;
        cell += c;
        ++at;
      }
      while (quoted && at < text.size() && text[at] != ',' && text[at] != '\n' && text[at] != '\r') ++at;
      record.cells.push_back(std::move(cell));
      more = at < text.size() && text[at] == ',';
      if (more) ++at;
    }
    if (at < text.size() && text[at] == '\r') ++at;
    if (at < text.size() && text[at] == '\n') ++at;
    ++line;
    const bool empty = record.cells.size() == 1 && record.cells.front().empty();
    if (!empty) records.push_back(std::move(record));
  }
  return records;
}

}  // namespace junctor::accounts::admin
