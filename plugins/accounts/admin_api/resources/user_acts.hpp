// SPDX-License-Identifier: Apache-2.0
// What is done to users, with its row in the console's audit; rights have been checked. Lives on threads of the
// database.
#pragma once

#include "accounts/admin_api/core/lookup.hpp"

namespace junctor::accounts::admin {

Entity user_entity(const Call& call, Ref id);
/// "off", "pending", "on", "expired".
std::string_view factor_word(bool there, bool confirmed, int64_t since, int64_t now);
/// The schema Factors.
std::string factors_json(const Call& call, Ref user);

void enable_user(Call& call, const FoundUser& user, bool enable);
/// Disabled before; not oneself.
void remove_user(Call& call, const FoundUser& user);
void log_out(Call& call, const FoundUser& user);
void take_factors(Call& call, const FoundUser& user);
void end_mail_codes(Call& call, const FoundUser& user);
void enforce_factor(Call& call, const FoundUser& user, bool enforce);

/// Permissions that the given fields ask for.
std::vector<std::string_view> rights_of_body(const Call& call);

/// The list's FROM, with users as u and their groups as g; and what the caller may see, by the query's filters.
extern const char* const kUserFrom;
void choose_users(const Call& call, Listing& listing);

/// Where cut_running says so: ends the connections that the user has opened; `of_devices`: and those to his devices.
void cut_connections(Call& call, Ref user, bool of_devices);

}  // namespace junctor::accounts::admin
