// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a database file, in stable words and in a sentence for the operator. Any thread.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace junctor::storage {

/// Every reason word there is.
inline constexpr const char* kReasons[] = {"disk_full",      "read_only",   "locked",     "corrupt",
                                           "not_a_database", "cannot_open", "moved",      "no_memory",
                                           "io_error",       "schema",      "constraint", "error"};

/// `reason`: one of kReasons, for logs and metrics. `text`: what was found, where, and the mend.
struct Fault {
  std::string reason;
  std::string text;
};

/// A database that cannot be used: at start the plugin refuses with its text.
class DatabaseError : public std::runtime_error {
 public:
  explicit DatabaseError(Fault fault) : std::runtime_error(fault.text), fault_{std::move(fault)} {}
  const Fault& fault() const { return fault_; }

 private:
  Fault fault_;
};

[[noreturn]] inline void fail(const char* reason, std::string text) { throw DatabaseError{{reason, std::move(text)}}; }

/// `system_errno`: sqlite3_system_errno of the connection, where there is one, else 0.
Fault describe(const SQLite::Exception& error, const std::string& path, int system_errno);
Fault describe(const SQLite::Exception& error, const std::string& path, SQLite::Database& database);

/// By anybody, this process too.
bool is_locked(const std::string& path);

/// The type of the file system that has it, as "nfs4"; "unknown" where the system does not tell.
std::string file_system_of(const std::string& path);

/// The processes that hold locks on the file, as "pid 4711 (hbbs)"; empty where none can be seen.
std::string lock_holders(const std::string& path);

}  // namespace junctor::storage
