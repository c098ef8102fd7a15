// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/database.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <filesystem>
#include <set>

#include "tools/migrate/report.hpp"
#include "tools/stock/source.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;
using stock::open_source;

void check_pages(SQLite::Database& database, const std::string& path) {
  const std::string verdict = database.execAndGet("pragma integrity_check").getString();
  if (verdict != "ok")
    throw Refusal{path + " is damaged: " + verdict + "; restore a backup or try `sqlite3 FILE .recover`"};
}

void check_schema(SQLite::Database& database, const std::string& path) {
  std::set<std::string> present;
  SQLite::Statement columns{database, "select name from pragma_table_info('peer')"};
  while (columns.executeStep()) present.insert(columns.getColumn(0).getString());
  std::string missing;
  for (const char* name : {"guid", "id", "uuid", "pk", "created_at", "user", "status", "note", "info"}) {
    if (present.count(name) == 0) missing += std::string{missing.empty() ? "" : ", "} + name;
  }
  if (missing.empty()) return;
  throw Refusal{path + ": " + (present.empty() ? "no table peer" : "the table peer lacks " + missing) +
                ": not the database of a stock server"};
}

template <class Fn>
auto guarded(const std::string& path, Fn work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    throw Refusal{path + ": " + error.what()};
  } catch (const fs::filesystem_error& error) {
    throw Refusal{error.what()};
  }
}

}  // namespace

int64_t check_database(const std::string& path) {
  return guarded(path, [&path] {
    SQLite::Database database = open_source(path);
    check_schema(database, path);
    check_pages(database, path);
    return database.execAndGet("select count(*) from peer").getInt64();
  });
}

stock::Foreign look_at_foreign(const std::string& path) {
  return guarded(path, [&path] {
    SQLite::Database database = open_source(path);
    return stock::read_foreign(database);
  });
}

void copy_database(const std::string& from, const std::string& to) {
  guarded(from, [&from, &to] {
    const std::string part = to + ".part";
    fs::remove(part);
    {
      SQLite::Database source = open_source(from);
      SQLite::Database copy{part, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
      fs::permissions(part, fs::status(from).permissions());
      SQLite::Backup backup{copy, source};
      backup.executeStep(-1);  // all under one read lock
    }
    SQLite::Database copy{part, SQLite::OPEN_READWRITE};
    copy.execAndGet("pragma journal_mode = delete");
    check_pages(copy, part);
    fs::rename(part, to);
  });
}

int64_t count_missing(const std::string& source, const std::string& other) {
  return guarded(other, [&source, &other] {
    SQLite::Database database = open_source(source);
    SQLite::Statement attach{database, "attach database ?1 as other"};
    attach.bind(1, stock::source_uri(other));
    attach.exec();
    return database
        .execAndGet(
            "select count(*) from main.peer as p where not exists "
            "(select 1 from other.peer as o where o.id = p.id and o.uuid = p.uuid and o.pk = p.pk)")
        .getInt64();
  });
}

}  // namespace junctor::tools::migrate
