// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a PostgreSQL server, in stable words and in a sentence for the operator. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "storage_memory/fault.hpp"
#include "storage_postgres/target.hpp"

namespace junctor::storage::postgres {

/// Every reason word there is.
inline constexpr const char* kReasons[] = {
    "unreachable", "starting", "full",    "password",  "denied", "no_database", "tls",      "read_only",
    "encoding",    "lost",     "timeout", "disk_full", "schema", "constraint",  "conflict", "error",
};

/// A connection could not be made: libpq's text, which has the SQLSTATE where a server answered (PQERRORS_VERBOSE).
Fault describe_refusal(const Target& target, const Place& place, std::string_view message);

/// A statement was refused by a server that goes on. `state`: its SQLSTATE.
Fault describe_error(const Target& target, std::string_view state, const std::string& message);

/// The SQLSTATE in a verbose text of libpq; empty where it has none.
std::string_view state_in(std::string_view message);

/// Whether waiting mends it: nothing of the configuration is wrong.
bool is_passing(const Fault& fault);

/// After these the connection is as good as before.
bool keeps_connection(const Fault& fault);

}  // namespace junctor::storage::postgres
