// SPDX-License-Identifier: Apache-2.0
// strategies.py (http-api.md 8.6), and the calls for control and admin roles (accounts.md 22).
#include "accounts/admin_api/core/authenticate.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/scripts/script.hpp"
#include "accounts/model/control_roles.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts::admin {
namespace {

using Poco::JSON::Object;

// ---- strategies ----

Ref asked_strategy(const ScriptCall& script) {
  return row_of(script.call, "strategies", "strategy", script.call.parameter("guid"));
}

std::string strategy_json(const Row& row) {
  return JsonObject{}
      .put("guid", row.text(0))
      .put("name", row.text(1))
      .put("enabled", row.flag(2))
      .raw("config_options", row.view(3).empty() ? "{}" : row.view(3))
      .str();
}

/// A bare array (http-api.md 8.6).
Reply list_strategies(ScriptCall& script) {
  need(script.call.caller, Permission::kStrategiesView);
  return Reply::json(json_array(script.call.sql.all(
      "SELECT guid, name, enabled, options FROM {p}strategies ORDER BY name_key, id LIMIT 10000", {}, strategy_json)));
}

Reply get_strategy(ScriptCall& script) {
  need(script.call.caller, Permission::kStrategiesView);
  const auto found = script.call.sql.one("SELECT guid, name, enabled, options FROM {p}strategies WHERE id = ?1",
                                         {asked_strategy(script)}, strategy_json);
  return Reply::json(*found);
}

void note_change(Call& call, Ref id, Operation operation) {
  call.sql.exec("UPDATE {p}strategies SET revision = revision + 1, modified = ?2 WHERE id = ?1", {id, call.now});
  call.touched.strategies.insert(id);
  call.log(Subject::kStrategies, operation, name_of(call.sql, "strategies", id));
}

Reply strategy_status(ScriptCall& script) {
  need(script.call.caller, Permission::kStrategiesEdit);
  const Ref id = asked_strategy(script);
  if (!script.body.isBoolean()) refuse(422, "invalid", "Expected the bare word true or false");
  script.call.sql.exec("UPDATE {p}strategies SET enabled = ?2 WHERE id = ?1", {id, script.body.extract<bool>()});
  note_change(script.call, id, Operation::kUpdateStrategy);
  return done();
}

Reply assign_strategies(ScriptCall& script) {
  Call& call = script.call;
  const std::string guid = script.text("strategy");
  const Ref strategy = guid.empty() ? kNoRef : row_of(call, "strategies", "strategy", guid);
  for (const std::string& one : script.texts("peers")) {
    const FoundDevice device = device_of(call, one);
    need_device(call.caller, Permission::kDevicesUpdateStrategy, device.managed());
    assign_strategy(call, StrategyTarget::kDevice, device.id, strategy);
  }
  for (const std::string& one : script.texts("users")) {
    const FoundUser user = user_of(call, one);
    need_user(call.caller, Permission::kUsersUpdateStrategy, user.official());
    assign_strategy(call, StrategyTarget::kUser, user.id, strategy);
  }
  for (const std::string& one : script.texts("groups")) {
    need(call.caller, Permission::kDeviceGroupsUpdateStrategy);
    assign_strategy(call, StrategyTarget::kDeviceGroup, row_of(call, "device_groups", "device group", one), strategy);
  }
  call.log(Subject::kStrategies, Operation::kAssignStrategy,
           strategy == kNoRef ? "taken away" : name_of(call.sql, "strategies", strategy));
  return done();
}

/// Texts alone: one value that is none would lose the whole strategy on a device for good (http-api.md 3.2).
std::string config_options(const ScriptCall& script) {
  const auto given = script.object()->getObject("config_options");
  if (given.isNull()) refuse(422, "invalid", "config_options: expected an object of texts");
  JsonObject out;
  for (const auto& entry : *given) {
    if (!entry.second.isString() || !characters(entry.second.extract<std::string>())) {
      refuse(422, "invalid", "config_options/" + entry.first + ": expected a text");
    }
    out.put(entry.first, entry.second.extract<std::string>());
  }
  return out.str();
}

Reply make_strategy(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kStrategiesEdit);
  const std::string name = accounts::clean_name(script.text("name"), "A strategy's name");
  check_free(call, "strategies", "strategy", name, kNoRef);
  const std::string options = script.has("config_options") ? config_options(script) : "{}";
  const std::string guid = new_guid();
  const auto id = static_cast<Ref>(call.sql.number(
      "INSERT INTO {p}strategies (guid, name, name_key, enabled, options, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
      "RETURNING id",
      {guid, name, name_key(name), script.flag("enabled"), options, call.now}));
  call.touched.strategies.insert(id);
  call.log(Subject::kStrategies, Operation::kAddStrategy, name);
  return Reply::json(JsonObject{}.put("guid", guid).put("name", name).str());
}

