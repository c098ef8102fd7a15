// SPDX-License-Identifier: Apache-2.0
// From a cookie or a token to the caller: looked up anew in each call's own transaction, so that what was revoked is
// revoked. Lives on a thread of the database.
#pragma once

#include <junctor/database.hpp>

#include "accounts/admin_api/core/call.hpp"
#include "accounts/store/admin_roles.hpp"

namespace junctor::accounts::admin {

/// What was used just now: written down at most once a minute, apart from the call.
struct Used {
  Ref session = kNoRef;
  Ref token = kNoRef;
};

struct Authenticated {
  Caller caller;  // sealed
  Used used;
};

/// Nobody where there is nothing, or nothing that is good any more.
Authenticated authenticate(const Sql& sql, const Site& site, const Ask& ask, int64_t now);

/// Of the calls of the official scripts: an API token, or a user's session of any kind, as Bearer.
Authenticated authenticate_script(const Sql& sql, const Site& site, const Ask& ask, int64_t now);

/// Is the address (text, without port) in one of the networks? Of none: from anywhere.
bool lets(std::string_view networks, const std::string& address);

/// What goes as X-CSRF-Token with a session: made of it, so that nobody has to keep it.
std::string csrf_of(std::string_view session_token);

void note_use(const Sql& sql, const Used& used, std::string_view address, int64_t now);

}  // namespace junctor::accounts::admin
