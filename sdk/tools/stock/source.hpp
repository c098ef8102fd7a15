// SPDX-License-Identifier: Apache-2.0
// A stock server's database opened to be looked at, without a trace where nobody has it open. One thread.
#pragma once

#include <SQLiteCpp/Database.h>

#include <string>

namespace junctor::stock {

/// A reader of a WAL database makes -wal and -shm beside it; of one at rest it need not, and then leaves no trace.
/// Throws SQLite::Exception.
SQLite::Database open_source(const std::string& path);

/// The same for an `attach`.
std::string source_uri(const std::string& path);

}  // namespace junctor::stock
