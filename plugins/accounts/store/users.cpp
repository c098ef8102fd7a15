// SPDX-License-Identifier: Apache-2.0
// A user's row and what goes with it. Inside a transaction.
#include "accounts/store/users.hpp"

#include "accounts/api/refused.hpp"
#include "accounts/store/books_of_user.hpp"
#include "accounts/store/devices.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/user_groups.hpp"

namespace junctor::accounts {
namespace {

#define USER_COLUMNS                                                                                                  \
  "SELECT id, guid, name, display_name, email, password, note, avatar, status, is_admin, group_id, control_role_id, " \
  "source, may_initiate, must_change_password, email_verified, mail_codes, alarm_mails, tfa_enforced, created, "      \
  "last_login, password_changed FROM {p}users "

User read_user(const Row& row) {
  User user;
  user.id = static_cast<Ref>(row.integer(0));
  user.guid = row.text(1);
  user.name = row.text(2);
  user.display_name = row.text(3);
  user.email = row.text(4);
  user.password = row.text(5);
  user.note = row.text(6);
  user.avatar = row.text(7);
  user.status = static_cast<UserStatus>(row.integer(8));
  user.is_admin = row.flag(9);
  user.group = static_cast<Ref>(row.integer(10));
  user.control_role = static_cast<Ref>(row.integer(11));
  user.source = row.text(12);
  user.may_initiate = row.flag(13);
  user.must_change_password = row.flag(14);
  user.email_verified = row.flag(15);
  user.mail_codes = row.flag(16);
  user.alarm_mails = row.flag(17);
  user.tfa_enforced = row.flag(18);
  user.created = row.integer(19);
  user.last_login = row.integer(20);
  user.password_changed = row.integer(21);
  return user;
}

std::optional<int64_t> id_or_null(Ref ref) {
  return ref == kNoRef ? std::nullopt : std::optional{static_cast<int64_t>(ref)};
}

std::optional<std::string> key_or_null(const std::string& email) {
  return email.empty() ? std::nullopt : std::optional{name_key(email)};
}

/// Clients list users and device groups in one list, keyed by name.
void check_free(const Sql& sql, const User& user) {
  const std::string key = name_key(user.name);
  if (sql.number("SELECT count(*) FROM {p}users WHERE name_key = ?1 AND id <> ?2", {key, user.id}) != 0) {
    throw Refused{"There is a user named " + user.name + " already"};
  }
  if (sql.number("SELECT count(*) FROM {p}device_groups WHERE name_key = ?1", {key}) != 0) {
    throw Refused{"There is a device group named " + user.name + ", and clients show both in one list"};
  }
  if (user.email.empty()) return;
  if (sql.number("SELECT count(*) FROM {p}users WHERE email_key = ?1 AND id <> ?2", {name_key(user.email), user.id}) !=
      0) {
    throw Refused{"This mail address is another user's"};
  }
}

bool is_last_administrator(const Sql& sql, Ref user) {
  return sql.number("SELECT count(*) FROM {p}users WHERE is_admin = 1 AND status = 1 AND id <> ?1", {user}) == 0 &&
         sql.number("SELECT count(*) FROM {p}users WHERE is_admin = 1 AND status = 1 AND id = ?1", {user}) != 0;
}

}  // namespace

void check_not_last_administrator(const Sql& sql, Ref user) {
  if (is_last_administrator(sql, user)) throw Refused{"The last enabled administrator must stay"};
}

std::optional<User> user_by_id(const Sql& sql, Ref id) {
  return sql.one(USER_COLUMNS "WHERE id = ?1", {id}, read_user);
}

std::optional<User> user_by_guid(const Sql& sql, std::string_view guid) {
  return sql.one(USER_COLUMNS "WHERE guid = ?1", {guid}, read_user);
}

std::optional<User> user_by_name(const Sql& sql, std::string_view name) {
  const std::string key = name_key(name);
  return key.empty() ? std::nullopt : sql.one(USER_COLUMNS "WHERE name_key = ?1", {key}, read_user);
}

std::optional<User> user_by_login(const Sql& sql, std::string_view name) {
  if (auto user = user_by_name(sql, name)) return user;
  const std::string key = name_key(name);
  return key.empty() ? std::nullopt : sql.one(USER_COLUMNS "WHERE email_key = ?1", {key}, read_user);
}

std::vector<User> users_after(const Sql& sql, std::string_view after, int64_t limit) {
  return sql.all(USER_COLUMNS "WHERE name_key > ?1 ORDER BY name_key LIMIT ?2", {after, limit}, read_user);
}

std::vector<Ref> extra_groups_of(const Sql& sql, Ref user) {
  return sql.all("SELECT group_id FROM {p}user_group_members WHERE user_id = ?1 ORDER BY group_id LIMIT 10000", {user},
                 [](const Row& row) { return static_cast<Ref>(row.integer(0)); });
}

Ref add_user(const Sql& sql, User user, int64_t now, Touched& touched) {
  user.id = kNoRef;
  user.name = clean_name(user.name, "A user's name");
  user.email = clean_email(user.email);
  check_free(sql, user);
  if (user.group == kNoRef) user.group = default_user_group(sql);
  if (user.guid.empty()) user.guid = new_guid();
  const int64_t id = sql.number(
      "INSERT INTO {p}users (guid, name, name_key, display_name, email, email_key, password, note, avatar, status, "
      "is_admin, group_id, control_role_id, source, may_initiate, must_change_password, email_verified, mail_codes, "
      "alarm_mails, tfa_enforced, created, password_changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
      "?12, "
      "?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?21) RETURNING id",
      {user.guid,
       user.name,
       name_key(user.name),
       user.display_name,
       user.email,
       key_or_null(user.email),
       user.password,
       user.note,
       user.avatar,
       user.status,
       user.is_admin,
       user.group,
       id_or_null(user.control_role),
       user.source,
       user.may_initiate,
       user.must_change_password,
       user.email_verified,
       user.mail_codes,
       user.alarm_mails,
       user.tfa_enforced,
       now});
  touched.users.insert(static_cast<Ref>(id));
  return static_cast<Ref>(id);
}

void update_user(const Sql& sql, const User& given, Touched& touched) {
  User user = given;
  user.name = clean_name(user.name, "A user's name");
  user.email = clean_email(user.email);
  check_free(sql, user);
  if (!user.is_admin || !user.enabled()) check_not_last_administrator(sql, user.id);
  sql.exec(
      "UPDATE {p}users SET name = ?2, name_key = ?3, display_name = ?4, email = ?5, email_key = ?6, note = ?7, "
      "avatar = ?8, status = ?9, is_admin = ?10, group_id = ?11, control_role_id = ?12, source = ?13, may_initiate = "
      "?14, "
      "must_change_password = ?15, email_verified = ?16, mail_codes = ?17, alarm_mails = ?18, tfa_enforced = ?19 "
      "WHERE id = ?1",
      {user.id, user.name, name_key(user.name), user.display_name, user.email, key_or_null(user.email), user.note,
       user.avatar, user.status, user.is_admin, user.group, id_or_null(user.control_role), user.source,
       user.may_initiate, user.must_change_password, user.email_verified, user.mail_codes, user.alarm_mails,
       user.tfa_enforced});
  if (!user.enabled()) end_sessions_of(sql, user.id, kNoRef, LoginOwner::kStays, touched);
  touched.users.insert(user.id);
}

void set_password(const Sql& sql, Ref user, std::string_view hash, bool must_change, int64_t now, Ref keep,
                  Touched& touched) {
  sql.exec("UPDATE {p}users SET password = ?2, must_change_password = ?3, password_changed = ?4 WHERE id = ?1",
           {user, hash, must_change, now});
  end_sessions_of(sql, user, keep, LoginOwner::kTakeBack, touched);
  sql.exec("UPDATE {p}known_devices SET trusted_until = 0 WHERE user_id = ?1", {user});
  touched.users.insert(user);
}

void set_user_status(const Sql& sql, Ref user, UserStatus status, Touched& touched) {
  if (status != UserStatus::kNormal) {
    check_not_last_administrator(sql, user);
    end_sessions_of(sql, user, kNoRef, LoginOwner::kStays, touched);
  }
  sql.exec("UPDATE {p}users SET status = ?2 WHERE id = ?1", {user, status});
  touched.users.insert(user);
}

void note_login(const Sql& sql, Ref user, int64_t now) {
  sql.exec("UPDATE {p}users SET last_login = ?2 WHERE id = ?1", {user, now});
}

void set_extra_groups(const Sql& sql, Ref user, const std::vector<Ref>& groups, Touched& touched) {
  sql.exec("DELETE FROM {p}user_group_members WHERE user_id = ?1", {user});
  for (const Ref group : groups) {
    sql.exec("INSERT INTO {p}user_group_members (user_id, group_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
             {user, group});
  }
  touched.users.insert(user);
}

void delete_user(const Sql& sql, Ref id, Ref deleter, int64_t now, Touched& touched) {
  const auto user = user_by_id(sql, id);
  if (!user) return;
  if (id == deleter) throw Refused{"Nobody deletes himself"};
  if (user->enabled()) throw Refused{"A user must be disabled before he is deleted"};
  end_sessions_of(sql, id, kNoRef, LoginOwner::kStays, touched);
  release_devices_of(sql, id, touched);
  part_with_books(sql, id, deleter, now, touched);
  sql.exec("DELETE FROM {p}edges WHERE (subject_kind = 0 AND subject_id = ?1)", {id});
  sql.exec("DELETE FROM {p}strategy_assignments WHERE kind = 1 AND target_id = ?1", {id});
  sql.exec("DELETE FROM {p}users WHERE id = ?1", {id});
  touched.users.insert(id);
  touched.edges = true;
}

}  // namespace junctor::accounts
