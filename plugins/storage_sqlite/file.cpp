// SPDX-License-Identifier: Apache-2.0
// The checks of a file before it is used, and the pragmas that make it durable. Any thread.
#include "storage_sqlite/file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace junctor::storage {
namespace {

[[noreturn]] void fail(const char* reason, std::string text) { throw DatabaseError{{reason, std::move(text)}}; }

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

}  // namespace

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

void DatabaseFile::set_journal() {
  const std::string mode = database_.execAndGet("pragma journal_mode = wal").getString();
  if (mode != "wal") {
    fail("cannot_open", path_ + ": write-ahead logging cannot be switched on (journal_mode " + mode +
                            "): network file systems do not support it; use a local disk");
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
