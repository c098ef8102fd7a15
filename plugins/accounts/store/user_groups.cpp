// SPDX-License-Identifier: Apache-2.0
// A user group's row and what goes with it. Inside a transaction.
#include "accounts/store/user_groups.hpp"

#include "accounts/api/refused.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts {
namespace {

#define GROUP_COLUMNS \
  "SELECT id, guid, name, note, members_reach_each_other, networks, built_in, created FROM {p}user_groups "

UserGroup read_group(const Row& row) {
  UserGroup group;
  group.id = static_cast<Ref>(row.integer(0));
  group.guid = row.text(1);
  group.name = row.text(2);
  group.note = row.text(3);
  group.members_reach_each_other = row.flag(4);
  group.networks = row.text(5);
  group.built_in = row.flag(6);
  group.created = row.integer(7);
  return group;
}

void check_free(const Sql& sql, const UserGroup& group) {
  const std::string key = name_key(group.name);
  if (sql.number("SELECT count(*) FROM {p}user_groups WHERE name_key = ?1 AND id <> ?2", {key, group.id}) != 0) {
    throw Refused{"There is a user group named " + group.name + " already"};
  }
  if (sql.number("SELECT count(*) FROM {p}device_groups WHERE name_key = ?1", {key}) != 0) {
    throw Refused{"There is a device group named " + group.name + ", and clients show both in one list"};
  }
}

}  // namespace

std::optional<UserGroup> user_group_by_id(const Sql& sql, Ref id) {
  return sql.one(GROUP_COLUMNS "WHERE id = ?1", {id}, read_group);
}

std::optional<UserGroup> user_group_by_guid(const Sql& sql, std::string_view guid) {
  return sql.one(GROUP_COLUMNS "WHERE guid = ?1", {guid}, read_group);
}

std::optional<UserGroup> user_group_by_name(const Sql& sql, std::string_view name) {
  const std::string key = name_key(name);
  return key.empty() ? std::nullopt : sql.one(GROUP_COLUMNS "WHERE name_key = ?1", {key}, read_group);
}

std::vector<UserGroup> user_groups_after(const Sql& sql, std::string_view after, int64_t limit) {
  return sql.all(GROUP_COLUMNS "WHERE name_key > ?1 ORDER BY name_key LIMIT ?2", {after, limit}, read_group);
}

Ref default_user_group(const Sql& sql) {
  return static_cast<Ref>(sql.number("SELECT id FROM {p}user_groups WHERE built_in = 1"));
}

Ref add_user_group(const Sql& sql, UserGroup group, int64_t now, Touched& touched) {
  group.id = kNoRef;
  group.name = clean_name(group.name, "A user group's name");
  check_free(sql, group);
  if (group.guid.empty()) group.guid = new_guid();
  const auto id = static_cast<Ref>(sql.number(
      "INSERT INTO {p}user_groups (guid, name, name_key, note, members_reach_each_other, networks, built_in, created) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
      {group.guid, group.name, name_key(group.name), group.note, group.members_reach_each_other, group.networks,
       group.built_in, now}));
  touched.user_groups.insert(id);
  return id;
}

void update_user_group(const Sql& sql, const UserGroup& given, Touched& touched) {
  UserGroup group = given;
  group.name = clean_name(group.name, "A user group's name");
  const auto before = user_group_by_id(sql, group.id);
  if (!before) throw Refused{"There is no such user group"};
  if (before->built_in && before->name != group.name) throw Refused{"The built-in group keeps its name"};
  check_free(sql, group);
  sql.exec(
      "UPDATE {p}user_groups SET name = ?2, name_key = ?3, note = ?4, members_reach_each_other = ?5, networks = ?6 "
      "WHERE id = ?1",
      {group.id, group.name, name_key(group.name), group.note, group.members_reach_each_other, group.networks});
  touched.user_groups.insert(group.id);
}

void delete_user_group(const Sql& sql, Ref id, Touched& touched) {
  const auto group = user_group_by_id(sql, id);
  if (!group) return;
  if (group->built_in) throw Refused{"The built-in group cannot be deleted"};
  const auto touch_user = [&](const Row& row) { touched.users.insert(static_cast<Ref>(row.integer(0))); };
  sql.exec("UPDATE {p}users SET group_id = ?2 WHERE group_id = ?1 RETURNING id", {id, default_user_group(sql)},
           touch_user);
  sql.exec("DELETE FROM {p}user_group_members WHERE group_id = ?1 RETURNING user_id", {id}, touch_user);
  sql.exec("DELETE FROM {p}edges WHERE (subject_kind = 1 AND subject_id = ?1) OR (object_kind = 0 AND object_id = ?1)",
           {id});
  sql.exec("DELETE FROM {p}book_rules WHERE target = 1 AND target_id = ?1 RETURNING book_id", {id},
           [&](const Row& row) { touched.books.insert(static_cast<Ref>(row.integer(0))); });
  sql.exec("DELETE FROM {p}admin_role_groups WHERE kind = 0 AND group_id = ?1", {id});
  sql.exec("DELETE FROM {p}user_groups WHERE id = ?1", {id});
  touched.user_groups.insert(id);
  touched.edges = true;
}

void move_user(const Sql& sql, Ref user, Ref group, Touched& touched) {
  sql.exec("UPDATE {p}users SET group_id = ?2 WHERE id = ?1", {user, group});
  sql.exec("DELETE FROM {p}user_group_members WHERE user_id = ?1 AND group_id = ?2", {user, group});
  touched.users.insert(user);
}

}  // namespace junctor::accounts
