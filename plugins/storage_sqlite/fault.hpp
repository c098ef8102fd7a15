// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a database file, in stable words and in a sentence for the operator. Any thread.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <string>

#include "storage_memory/fault.hpp"

namespace junctor::storage {

/// Every reason word there is.
inline constexpr const char* kReasons[] = {"disk_full",      "read_only",   "locked",     "corrupt",
                                           "not_a_database", "cannot_open", "moved",      "no_memory",
                                           "io_error",       "schema",      "constraint", "error"};

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
