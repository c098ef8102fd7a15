// SPDX-License-Identifier: Apache-2.0
// Rows as CSV (RFC 4180) or JSON lines, for exports. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "accounts/api/json_out.hpp"

namespace junctor::accounts::admin {

/// A cell; what a spreadsheet would take for a formula (= + - @, tab, return in front) gets a quote in front
/// (accounts.md 16).
std::string csv_cell(std::string_view text);

/// With CR LF.
std::string csv_line(const std::vector<std::string>& cells);

/// One row of a log or list, as JSON or as CSV, by the same calls.
class RowText {
 public:
  explicit RowText(bool csv) : csv_{csv} {}

  RowText& put(std::string_view key, std::string_view value);
  RowText& number(std::string_view key, int64_t value);
  RowText& flag(std::string_view key, bool value);
  RowText& null(std::string_view key);
  /// `json` in JSON, `cell` in CSV.
  RowText& raw(std::string_view key, std::string_view json, std::string_view cell);

  /// A JSON object, or a line of CSV.
  std::string str() const;
  /// The line of CSV that names the columns.
  std::string head() const { return csv_line(keys_); }

 private:
  bool csv_;
  JsonObject json_;
  std::vector<std::string> keys_, cells_;
};

/// The records of a CSV text; quoted cells may hold line ends. Nothing is lost: a broken quote ends with the text.
struct CsvRecord {
  size_t line = 0;  // where it begins, from 1
  std::vector<std::string> cells;
};
std::vector<CsvRecord> parse_csv(std::string_view text);

}  // namespace junctor::accounts::admin
