// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/foreign.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace junctor::stock {
namespace {

constexpr std::string_view kOwn[] = {"guid", "id", "uuid", "pk", "created_at", "user", "status", "note", "info"};

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string{"\"\""} : std::string{c};
  return text + "\"";
}

/// The rows that hold something in this column.
std::string condition(const std::string& column) {
  const std::string name = quoted(column);
  return name + " is not null and trim(lower(cast(" + name +
         " as text))) not in ('', '0', '0.0', 'false', 'no', 'n', 'f')";
}

}  // namespace

bool is_ban(std::string_view column) {
  std::string name{column};
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (name.find("unban") != std::string::npos || name.find("unblock") != std::string::npos) return false;
  for (const std::string_view word : {"ban", "block", "blacklist", "disabled", "denied", "forbidden"}) {
    if (name.find(word) != std::string::npos) return true;
  }
  return false;
}

Foreign read_foreign(SQLite::Database& database) {
  Foreign foreign;
  std::set<std::string> banned;
  SQLite::Statement columns{database, "select name from pragma_table_info('peer') order by cid"};
  while (columns.executeStep()) {
    ForeignColumn column;
    column.name = columns.getColumn(0).getString();
    if (std::find(std::begin(kOwn), std::end(kOwn), column.name) != std::end(kOwn)) continue;
    column.bans = is_ban(column.name);
    SQLite::Statement rows{database, "select id from peer where " + condition(column.name)};
    for (; rows.executeStep(); ++column.rows) {
      if (column.bans) banned.insert(rows.getColumn(0).getString());
    }
    if (column.rows > 0) foreign.columns.push_back(std::move(column));
  }
  foreign.banned.assign(banned.begin(), banned.end());
  return foreign;
}

}  // namespace junctor::stock
