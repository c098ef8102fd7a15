// SPDX-License-Identifier: Apache-2.0
// The end of a log-in, whichever way it came: a session, the device that is known from now on, its owner, a line in the
// log (accounts.md 4, 10, 12). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <string>

#include "accounts/login/log_in.hpp"

namespace junctor::accounts {

/// What a device or browser is known by; empty: none was named.
std::string device_key(const LoginFrom& from);

/// Returns the token. `trust`: the second factor was given here, or is not asked for. Throws Refused for a user who is
/// not enabled (any more).
std::string begin_session(const Sql& sql, const User& user, const LoginFrom& from, const std::string& method,
                          bool trust, const LoginSettings& settings, int64_t now, Touched& touched);

}  // namespace junctor::accounts
