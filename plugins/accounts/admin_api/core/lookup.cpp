// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/lookup.hpp"

#include "accounts/admin_api/core/authenticate.hpp"

namespace junctor::accounts::admin {

std::optional<FoundUser> find_user(const Sql& sql, std::string_view guid) {
  auto found = sql.one(
      "SELECT id, guid, name, group_id, is_admin, status FROM {p}users WHERE guid = ?1", {guid}, [](const Row& row) {
        return FoundUser{
            static_cast<Ref>(row.integer(0)), row.text(1), row.text(2), static_cast<Ref>(row.integer(3)), row.flag(4),
            static_cast<int>(row.integer(5)), {},          {}};
      });
  if (!found) return found;
  found->roles = roles_of(sql, found->id);
  for (const AdminRole& role : found->roles) found->role_pointers.push_back(&role);
  return found;
}

std::optional<FoundDevice> find_device(const Sql& sql, std::string_view guid) {
  auto found = sql.one(
      "SELECT d.id, d.guid, d.device_id, d.owner_id, u.group_id, d.group_id, d.state FROM {p}devices d LEFT JOIN "
      "{p}users u ON u.id = d.owner_id WHERE d.guid = ?1",
      {guid}, [](const Row& row) {
        return FoundDevice{static_cast<Ref>(row.integer(0)),
                           row.text(1),
                           row.text(2),
                           static_cast<Ref>(row.integer(3)),
                           static_cast<Ref>(row.integer(4)),
                           static_cast<Ref>(row.integer(5)),
                           {},
                           static_cast<int>(row.integer(6))};
      });
  if (!found) return found;
  if (found->group != kNoRef) found->groups.push_back(found->group);
  sql.exec("SELECT group_id FROM {p}device_group_members WHERE device_id = ?1 ORDER BY group_id", {found->id},
           [&](const Row& row) { found->groups.push_back(static_cast<Ref>(row.integer(0))); });
  return found;
}

FoundUser user_of(const Call& call, std::string_view guid) {
  auto found = find_user(call.sql, guid);
  if (!found || !may(call.caller.official(), Permission::kUsersView, found->official())) {
    throw Refused{not_found("user")};
  }
  return std::move(*found);
}

FoundDevice device_of(const Call& call, std::string_view guid) {
  auto found = find_device(call.sql, guid);
  if (!found || !may(call.caller.official(), Permission::kDevicesView, found->managed())) {
    throw Refused{not_found("device")};
  }
  return std::move(*found);
}

Ref row_of(const Call& call, std::string_view table, std::string_view what, std::string_view guid) {
  const auto id = call.sql.number("SELECT id FROM {p}" + std::string{table} + " WHERE guid = ?1", {guid});
  if (id == 0) throw Refused{not_found(what)};
  return static_cast<Ref>(id);
}

Ref row_in(const Call& call, std::string_view table, std::string_view what, const std::string& field,
           std::string_view guid) {
  const auto id = call.sql.number("SELECT id FROM {p}" + std::string{table} + " WHERE guid = ?1", {guid});
  if (id == 0) refuse_field(field, "not_found", "There is no such " + std::string{what} + ": " + std::string{guid});
  return static_cast<Ref>(id);
}

RefLists::RefLists(const Sql& sql, std::string_view statement, const std::vector<Ref>& whose) {
  if (whose.empty()) return;
  std::string places;
  std::vector<Param> parameters;
  for (const Ref one : whose) {
    parameters.emplace_back(one);
    places += (places.empty() ? "(?" : ", ?") + std::to_string(parameters.size());
  }
  std::string text{statement};
  text.replace(text.find("(?)"), 3, places + ")");
  sql.exec(text, parameters, [&](const Row& row) {
    lists_[static_cast<Ref>(row.integer(0))].push_back(json_ref(row.view(1), row.view(2)));
  });
}

std::string RefLists::of(Ref ref) const {
  const auto found = lists_.find(ref);
  return found == lists_.end() ? "[]" : json_array(found->second);
}

std::string ref_json(const Sql& sql, std::string_view table, Ref id) {
  if (id == kNoRef) return "null";
  return sql
      .one("SELECT guid, name FROM {p}" + std::string{table} + " WHERE id = ?1", {id},
           [](const Row& row) { return json_ref(row.view(0), row.view(1)); })
      .value_or("null");
}

Reply Bulk::reply() const {
  return Reply::json(JsonObject{}.put("done", done_).raw("failed", json_array(failed_)).str());
}

void Bulk::fail(const std::string& id, const Problem& problem) {
  failed_.push_back(JsonObject{}.put("id", id).put("reason", problem.reason).put("detail", problem.detail).str());
}

}  // namespace junctor::accounts::admin
