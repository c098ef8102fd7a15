// SPDX-License-Identifier: Apache-2.0
// SQLite's error codes as reason words and sentences. Any thread.
#include "storage_sqlite/fault.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

namespace junctor::storage {
namespace {

bool is_full(int code, int system_errno) {
  return code == SQLITE_FULL ||
         (code == SQLITE_IOERR && (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG));
}

std::string reason_of(int code, int system_errno) {
  if (is_full(code, system_errno)) return "disk_full";
  if (code == SQLITE_IOERR && system_errno == EROFS) return "read_only";
  switch (code) {
    case SQLITE_READONLY:
      return "read_only";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "locked";
    case SQLITE_CORRUPT:
      return "corrupt";
    case SQLITE_NOTADB:
      return "not_a_database";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "cannot_open";
    case SQLITE_NOMEM:
      return "no_memory";
    case SQLITE_IOERR:
      return "io_error";
    case SQLITE_CONSTRAINT:
      return "constraint";
    default:
      return "error";
  }
}

std::string mend_of(const std::string& reason, const std::string& path) {
  if (reason == "disk_full") return "the disk or quota is full: free some space; it goes on by itself then";
  if (reason == "read_only") {
    return "the file, its directory or the file system is read-only for this user: the file, its -wal and -shm files "
           "and "
           "the directory must be writable";
  }
  if (reason == "locked") {
    const std::string holders = lock_holders(path);
    return "locked by another process" + (holders.empty() ? std::string{} : ": " + holders) +
           ": end it, or its transaction; only one server may use the file";
  }
  if (reason == "corrupt") {
    return "the file is damaged: stop the server, keep a copy, and restore a backup or try: sqlite3 FILE .recover";
  }
  if (reason == "not_a_database") return "this is not an SQLite database: restore a backup, or move the file away";
  if (reason == "cannot_open") return "it must be a file that this user may read and write, in a writable directory";
  if (reason == "io_error") return "the operating system failed to read or write: see the kernel's log";
  return "";
}

/// The pids that /proc/locks gives for an inode, ours too: no descriptor is opened, as closing one would drop our
/// locks.
std::set<std::string> lock_pids(const struct stat& file) {
  std::set<std::string> pids;
  std::ifstream locks{"/proc/locks"};
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words{line};
    std::string number, kind, mode, access, pid, place;
    words >> number >> kind >> mode >> access >> pid >> place;
    const size_t colon = place.rfind(':');
    if (colon == std::string::npos || place.substr(colon + 1) != std::to_string(file.st_ino)) continue;
    pids.insert(pid);
  }
  return pids;
}

/// The errno behind an I/O error. A failing COMMIT forgets it in the connection, but the file that failed has it still.
int errno_of(sqlite3* database) {
  int found = sqlite3_system_errno(database);
  for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
    sqlite3_file* file = nullptr;
    if (found != 0 || sqlite3_file_control(database, "main", which, &file) != SQLITE_OK) continue;
    if (file == nullptr || file->pMethods == nullptr) continue;
    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &found);
  }
  return found;
}

}  // namespace

std::string file_system_of(const std::string& path) {
  std::ifstream mounts{"/proc/self/mounts"};
  std::string type = "unknown";
  size_t longest = 0;
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words{line};
    std::string device, place, kind;
    words >> device >> place >> kind;
    const bool within =
        path.rfind(place, 0) == 0 && (place == "/" || path.size() == place.size() || path[place.size()] == '/');
    if (!within || place.size() < longest) continue;
    longest = place.size();
    type = kind;
  }
  return type;
}

bool is_locked(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 && !lock_pids(file).empty();
}

std::string lock_holders(const std::string& path) {
  std::set<std::string> pids;
  for (const char* suffix : {"", "-shm"}) {
    struct stat file {};
    if (stat((path + suffix).c_str(), &file) == 0) pids.merge(lock_pids(file));
  }
  pids.erase(std::to_string(getpid()));
  std::string all;
  for (const std::string& pid : pids) {
    std::string name;
    std::ifstream comm{"/proc/" + pid + "/comm"};
    std::getline(comm, name);
    all += (all.empty() ? "pid " : ", pid ") + pid + (name.empty() ? "" : " (" + name + ")");
  }
  return all;
}

Fault describe(const SQLite::Exception& error, const std::string& path, int system_errno) {
  const std::string reason = reason_of(error.getErrorCode() & 0xff, system_errno);
  std::string text = path + ": " + error.what();
  if (system_errno != 0) text += std::string{" ("} + std::strerror(system_errno) + ")";
  const int code = error.getExtendedErrorCode();
  const bool lockless = system_errno == ENOLCK || code == SQLITE_IOERR_LOCK || code == SQLITE_IOERR_RDLOCK;
  const std::string mend = lockless ? "its file system (" + file_system_of(path) +
                                          ") has no locks, without which two could write at once: give `path` on "
                                          "another file system, a local one best"
                                    : mend_of(reason, path);
  if (!mend.empty()) text += "; " + mend;
  return {reason, text};
}

Fault describe(const SQLite::Exception& error, const std::string& path, SQLite::Database& database) {
  const int code = error.getErrorCode() & 0xff;
  const bool io = code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_FULL;
  return describe(error, path, io ? errno_of(database.getHandle()) : 0);
}

}  // namespace junctor::storage
