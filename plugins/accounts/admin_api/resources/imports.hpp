// SPDX-License-Identifier: Apache-2.0
// Tables that people bring along, as CSV or as JSON lines: rows by the names of their columns, what became of each, and
// nothing at all where it was only a try. Lives on threads of the database.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "accounts/admin_api/core/engine.hpp"
#include "accounts/admin_api/core/rows_text.hpp"
#include "accounts/api/refused.hpp"

namespace junctor::accounts::admin {

struct ImportRow {
  size_t line = 0;  // from 1
  std::map<std::string, std::string> cells;

  bool has(const std::string& column) const { return cells.count(column) != 0; }
  /// Empty where there is none.
  std::string at(const std::string& column) const;
};

/// Of the body's `text` and `format`. `known`: columns that count; `ignored`: those that exports have besides. Throws
/// Refused for a text that is no table, for other columns, and where `needed` is missing.
std::vector<ImportRow> import_rows(const Call& call, std::initializer_list<std::string_view> known,
                                   std::initializer_list<std::string_view> ignored, std::string_view needed);

/// "a;b" of a cell.
std::vector<std::string> cell_texts(const std::string& cell);

class ImportReport {
 public:
  enum class What : uint8_t { kAdded, kUpdated, kUnchanged };

  /// What Refused says is the row's failure, and the others go on.
  template <class Fn>
  void each(const std::vector<ImportRow>& rows, const std::string& name, Fn&& fn) {
    for (const ImportRow& row : rows) {
      try {
        ++counts_[static_cast<size_t>(fn(row))];
      } catch (const Refused& refused) {
        fail(row.line, row.at(name), refused.problem.detail);
      } catch (const accounts::Refused& refused) {
        fail(row.line, row.at(name), std::string{refused.what()} + ".");
      }
    }
  }
  void removed(int64_t count) { removed_ += count; }
  std::string summary() const;
  /// The answer. Throws TakenBack where the body says dry_run.
  Reply reply(const Call& call) const;

 private:
  void fail(size_t line, const std::string& name, const std::string& why);

  int64_t counts_[3] = {0, 0, 0};
  int64_t removed_ = 0;
  int64_t failures_ = 0;
  std::vector<std::string> failed_;
};

constexpr int64_t kExportPiece = 500;

/// A piece of a list's export, as AuditLog's: rows behind `after` in the order of their numbers. `row` writes one.
struct ListExport {
  const char* columns;
  const char* from;
  const char* id;
};
template <class Choose, class Write>
std::string export_list(const Call& call, const ListExport& list, bool csv, int64_t after, int64_t* last,
                        Choose&& choose, Write&& write) {
  Query query = call.query;
  query.erase("format");
  query.emplace("limit", std::to_string(kExportPiece));
  const SortColumn sorts[] = {{"", list.id, true}};
  Listing listing{call.endpoint, query, sorts};
  choose(listing);
  listing.where(std::string{list.id} + " > " + listing.bind_number(after));
  std::string out;
  const bool first = csv && after == 0;
  listing.rows(call.sql, list.columns, list.from, list.id, [&](const Row& row, size_t at) {
    RowText text{csv};
    write(row, at, text);
    if (first && out.empty()) out = text.head();
    out += text.str();
    if (!csv) out += '\n';
    *last = row.integer(1);
    return 0;
  });
  return out;
}

}  // namespace junctor::accounts::admin
