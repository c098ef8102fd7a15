// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/naming.hpp"

#include "accounts/api/refused.hpp"
#include "accounts/store/names.hpp"

namespace junctor::accounts::admin {

std::string clean_name(const Call& call, const std::string& field) {
  try {
    return accounts::clean_name(call.text(field), "The " + field);
  } catch (const accounts::Refused& refused) {
    refuse_field(field, "invalid", refused.what());
  }
}

void check_free(const Call& call, std::string_view table, std::string_view what, const std::string& name, Ref self) {
  const auto other = call.sql.number("SELECT id FROM {p}" + std::string{table} + " WHERE name_key = ?1 AND id <> ?2",
                                     {name_key(name), self});
  if (other != 0) refuse_field("name", "taken", "There is a " + std::string{what} + " of this name already.", 409);
}

void check_people_name(const Call& call, const std::string& name) {
  if (call.sql.number("SELECT id FROM {p}device_groups WHERE name_key = ?1", {name_key(name)}) == 0) return;
  refuse_field("name", "taken", "A device group has this name: clients list both under their names.", 409);
}

void check_device_group_name(const Call& call, const std::string& name) {
  const std::string key = name_key(name);
  const bool taken = call.sql.number("SELECT id FROM {p}users WHERE name_key = ?1", {key}) != 0 ||
                     call.sql.number("SELECT id FROM {p}user_groups WHERE name_key = ?1", {key}) != 0;
  if (taken) {
    refuse_field("name", "taken", "A user or user group has this name: clients list both under their names.", 409);
  }
}

std::string name_of(const Sql& sql, std::string_view table, Ref id) {
  return sql
      .one("SELECT name FROM {p}" + std::string{table} + " WHERE id = ?1", {id},
           [](const Row& row) { return row.text(0); })
      .value_or("");
}

}  // namespace junctor::accounts::admin
