// SPDX-License-Identifier: Apache-2.0
// Control roles and admin roles (accounts.md 7, 8).
#include <algorithm>

#include "accounts/admin_api/core/authenticate.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/model/control_roles.hpp"
#include "accounts/model/entities.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts::admin {
namespace {

// ---- control roles ----

constexpr const char* kControlColumns =
    "c.guid, c.name, c.note, c.enabled, c.permissions, c.built_in, (SELECT COUNT(*) FROM {p}users u WHERE "
    "u.control_role_id = c.id)";

std::string controls_json(uint64_t bits) {
  const auto permissions = ControlPermissions::from_bits(bits);
  JsonObject out;
  for (size_t at = 0; at < kControlPermissions; ++at) {
    const auto one = static_cast<ControlPermission>(at);
    if (permissions.get(one) != Tri::kUnset) {
      out.put(junctor::accounts::name(one), junctor::accounts::name(permissions.get(one)));
    }
  }
  return out.str();
}

uint64_t controls_of(const Poco::JSON::Object& given) {
  ControlPermissions out;
  for (const auto& entry : given) {
    const auto one = control_permission(entry.first);
    const auto value = tri(entry.second.convert<std::string>());
    if (one && value) out.set(*one, *value);
  }
  return out.bits();
}

Entity control_row(const Row& row, size_t at) {
  Entity out;
  out.fixed.put("guid", row.text(at)).put("name", row.text(at + 1)).put("note", row.text(at + 2));
  out.fixed.put("enabled", row.flag(at + 3));
  out.fixed.raw("permissions", controls_json(static_cast<uint64_t>(row.integer(at + 4))));
  out.fixed.put("built_in", row.integer(at + 5) != 0);
  out.live.put("users", row.integer(at + 6));
  return out;
}

Entity control_entity(const Call& call, Ref id) {
  const auto found = call.sql.one(std::string{"SELECT "} + kControlColumns + " FROM {p}control_roles c WHERE c.id = ?1",
                                  {id}, [](const Row& row) { return control_row(row, 0); });
  if (!found) throw Refused{not_found("control role")};
  return *found;
}

Ref control_asked(const Call& call) { return row_of(call, "control_roles", "control role", call.parameter("role")); }

int64_t control_built_in(const Call& call, Ref id) {
  return call.sql.number("SELECT built_in FROM {p}control_roles WHERE id = ?1", {id});
}

Reply control_list(Call& call) {
  constexpr SortColumn kSorts[] = {{"name", "c.name_key"}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.contains("name", {"c.name"});
  return Reply::json(listing.run(call.sql, kControlColumns, "{p}control_roles c", "c.id",
                                 [](const Row& row, size_t first) { return control_row(row, first).json(); }));
}

Reply control_create(Call& call) {
  need(call.caller, Permission::kControlRolesEdit);
  const std::string name = clean_name(call);
  check_free(call, "control_roles", "control role", name, kNoRef);
  const uint64_t bits = call.has("permissions") ? controls_of(*call.body->getObject("permissions")) : 0;
  const auto id = static_cast<Ref>(call.sql.number(
      "INSERT INTO {p}control_roles (guid, name, name_key, note, enabled, permissions, created) VALUES (?1, ?2, ?3, "
      "?4, "
      "?5, ?6, ?7) RETURNING id",
      {new_guid(), name, name_key(name), call.text("note"), call.flag("enabled", true), bits, call.now}));
  call.touched.control_roles.insert(id);
  call.log(Subject::kRoles, Operation::kAddRole, "control role " + name);
  return call.shown(control_entity(call, id));
}

Reply control_get(Call& call) { return call.shown(control_entity(call, control_asked(call))); }

Reply control_update(Call& call) {
  need(call.caller, Permission::kControlRolesEdit);
  const Ref id = control_asked(call);
  const Entity before = control_entity(call, id);
  call.require_match(before);
  Update change;
  if (call.has("name")) {
    const std::string name = clean_name(call);
    if (control_built_in(call, id) != 0 && name != name_of(call.sql, "control_roles", id)) {
      refuse_field("name", "built_in", "A built-in role cannot be renamed.", 409);
    }
    check_free(call, "control_roles", "control role", name, id);
    change.set("name", name);
    change.set("name_key", name_key(name));
  }
  if (call.has("note")) change.set("note", call.text("note"));
  if (call.has("enabled")) change.set_number("enabled", call.flag("enabled") ? 1 : 0);
  if (call.has("permissions")) {
    change.set_number("permissions", static_cast<int64_t>(controls_of(*call.body->getObject("permissions"))));
  }
  change.run(call.sql, "control_roles", id);
  call.touched.control_roles.insert(id);
  const Entity after = control_entity(call, id);
  call.log(Subject::kRoles, Operation::kUpdateRole, "control role " + name_of(call.sql, "control_roles", id),
           before.fixed.str(), after.fixed.str());
  return call.shown(after);
}

Reply control_remove(Call& call) {
  need(call.caller, Permission::kControlRolesEdit);
  const Ref id = control_asked(call);
  call.require_match(control_entity(call, id));
  delete_control_role(call, id);
  return Reply::nothing();
}

Reply control_assign(Call& call) {
  const Ref id = control_asked(call);
  if (control_built_in(call, id) == static_cast<int64_t>(BuiltInRole::kNotLogged)) {
    refuse(409, "not_assignable", "Not Logged is for who is not logged in.");
  }
  Bulk bulk;
  bulk.each(call.texts("users"), [&](const std::string& guid) {
    const FoundUser user = user_of(call, guid);
    need_user(call.caller, Permission::kUsersUpdateControlRole, user.official());
    call.sql.exec("UPDATE {p}users SET control_role_id = ?2 WHERE id = ?1", {user.id, id});
    call.touched.users.insert(user.id);
  });
  call.log(Subject::kRoles, Operation::kAssignRole, "control role " + name_of(call.sql, "control_roles", id));
  return bulk.reply();
}

// ---- admin roles ----

constexpr const char* kAdminColumns =
    "r.id, r.guid, r.name, r.type, r.note, r.permissions, r.unassigned_devices, (SELECT COUNT(*) FROM "
    "{p}user_admin_roles m WHERE m.role_id = r.id)";

struct AdminRow {
  Ref id = kNoRef;
  Entity entity;
};

AdminRow admin_row(const Row& row, size_t at) {
  AdminRow out{static_cast<Ref>(row.integer(at)), {}};
  out.entity.fixed.put("guid", row.text(at + 1)).put("name", row.text(at + 2));
  out.entity.fixed.put("type", junctor::accounts::name(static_cast<RoleType>(row.integer(at + 3) % 3)));
  out.entity.fixed.put("note", row.text(at + 4));
  std::vector<std::string> permissions;
  const PermissionSet set = parse_permissions(row.view(at + 5));
  for (size_t one = 0; one < kPermissions; ++one) {
    const auto permission = static_cast<Permission>(one);
    if (set.lists(permission)) permissions.emplace_back(junctor::accounts::name(permission));
  }
  out.entity.fixed.raw("permissions", json_texts(permissions)).put("unassigned", row.flag(at + 6));
  out.entity.live.put("users", row.integer(at + 7));
  return out;
}

void add_groups(const Call& call, std::vector<AdminRow>& rows) {
  std::vector<Ref> ids;
  for (const AdminRow& one : rows) ids.push_back(one.id);
  const RefLists users{call.sql,
                       "SELECT m.role_id, g.guid, g.name FROM {p}admin_role_groups m JOIN {p}user_groups g ON g.id = "
                       "m.group_id WHERE m.kind = 0 AND m.role_id IN (?) ORDER BY m.role_id, g.name_key",
                       ids};
  const RefLists devices{call.sql,
                         "SELECT m.role_id, g.guid, g.name FROM {p}admin_role_groups m JOIN {p}device_groups g ON g.id "
                         "= m.group_id WHERE m.kind = 1 AND m.role_id IN (?) ORDER BY m.role_id, g.name_key",
                         ids};
  for (AdminRow& one : rows) {
    one.entity.fixed.raw("user_groups", users.of(one.id)).raw("device_groups", devices.of(one.id));
  }
}

Entity admin_entity(const Call& call, Ref id) {
  auto rows = call.sql.all(std::string{"SELECT "} + kAdminColumns + " FROM {p}admin_roles r WHERE r.id = ?1", {id},
                           [](const Row& row) { return admin_row(row, 0); });
  if (rows.empty()) throw Refused{not_found("admin role")};
  add_groups(call, rows);
  return rows.front().entity;
}

Ref admin_asked(const Call& call) { return row_of(call, "admin_roles", "admin role", call.parameter("role")); }

Reply admin_list(Call& call) {
  constexpr SortColumn kSorts[] = {{"name", "r.name_key"}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.contains("name", {"r.name"});
  auto rows = listing.rows(call.sql, kAdminColumns, "{p}admin_roles r", "r.id",
                           [](const Row& row, size_t first) { return admin_row(row, first); });
  add_groups(call, rows);
  std::vector<std::string> items;
  for (const AdminRow& one : rows) items.push_back(one.entity.json());
  return Reply::json(listing.finish(call.sql, "{p}admin_roles r", items));
}

std::string checked_permissions(const Call& call, RoleType type) {
  PermissionSet set;
  for (const std::string& one : call.texts("permissions")) {
    const auto found = permission(one);
    if (!found) refuse_field("permissions", "invalid", "There is no permission " + one + ".");
    if (!fits(type, *found)) {
      refuse_field("permissions", "invalid",
                   "A role of type " + std::string{junctor::accounts::name(type)} + " cannot have " + one + ".");
    }
    set.add(*found);
  }
  return permissions_text(set);
}

void set_groups(Call& call, Ref role, const std::string& field, int kind, std::string_view table) {
  if (!call.has(field)) return;
  call.sql.exec("DELETE FROM {p}admin_role_groups WHERE role_id = ?1 AND kind = ?2", {role, kind});
  for (const std::string& guid : call.texts(field)) {
    call.sql.exec(
        "INSERT INTO {p}admin_role_groups (role_id, kind, group_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        {role, kind, row_in(call, table, "group", field, guid)});
  }
}

void set_all_groups(Call& call, Ref role, RoleType type) {
  const bool given = !call.texts("user_group_guids").empty() || !call.texts("device_group_guids").empty();
  if (given && type != RoleType::kGroup) {
    refuse_field("user_group_guids", "invalid", "Groups belong to roles of type group alone.");
  }
  set_groups(call, role, "user_group_guids", 0, "user_groups");
  set_groups(call, role, "device_group_guids", 1, "device_groups");
}

Reply admin_create(Call& call) {
  const std::string name = clean_name(call);
  check_free(call, "admin_roles", "admin role", name, kNoRef);
  const RoleType type = role_type(call.text("type")).value_or(RoleType::kIndividual);
  const auto id = static_cast<Ref>(call.sql.number(
      "INSERT INTO {p}admin_roles (guid, name, name_key, note, type, permissions, unassigned_devices, created) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
      {new_guid(), name, name_key(name), call.text("note"), type, checked_permissions(call, type),
       call.flag("unassigned"), call.now}));
  set_all_groups(call, id, type);
  call.log(Subject::kRoles, Operation::kAddRole, "admin role " + name);
  return call.shown(admin_entity(call, id));
}

Reply admin_get(Call& call) { return call.shown(admin_entity(call, admin_asked(call))); }

Reply admin_update(Call& call) {
  const Ref id = admin_asked(call);
  const Entity before = admin_entity(call, id);
  call.require_match(before);
  const auto type = static_cast<RoleType>(call.sql.number("SELECT type FROM {p}admin_roles WHERE id = ?1", {id}));
  Update change;
  if (call.has("name")) {
    const std::string name = clean_name(call);
    check_free(call, "admin_roles", "admin role", name, id);
    change.set("name", name);
    change.set("name_key", name_key(name));
  }
  if (call.has("note")) change.set("note", call.text("note"));
  if (call.has("permissions")) change.set("permissions", checked_permissions(call, type));
  if (call.has("unassigned")) change.set_number("unassigned_devices", call.flag("unassigned") ? 1 : 0);
  change.run(call.sql, "admin_roles", id);
  set_all_groups(call, id, type);
  const Entity after = admin_entity(call, id);
  call.log(Subject::kRoles, Operation::kUpdateRole, "admin role " + name_of(call.sql, "admin_roles", id),
           before.fixed.str(), after.fixed.str());
  return call.shown(after);
}

Reply admin_remove(Call& call) {
  const Ref id = admin_asked(call);
  call.require_match(admin_entity(call, id));
  const std::string name = name_of(call.sql, "admin_roles", id);
  call.sql.exec("DELETE FROM {p}admin_roles WHERE id = ?1", {id});
  call.log(Subject::kRoles, Operation::kDeleteRole, "admin role " + name);
  return Reply::nothing();
}

Reply admin_assign_all(Call& call, bool give) {
  const Ref id = admin_asked(call);
  Bulk bulk;
  bulk.each(call.texts("users"), [&](const std::string& guid) {
    const FoundUser user = user_of(call, guid);
    if (give) {
      call.sql.exec("INSERT INTO {p}user_admin_roles (user_id, role_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    {user.id, id});
    } else {
      call.sql.exec("DELETE FROM {p}user_admin_roles WHERE user_id = ?1 AND role_id = ?2", {user.id, id});
    }
  });
  call.log(Subject::kRoles, Operation::kAssignRole,
           "admin role " + name_of(call.sql, "admin_roles", id) + (give ? "" : ": taken away"));
  return bulk.reply();
}

Reply admin_assign(Call& call) { return admin_assign_all(call, true); }
Reply admin_unassign(Call& call) { return admin_assign_all(call, false); }

Reply permissions(Call&) {
  std::vector<std::string> items;
  for (size_t at = 0; at < kPermissions; ++at) {
    const auto one = static_cast<Permission>(at);
    std::vector<std::string> types;
    for (const RoleType type : {RoleType::kGlobal, RoleType::kGroup, RoleType::kIndividual}) {
      if (fits(type, one)) types.emplace_back(junctor::accounts::name(type));
    }
    const std::string name{junctor::accounts::name(one)};
    std::string help = name.substr(name.find(':') + 1) + ": " + name.substr(0, name.find(':'));
    std::replace(help.begin(), help.end(), '_', ' ');
    items.push_back(JsonObject{}.put("permission", name).raw("types", json_texts(types)).put("help", help).str());
  }
  return Reply::json(Listing::page(items, std::nullopt, static_cast<int64_t>(items.size())));
}

}  // namespace

void add_roles(Handlers& out) {
  out.insert({{"controlRoles.list", control_list},
              {"controlRoles.create", control_create},
              {"controlRoles.get", control_get},
              {"controlRoles.update", control_update},
              {"controlRoles.delete", control_remove},
              {"controlRoles.assign", control_assign},
              {"adminRoles.list", admin_list},
              {"adminRoles.create", admin_create},
              {"adminRoles.permissions", permissions},
              {"adminRoles.get", admin_get},
              {"adminRoles.update", admin_update},
              {"adminRoles.delete", admin_remove},
              {"adminRoles.assign", admin_assign},
              {"adminRoles.unassign", admin_unassign}});
}

}  // namespace junctor::accounts::admin