bool is_built_in(const Call& call, std::string_view table, Ref id) {
  return call.sql.number("SELECT built_in FROM {p}" + std::string{table} + " WHERE id = ?1", {id}) != 0;
}

/// A new name, unless it is a built-in one's.
void rename(const ScriptCall& script, std::string_view table, std::string_view what, Ref id, Update& change,
            bool built_in) {
  if (!script.has("name")) return;
  const std::string name = accounts::clean_name(script.text("name"), "A name");
  if (name == name_of(script.call.sql, table, id)) return;
  if (built_in) refuse(409, "built_in", "A built-in " + std::string{what} + " keeps its name");
  check_free(script.call, table, what, name, id);
  change.set("name", name);
  change.set("name_key", name_key(name));
}

Reply change_strategy(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kStrategiesEdit);
  const Ref id = asked_strategy(script);
  Update change;
  rename(script, "strategies", "strategy", id, change, is_built_in(call, "strategies", id));
  if (script.has("config_options")) change.set("options", config_options(script));
  if (script.has("enabled")) change.set_number("enabled", script.flag("enabled") ? 1 : 0);
  if (script.has("enforce")) change.set_number("enforce", script.flag("enforce") ? 1 : 0);
  change.run(call.sql, "strategies", id);
  note_change(call, id, Operation::kUpdateStrategy);
  return done();
}

Reply remove_strategy(ScriptCall& script) {
  need(script.call.caller, Permission::kStrategiesEdit);
  delete_strategy(script.call, asked_strategy(script));
  return done();
}

// ---- control roles ----

std::string control_json(const Row& row) {
  const auto permissions = ControlPermissions::from_bits(static_cast<uint64_t>(row.integer(3)));
  JsonObject set;
  for (size_t at = 0; at < kControlPermissions; ++at) {
    const auto one = static_cast<ControlPermission>(at);
    if (permissions.get(one) != Tri::kUnset) {
      set.put(junctor::accounts::name(one), junctor::accounts::name(permissions.get(one)));
    }
  }
  return JsonObject{}
      .put("guid", row.text(0))
      .put("name", row.text(1))
      .put("enabled", row.flag(2))
      .raw("permissions", set.str())
      .put("note", row.text(4))
      .str();
}

Reply list_controls(ScriptCall& script) {
  need(script.call.caller, Permission::kControlRolesView);
  ScriptList rows{script};
  rows.exact("name", "c.name_key");
  return Reply::json(rows.run("c.guid, c.name, c.enabled, c.permissions, c.note", "{p}control_roles c",
                              "c.name_key, c.id", control_json));
}

int64_t control_bits(const ScriptCall& script) {
  const auto given = script.object()->getObject("permissions");
  if (given.isNull()) refuse(422, "invalid", "permissions: expected an object such as {\"file\": \"disable\"}");
  ControlPermissions out;
  for (const auto& entry : *given) {
    const auto one = control_permission(entry.first);
    const auto value = entry.second.isString() ? tri(entry.second.extract<std::string>()) : std::nullopt;
    if (!one || !value)
      refuse(422, "invalid", "permissions/" + entry.first + ": expected enable or disable of a known one");
    out.set(*one, *value);
  }
  return static_cast<int64_t>(out.bits());
}

