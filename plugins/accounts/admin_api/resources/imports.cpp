// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/imports.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

namespace junctor::accounts::admin {
namespace {

constexpr size_t kMostRows = 50'000;
constexpr size_t kMostFailures = 200;
constexpr size_t kLongestCell = 4096;

using Names = std::initializer_list<std::string_view>;

bool is_in(Names names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

[[noreturn]] void refuse_text(const std::string& why) { refuse_field("text", "invalid", why); }

std::string joined(Names names) {
  std::string out;
  for (const std::string_view one : names) out += (out.empty() ? "" : ", ") + std::string{one};
  return out;
}

void check_column(const std::string& name, Names known, Names ignored) {
  if (is_in(known, name) || is_in(ignored, name)) return;
  refuse_text("there is no column \"" + name.substr(0, 64) + "\": expected some of " + joined(known));
}

std::string trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string{text.substr(begin, text.find_last_not_of(" \t") - begin + 1)};
}

/// What stands before a formula in exports (csv_cell) is no part of the value.
std::string unquoted(const std::string& cell) {
  const bool guarded =
      cell.size() > 1 && cell[0] == '\'' && std::string_view{"=+-@"}.find(cell[1]) != std::string::npos;
  return guarded ? cell.substr(1) : cell;
}

/// Spreadsheets of half of Europe put semicolons between cells: one line with none of the others tells.
std::string with_commas(const std::string& text) {
  const std::string head = text.substr(0, text.find('\n'));
  const char mark = head.find(',') != std::string::npos ? ',' : head.find('\t') != std::string::npos ? '\t' : ';';
  if (mark == ',') return text;
  std::string out;
  bool quoted = false;
  std::string cell;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    const bool plain_comma = c == ',' && !quoted;
    if (c == mark && !quoted) {
      out += ',';
    } else if (plain_comma) {
      refuse_text("cells with commas have to stand in quotes");
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<ImportRow> csv_rows(const std::string& given, Names known, Names ignored) {
  const size_t mark = given.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
  const std::vector<CsvRecord> records = parse_csv(with_commas(given.substr(mark)));
  if (records.empty()) refuse_text("expected a first line with the columns' names");
  std::vector<std::string> names;
  for (const std::string& cell : records.front().cells) {
    names.push_back(trimmed(cell));
    check_column(names.back(), known, ignored);
  }
  std::vector<ImportRow> out;
  for (size_t at = 1; at < records.size(); ++at) {
    ImportRow row{records[at].line, {}};
    if (records[at].cells.size() > names.size()) {
      refuse_text("line " + std::to_string(row.line) + " has more cells than the first line");
    }
    for (size_t cell = 0; cell < records[at].cells.size(); ++cell) {
      row.cells[names[cell]] = unquoted(trimmed(records[at].cells[cell]));
    }
    const bool blank =
        std::all_of(row.cells.begin(), row.cells.end(), [](const auto& one) { return one.second.empty(); });
    if (!blank) out.push_back(std::move(row));
  }
  return out;
}

std::string json_cell(const Poco::Dynamic::Var& value, size_t line) {
  if (value.isEmpty()) return {};
  if (value.isString()) return value.extract<std::string>();
  if (value.isBoolean() || value.isInteger()) return value.convert<std::string>();
  if (value.type() != typeid(Poco::JSON::Array::Ptr)) refuse_text("line " + std::to_string(line) + ": expected texts");
  std::string out;
  for (const auto& one : *value.extract<Poco::JSON::Array::Ptr>()) {
    if (!one.isString()) refuse_text("line " + std::to_string(line) + ": expected arrays of texts");
    out += (out.empty() ? "" : ";") + one.extract<std::string>();
  }
  return out;
}

std::vector<ImportRow> json_rows(const std::string& text, Names known, Names ignored) {
  std::vector<ImportRow> out;
  size_t line = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string one = trimmed(text.substr(at, end - at));
    at = end + 1;
    ++line;
    if (one.empty() || one == "\r") continue;
    Poco::JSON::Object::Ptr object;
    try {
      Poco::JSON::Parser parser;
      parser.setDepth(4);
      object = parser.parse(one).extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception&) {
      refuse_text("line " + std::to_string(line) + ": expected a JSON object");
    }
    ImportRow row{line, {}};
    for (const auto& entry : *object) {
      check_column(entry.first, known, ignored);
      if (is_in(known, entry.first)) row.cells[entry.first] = json_cell(entry.second, line);
    }
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

std::string ImportRow::at(const std::string& column) const {
  const auto found = cells.find(column);
  return found == cells.end() ? std::string{} : found->second;
}

std::vector<ImportRow> import_rows(const Call& call, Names known, Names ignored, std::string_view needed) {
  const std::string text = call.text("text");
  auto rows = call.text("format", "csv") == "csv" ? csv_rows(text, known, ignored) : json_rows(text, known, ignored);
  if (rows.size() > kMostRows) refuse_text("expected at most " + std::to_string(kMostRows) + " rows");
  for (const ImportRow& row : rows) {
    const std::string name{needed};
    if (row.at(name).empty()) refuse_text("line " + std::to_string(row.line) + ": \"" + name + "\" is missing");
    for (const auto& [column, cell] : row.cells) {
      if (cell.size() > kLongestCell) refuse_text("line " + std::to_string(row.line) + ": a cell is too long");
    }
  }
  return rows;
}

std::vector<std::string> cell_texts(const std::string& cell) {
  std::vector<std::string> out;
  for (size_t at = 0; at < cell.size();) {
    const size_t end = std::min(cell.find(';', at), cell.size());
    if (std::string one = trimmed(std::string_view{cell}.substr(at, end - at)); !one.empty()) out.push_back(one);
    at = end + 1;
  }
  return out;
}

void ImportReport::fail(size_t line, const std::string& name, const std::string& why) {
  ++failures_;
  if (failed_.size() >= kMostFailures) return;
  failed_.push_back(
      JsonObject{}.put("line", line).put("id", name.substr(0, 255)).put("detail", why.substr(0, 500)).str());
}

std::string ImportReport::summary() const {
  return std::to_string(counts_[0]) + " added, " + std::to_string(counts_[1]) + " updated, " +
         std::to_string(removed_) + " removed, " + std::to_string(failures_) + " failed";
}

Reply ImportReport::reply(const Call& call) const {
  const bool dry = call.flag("dry_run");
  Reply out = Reply::json(JsonObject{}
                              .put("dry_run", dry)
                              .put("added", counts_[0])
                              .put("updated", counts_[1])
                              .put("unchanged", counts_[2])
                              .put("removed", removed_)
                              .put("failures", failures_)
                              .raw("failed", json_array(failed_))
                              .str());
  if (dry) throw TakenBack{{std::move(out), {}}};
  return out;
}

}  // namespace junctor::accounts::admin
