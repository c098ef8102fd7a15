// SPDX-License-Identifier: Apache-2.0
// What answers each endpoint, a family a file. Lives on threads of the database.
#pragma once

#include "accounts/admin_api/core/engine.hpp"
#include "accounts/model/access.hpp"

namespace junctor::accounts::admin {

void add_user_groups(Handlers& out);
void add_device_groups(Handlers& out);
void add_users(Handlers& out);
void add_edges(Handlers& out);
void add_devices(Handlers& out);
void add_sessions(Handlers& out);
void add_tokens(Handlers& out);
void add_me(Handlers& out);
void add_strategies(Handlers& out);
void add_roles(Handlers& out);
void add_audit(Handlers& out);
void add_invitations(Handlers& out);
void add_access(Handlers& out);
void add_books(Handlers& out);
void add_book_parts(Handlers& out);
void add_site(Handlers& out);
void add_settings(Handlers& out);
void add_imports(Handlers& out);
void add_passwords(Handlers& out);

/// Why somebody may reach a device, as a sentence.
std::string_view ground_text(Ground ground);

/// Everything.
Handlers all_handlers();

inline constexpr std::string_view kSessionCookie = "junctor_session";
/// Set-Cookie; an empty token takes it away.
std::string session_cookie(std::string_view token, bool secure);

}  // namespace junctor::accounts::admin
