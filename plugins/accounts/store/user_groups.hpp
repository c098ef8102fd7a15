// SPDX-License-Identifier: Apache-2.0
// User groups: {p}user_groups (accounts.md 1, 2). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <optional>
#include <string_view>
#include <vector>

#include "accounts/model/entities.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

std::optional<UserGroup> user_group_by_id(const Sql& sql, Ref id);
std::optional<UserGroup> user_group_by_guid(const Sql& sql, std::string_view guid);
std::optional<UserGroup> user_group_by_name(const Sql& sql, std::string_view name);
/// In the order of the names; `after`: a name_key.
std::vector<UserGroup> user_groups_after(const Sql& sql, std::string_view after, int64_t limit);
/// Made by the first start; never missing.
Ref default_user_group(const Sql& sql);

/// Throws Refused where the name is taken, also by a device group.
Ref add_user_group(const Sql& sql, UserGroup group, int64_t now, Touched& touched);
/// The built-in one keeps its name.
void update_user_group(const Sql& sql, const UserGroup& group, Touched& touched);
/// Members go to Default; its edges, rules and scopes go. Throws Refused for the built-in one.
void delete_user_group(const Sql& sql, Ref id, Touched& touched);
/// Moves a user into it: one group each.
void move_user(const Sql& sql, Ref user, Ref group, Touched& touched);

}  // namespace junctor::accounts
