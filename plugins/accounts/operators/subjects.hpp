// SPDX-License-Identifier: Apache-2.0
// What commands.hpp's execute() hands on to, by subject. Inside a transaction.
#pragma once

#include <string>

#include "accounts/operators/commands.hpp"

namespace junctor::accounts {

std::string about_user(const Sql& sql, const Request& request, const Prepared& prepared, int64_t now, Touched& touched);
std::string about_token(const Sql& sql, const Request& request, int64_t now);
std::string about_device(const Sql& sql, const Request& request, Touched& touched);
std::string about_admission(const Sql& sql, const Request& request, int64_t now, Touched& touched);

/// "2026-01-31 10:20:30" in UTC; empty for 0.
std::string time_text(int64_t seconds);
/// --limit, within what an answer can hold.
int64_t limit_of(const Request& request);

}  // namespace junctor::accounts
