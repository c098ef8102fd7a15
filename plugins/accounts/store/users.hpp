// SPDX-License-Identifier: Apache-2.0
// Users: {p}users, their extra groups and admin roles (accounts.md 1, 2). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/model/entities.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

std::optional<User> user_by_id(const Sql& sql, Ref id);
std::optional<User> user_by_guid(const Sql& sql, std::string_view guid);
std::optional<User> user_by_name(const Sql& sql, std::string_view name);
/// By name, else by mail address.
std::optional<User> user_by_login(const Sql& sql, std::string_view name);
/// In the order of the names; `after`: a name_key.
std::vector<User> users_after(const Sql& sql, std::string_view after, int64_t limit);
std::vector<Ref> extra_groups_of(const Sql& sql, Ref user);

/// Cleans name and mail, gives a guid and the group Default where there is none. Throws Refused where name or mail is
/// taken, also by a device group.
Ref add_user(const Sql& sql, User user, int64_t now, Touched& touched);
/// All fields but guid, created and password; checks as add_user does. The last enabled administrator stays one.
void update_user(const Sql& sql, const User& user, Touched& touched);
/// `hash`: a password's, or empty for none. Ends his sessions but `keep` (a session's id; 0: all), and forgets trust.
void set_password(const Sql& sql, Ref user, std::string_view hash, bool must_change, int64_t now, Ref keep,
                  Touched& touched);
/// To disabled: sessions end. Throws Refused for the last enabled administrator.
void set_user_status(const Sql& sql, Ref user, UserStatus status, Touched& touched);
void note_login(const Sql& sql, Ref user, int64_t now);
void set_extra_groups(const Sql& sql, Ref user, const std::vector<Ref>& groups, Touched& touched);

/// Everything of accounts.md 2, "delete user"; throws Refused unless he is disabled. `deleter`: who gets his shared
/// books; kNoRef: nobody, they stay without owner until an administrator takes them.
void delete_user(const Sql& sql, Ref user, Ref deleter, int64_t now, Touched& touched);

/// Throws Refused where no enabled administrator is left without him.
void check_not_last_administrator(const Sql& sql, Ref user);

}  // namespace junctor::accounts
