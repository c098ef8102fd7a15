// SPDX-License-Identifier: Apache-2.0
// The checks of a file before it is used, and the pragmas that make it durable. Any thread.
#include "storage_sqlite/file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace junctor::storage {
namespace {

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// A new file is for its owner alone: it will hold every peer's address. SQLite gives -wal and -shm the same mode.
void create_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
  } else if (errno != EEXIST) {
    const int cause = errno;
    fail(cause == EROFS    ? "read_only"
         : cause == ENOSPC ? "disk_full"
                           : "cannot_open",
         path + ": cannot create it: " + std::strerror(cause) + "; the directory " + directory_of(path) +
             " must exist and be writable for this user");
  }
}

std::string prepare(const std::string& path, Missing missing) {
  struct stat file {};
  if (stat(path.c_str(), &file) == 0) {
    if (!S_ISREG(file.st_mode)) fail("cannot_open", path + ": not a regular file; give the path of a database file");
  } else if (missing == Missing::kFail) {
    fail("moved", path + ": the file has gone; put it back, or restart to begin with a new one");
  } else {
    create_file(path);
  }
  return path;
}

SQLite::Database open_file(const std::string& path) {
  try {
    return SQLite::Database{path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX};
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, path, errno)};
  }
}

/// In SQLite's URIs these three mean something.
std::string immutable(const std::string& path) {
  std::string out = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      out += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
    } else {
      out += c;
    }
  }
  return out + "?immutable=1";
}

constexpr std::array kLogs{"-wal", "-journal"};

/// What a server that was killed has left there belongs to the file: without it the file may look damaged.
bool has_log(const std::string& path) {
  return std::any_of(kLogs.begin(), kLogs.end(), [&path](const char* suffix) {
    struct stat log {};
    return stat((path + suffix).c_str(), &log) == 0 && log.st_size > 0;
  });
}

}  // namespace

std::optional<SQLite::Database> look_into(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return std::nullopt;
  if (!S_ISREG(file.st_mode)) fail("cannot_open", path + ": not a regular file; give the path of a database file");
  // Not while this very process uses it, either: to close another descriptor of it would drop the locks of the one in
  // use.
  if (file.st_size == 0 || is_locked(path) || has_log(path)) return std::nullopt;
  return SQLite::Database{immutable(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI};
}

DatabaseFile::DatabaseFile(const std::string& path, Missing missing)
    : database_{open_file(prepare(path, missing))}, path_{path} {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return;
  device_ = file.st_dev;
  inode_ = file.st_ino;
}

DatabaseFile::~DatabaseFile() {
  if (moved()) sqlite3_db_config(database_.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void DatabaseFile::check_writable() {
  if (sqlite3_db_readonly(database_.getHandle(), "main") != 1) return;
  fail("read_only", path_ + ": read-only for this user or on a read-only file system; it must be writable");
}

/// False where the file system has no shared memory for its index.
bool DatabaseFile::try_wal() {
  try {
    if (database_.execAndGet("pragma journal_mode = wal").getString() != "wal") return false;
    database_.exec("begin immediate");  // what only reads gets on without shared memory
    database_.exec("rollback");
    return true;
  } catch (const SQLite::Exception& error) {
    const int code = error.getExtendedErrorCode();
    const bool shared_memory = code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMMAP ||
                               code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMLOCK || code == SQLITE_PROTOCOL;
    // Without it what has been read may not be written. A directory that takes no file at all, and a file that is
    // read-only in truth, fail in the journal as well, and say so there.
    const int kind = error.getErrorCode();
    if (shared_memory || kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN) return false;
    throw;
  }
}

void DatabaseFile::set_journal() {
  if (!try_wal()) {
    // Its own memory does for the one that has the file alone: so a file that was in that mode leaves it. Opened anew,
    // as SQLite takes a connection that has missed the shared memory for one that may not write.
    database_ = open_file(path_);
    database_.exec("pragma locking_mode = exclusive");
    database_.execAndGet("pragma journal_mode = truncate");
    database_.exec("pragma locking_mode = normal");
    database_.execAndGet("select count(*) from sqlite_schema");  // gives the lock back
  }
  database_.exec("pragma synchronous = full");
  database_.exec("pragma wal_autocheckpoint = 0");
  database_.exec("pragma journal_size_limit = 67108864");
}

void DatabaseFile::tune(const Tuning& tuning, size_t share) {
  database_.setBusyTimeout(static_cast<int>(tuning.busy_timeout.count()));
  database_.exec("pragma cache_size = -" + std::to_string(std::max<size_t>(tuning.cache_bytes / share / 1024, 64)));
}

bool DatabaseFile::moved() const {
  struct stat file {};
  return stat(path_.c_str(), &file) != 0 || file.st_dev != device_ || file.st_ino != inode_;
}

}  // namespace junctor::storage