Reply make_control(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kControlRolesEdit);
  const std::string name = accounts::clean_name(script.text("name"), "A control role's name");
  check_free(call, "control_roles", "control role", name, kNoRef);
  const std::string guid = new_guid();
  const int64_t bits = script.has("permissions") ? control_bits(script) : 0;
  const bool enabled = !script.has("enabled") || script.flag("enabled");
  const auto id =
      static_cast<Ref>(call.sql.number("INSERT INTO {p}control_roles (guid, name, name_key, note, enabled, "
                                       "permissions, created) VALUES (?1, ?2, ?3, ?4, "
                                       "?5, ?6, ?7) RETURNING id",
                                       {guid, name, name_key(name), script.text("note"), enabled, bits, call.now}));
  call.touched.control_roles.insert(id);
  call.log(Subject::kRoles, Operation::kAddRole, "control role " + name);
  return Reply::json(JsonObject{}.put("guid", guid).put("name", name).str());
}

Ref asked_control(const ScriptCall& script) {
  return row_of(script.call, "control_roles", "control role", script.call.parameter("guid"));
}

Reply change_control(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kControlRolesEdit);
  const Ref id = asked_control(script);
  Update change;
  rename(script, "control_roles", "control role", id, change, is_built_in(call, "control_roles", id));
  if (script.object()->has("note")) change.set("note", script.text("note"));
  if (script.has("enabled")) change.set_number("enabled", script.flag("enabled") ? 1 : 0);
  if (script.has("permissions")) change.set_number("permissions", control_bits(script));
  change.run(call.sql, "control_roles", id);
  call.touched.control_roles.insert(id);
  call.log(Subject::kRoles, Operation::kUpdateRole, "control role " + name_of(call.sql, "control_roles", id));
  return done();
}

Reply remove_control(ScriptCall& script) {
  need(script.call.caller, Permission::kControlRolesEdit);
  delete_control_role(script.call, asked_control(script));
  return done();
}

// ---- admin roles ----

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  const PermissionSet set = parse_permissions(text);
  for (size_t at = 0; at < kPermissions; ++at) {
    if (set.lists(static_cast<Permission>(at))) out.emplace_back(junctor::accounts::name(static_cast<Permission>(at)));
  }
  return out;
}

std::vector<std::string> group_names(const Call& call, Ref role, int kind, std::string_view table) {
  return call.sql.all("SELECT g.name FROM {p}admin_role_groups m JOIN {p}" + std::string{table} +
                          " g ON g.id = m.group_id WHERE m.role_id = ?1 AND m.kind = ?2 ORDER BY g.name_key",
                      {role, kind}, [](const Row& row) { return row.text(0); });
}

Reply list_admins(ScriptCall& script) {
  Call& call = script.call;
  need_administrator(call.caller);
  struct Role {
    Ref id;
    JsonObject json;
  };
  auto rows =
      call.sql.all("SELECT id, guid, name, type, permissions, note FROM {p}admin_roles ORDER BY name_key LIMIT 10000",
                   {}, [](const Row& row) {
                     Role role{static_cast<Ref>(row.integer(0)), {}};
                     role.json.put("guid", row.text(1)).put("name", row.text(2));
                     role.json.put("type", junctor::accounts::name(static_cast<RoleType>(row.integer(3) % 3)));
                     role.json.raw("permissions", json_texts(words(row.view(4)))).put("note", row.text(5));
                     return role;
                   });
  std::vector<std::string> data;
  for (Role& one : rows) {
    one.json.raw("user_groups", json_texts(group_names(call, one.id, 0, "user_groups")));
    one.json.raw("device_groups", json_texts(group_names(call, one.id, 1, "device_groups")));
    data.push_back(one.json.str());
  }
  return Reply::json(page_json(static_cast<int64_t>(data.size()), data));
}

std::string checked_permissions(const ScriptCall& script, RoleType type) {
  PermissionSet set;
  for (const std::string& one : script.texts("permissions")) {
    const auto found = permission(one);
    if (!found || !fits(type, *found))
      refuse(422, "invalid", "permissions: " + one + " is none that such a role can have");
    set.add(*found);
  }
  return permissions_text(set);
}

void set_groups(const ScriptCall& script, Ref role, const std::string& field, int kind, std::string_view table) {
  if (!script.has(field)) return;
  const Sql& sql = script.call.sql;
  sql.exec("DELETE FROM {p}admin_role_groups WHERE role_id = ?1 AND kind = ?2", {role, kind});
  for (const std::string& name : script.texts(field)) {
    sql.exec("INSERT INTO {p}admin_role_groups (role_id, kind, group_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
             {role, kind, need_named(script.call, table, "group", name)});
  }
}

