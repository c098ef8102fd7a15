// SPDX-License-Identifier: Apache-2.0
// The built-in rows of accounts.md 1. Inside a transaction.
#include "accounts/store/first_start.hpp"

#include "accounts/model/entities.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/user_groups.hpp"

namespace junctor::accounts {
namespace {

void make_role(const Sql& sql, const char* name, const char* key, BuiltInRole kind, int64_t now, Touched& touched) {
  if (sql.number("SELECT count(*) FROM {p}control_roles WHERE built_in = ?1", {kind}) != 0) return;
  const int64_t id = sql.number(
      "INSERT INTO {p}control_roles (guid, name, name_key, built_in, created) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
      {new_guid(), name, key, kind, now});
  touched.control_roles.insert(static_cast<Ref>(id));
}

}  // namespace

void make_built_ins(const Sql& sql, int64_t now, Touched& touched) {
  if (default_user_group(sql) == kNoRef) {
    UserGroup group;
    group.name = "Default";
    group.built_in = true;
    add_user_group(sql, group, now, touched);
  }
  make_role(sql, "Default", "default", BuiltInRole::kDefault, now, touched);
  make_role(sql, "Not Logged", "not logged", BuiltInRole::kNotLogged, now, touched);
  if (sql.number("SELECT count(*) FROM {p}strategies WHERE built_in = 1") == 0) {
    const int64_t id = sql.number(
        "INSERT INTO {p}strategies (guid, name, name_key, options, built_in, created) "
        "VALUES (?1, 'Default', 'default', ?2, 1, ?3) RETURNING id",
        {new_guid(), "{}", now});
    touched.strategies.insert(static_cast<Ref>(id));
  }
}

bool lacks_administrator(const Sql& sql) {
  return sql.number("SELECT count(*) FROM {p}users WHERE is_admin = 1 OR name_key = 'admin'") == 0;
}

}  // namespace junctor::accounts
