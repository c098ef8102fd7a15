// SPDX-License-Identifier: Apache-2.0
// What another program, a panel say, keeps in a stock server's table `peer` beside the stock's own columns. One thread;
// SQLite's errors are SQLite::Exception.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace SQLite {
class Database;
}

namespace junctor::stock {

struct ForeignColumn {
  std::string name;
  int64_t rows = 0;   ///< that hold something: neither null nor empty, 0 or false
  bool bans = false;  ///< its name says that who has it is not served
};

struct Foreign {
  std::vector<ForeignColumn> columns;  ///< without those that hold nothing
  std::vector<std::string> banned;     ///< ids, sorted
};

Foreign read_foreign(SQLite::Database& database);

/// "banned", "is_blocked", "disabled_at".
bool is_ban(std::string_view column);

}  // namespace junctor::stock