Reply make_admin(ScriptCall& script) {
  Call& call = script.call;
  need_administrator(call.caller);
  const std::string name = accounts::clean_name(script.text("name"), "An admin role's name");
  check_free(call, "admin_roles", "admin role", name, kNoRef);
  const auto type = role_type(script.text("type"));
  if (!type) refuse(422, "invalid", "type: expected global, group or individual");
  const std::string guid = new_guid();
  const auto id = static_cast<Ref>(call.sql.number(
      "INSERT INTO {p}admin_roles (guid, name, name_key, note, type, permissions, unassigned_devices, created) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
      {guid, name, name_key(name), script.text("note"), *type, checked_permissions(script, *type),
       script.flag("unassigned"), call.now}));
  set_groups(script, id, "user_groups", 0, "user_groups");
  set_groups(script, id, "device_groups", 1, "device_groups");
  call.log(Subject::kRoles, Operation::kAddRole, "admin role " + name);
  return Reply::json(JsonObject{}.put("guid", guid).put("name", name).str());
}

Ref asked_admin(const ScriptCall& script) {
  return row_of(script.call, "admin_roles", "admin role", script.call.parameter("guid"));
}

Reply change_admin(ScriptCall& script) {
  Call& call = script.call;
  need_administrator(call.caller);
  const Ref id = asked_admin(script);
  const auto type = static_cast<RoleType>(call.sql.number("SELECT type FROM {p}admin_roles WHERE id = ?1", {id}));
  Update change;
  rename(script, "admin_roles", "admin role", id, change, false);
  if (script.object()->has("note")) change.set("note", script.text("note"));
  if (script.has("permissions")) change.set("permissions", checked_permissions(script, type));
  if (script.has("unassigned")) change.set_number("unassigned_devices", script.flag("unassigned") ? 1 : 0);
  change.run(call.sql, "admin_roles", id);
  set_groups(script, id, "user_groups", 0, "user_groups");
  set_groups(script, id, "device_groups", 1, "device_groups");
  call.log(Subject::kRoles, Operation::kUpdateRole, "admin role " + name_of(call.sql, "admin_roles", id));
  return done();
}

Reply remove_admin(ScriptCall& script) {
  Call& call = script.call;
  need_administrator(call.caller);
  const Ref id = asked_admin(script);
  const std::string name = name_of(call.sql, "admin_roles", id);
  call.sql.exec("DELETE FROM {p}admin_roles WHERE id = ?1", {id});
  call.log(Subject::kRoles, Operation::kDeleteRole, "admin role " + name);
  return done();
}

}  // namespace

std::vector<Script> policy_scripts() {
  return {{Method::kGet, "/strategies", "strategies", true, list_strategies},
          {Method::kGet, "/strategies/{guid}", "strategies", true, get_strategy},
          {Method::kPut, "/strategies/{guid}/status", "strategies", false, strategy_status},
          {Method::kPost, "/strategies/assign", "strategies", false, assign_strategies},
          {Method::kPost, "/strategies", "strategies", false, make_strategy},
          {Method::kPatch, "/strategies/{guid}", "strategies", false, change_strategy},
          {Method::kDelete, "/strategies/{guid}", "strategies", false, remove_strategy},
          {Method::kGet, "/control-roles", "control-roles", true, list_controls},
          {Method::kPost, "/control-roles", "control-roles", false, make_control},
          {Method::kPatch, "/control-roles/{guid}", "control-roles", false, change_control},
          {Method::kDelete, "/control-roles/{guid}", "control-roles", false, remove_control},
          {Method::kGet, "/admin-roles", "admin-roles", true, list_admins},
          {Method::kPost, "/admin-roles", "admin-roles", false, make_admin},
          {Method::kPatch, "/admin-roles/{guid}", "admin-roles", false, change_admin},
          {Method::kDelete, "/admin-roles/{guid}", "admin-roles", false, remove_admin}};
}

}  // namespace junctor::accounts::admin
