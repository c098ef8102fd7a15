// SPDX-License-Identifier: Apache-2.0
// A stock server's database (protocol.md 7): looked at without a trace, copied whole while somebody writes. One thread;
// every function throws Refusal.
#pragma once

#include <cstdint>
#include <string>

#include "tools/stock/foreign.hpp"

namespace junctor::tools::migrate {

/// Checks the file's pages and its table `peer`; how many peers it has.
int64_t check_database(const std::string& path);

/// Of a database that was checked.
stock::Foreign look_at_foreign(const std::string& path);

/// To a file that is not there yet, as one file without a WAL, checked again. Its mode is the source's.
void copy_database(const std::string& from, const std::string& to);

/// How many peers of `source` are not in `other` with the same id, uuid and key.
int64_t count_missing(const std::string& source, const std::string& other);

}  // namespace junctor::tools::migrate
