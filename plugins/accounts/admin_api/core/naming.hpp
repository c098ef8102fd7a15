// SPDX-License-Identifier: Apache-2.0
// Names of objects as the API takes them: cleaned, and not somebody else's already (accounts.md 1, 22).
#pragma once

#include <string>

#include "accounts/admin_api/core/call.hpp"

namespace junctor::accounts::admin {

/// The cleaned name of the body's field. Throws Refused 422 for what is none.
std::string clean_name(const Call& call, const std::string& field = "name");

/// Throws Refused 409 where another row than `self` of {p}`table` has the name.
void check_free(const Call& call, std::string_view table, std::string_view what, const std::string& name, Ref self);
/// Clients list users, user groups and device groups in one list that is keyed by name.
void check_people_name(const Call& call, const std::string& name);
void check_device_group_name(const Call& call, const std::string& name);

/// Of the row; empty for none.
std::string name_of(const Sql& sql, std::string_view table, Ref id);

}  // namespace junctor::accounts::admin
