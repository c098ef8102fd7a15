// SPDX-License-Identifier: Apache-2.0
// What is delegated to a user: {p}admin_roles and who has them (accounts.md 8). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "accounts/model/admin_roles.hpp"

namespace junctor::accounts {

/// The admin roles of a user.
std::vector<AdminRole> roles_of(const Sql& sql, Ref user);

/// As it is stored: names with commas.
std::string permissions_text(const PermissionSet& set);
PermissionSet parse_permissions(std::string_view text);

}  // namespace junctor::accounts
