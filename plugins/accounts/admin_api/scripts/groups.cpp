// SPDX-License-Identifier: Apache-2.0
// user-groups.py and device-groups.py (http-api.md 8.3): edges are edited as lists at the groups, and are one fact.
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/scripts/script.hpp"
#include "accounts/model/edges.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/user_groups.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

// Types on the wire: 0 user group, 1 device group, 2 user, 3 device (ours).
constexpr int kWireUserGroup = 0, kWireDeviceGroup = 1, kWireUser = 2, kWireDevice = 3;

struct End {
  int kind = 0;  // of edges: a SubjectKind or an ObjectKind
  Ref ref = kNoRef;
};

End subject_named(const Call& call, int type, const std::string& name) {
  if (type == kWireUserGroup)
    return {static_cast<int>(SubjectKind::kUserGroup), need_named(call, "user_groups", "user group", name)};
  if (type == kWireUser) return {static_cast<int>(SubjectKind::kUser), need_named(call, "users", "user", name)};
  refuse(422, "invalid", "allowed_incomings: type is 0 (user group) or 2 (user)");
}

End object_named(const Call& call, int type, const std::string& name) {
  if (type == kWireUserGroup)
    return {static_cast<int>(ObjectKind::kUserGroup), need_named(call, "user_groups", "user group", name)};
  if (type == kWireDeviceGroup) {
    return {static_cast<int>(ObjectKind::kDeviceGroup), need_named(call, "device_groups", "device group", name)};
  }
  if (type != kWireDevice)
    refuse(422, "invalid", "allowed_outgoings: type is 0 (user group), 1 (device group) or 3 (device)");
  const auto id = call.sql.number("SELECT id FROM {p}devices WHERE device_id = ?1", {name});
  if (id == 0) refuse(404, "not_found", "There is no device " + name);
  return {static_cast<int>(ObjectKind::kDevice), static_cast<Ref>(id)};
}

void put_edge(Call& call, const End& subject, const End& object) {
  call.sql.exec(
      "INSERT INTO {p}edges (subject_kind, subject_id, object_kind, object_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO "
      "NOTHING",
      {subject.kind, subject.ref, object.kind, object.ref});
  call.touched.edges = true;
}

/// Edges at one end become those of the list; edges that stay keep their hours.
template <class Named, class Put, class Key>
void replace(ScriptCall& script, const std::string& field, std::string_view where, Ref ref, Named&& named, Put&& put,
             Key&& key) {
  if (!script.has(field)) return;
  Call& call = script.call;
  const auto list = script.object()->getArray(field);
  if (list.isNull()) refuse(422, "invalid", field + ": expected an array of {type, name}");
  std::vector<End> wanted;
  for (unsigned at = 0; at < list->size(); ++at) {
    const auto one = list->getObject(at);
    if (one.isNull() || !one->get("type").isInteger() || !one->get("name").isString()) {
      refuse(422, "invalid", field + ": expected an array of {type, name}");
    }
    wanted.push_back(named(call, one->getValue<int>("type"), one->getValue<std::string>("name")));
  }
  const std::string columns{key()};
  const auto present =
      call.sql.all("SELECT " + columns + " FROM {p}edges WHERE " + std::string{where}, {ref}, [](const Row& row) {
        return End{static_cast<int>(row.integer(0)), static_cast<Ref>(row.integer(1))};
      });
  std::vector<Ref> unshared;
  for (const End& one : present) {
    bool kept = false;
    for (const End& other : wanted) kept = kept || (other.kind == one.kind && other.ref == one.ref);
    if (kept) continue;
    const size_t comma = columns.find(", ");
    call.sql.exec("DELETE FROM {p}edges WHERE " + std::string{where} + " AND " + columns.substr(0, comma) +
                      " = ?2 AND " + columns.substr(comma + 2) + " = ?3",
                  {ref, one.kind, one.ref});
    if (field == "allowed_outgoings" && one.kind == static_cast<int>(ObjectKind::kDevice)) unshared.push_back(one.ref);
    call.touched.edges = true;
  }
  for (const End& one : wanted) put(one);
  orphan_the_unheld(call, unshared);
}

void replace_incomings(ScriptCall& script, ObjectKind kind, Ref object) {
  const std::string where = "object_kind = " + std::to_string(static_cast<int>(kind)) + " AND object_id = ?1";
  replace(
      script, "allowed_incomings", where, object, subject_named,
      [&](const End& one) {
        put_edge(script.call, one, {static_cast<int>(kind), object});
      },
      [] { return "subject_kind, subject_id"; });
}

void replace_outgoings(ScriptCall& script, SubjectKind kind, Ref subject) {
  const std::string where = "subject_kind = " + std::to_string(static_cast<int>(kind)) + " AND subject_id = ?1";
  replace(
      script, "allowed_outgoings", where, subject, object_named,
      [&](const End& one) {
        put_edge(script.call, {static_cast<int>(kind), subject}, one);
      },
      [] { return "object_kind, object_id"; });
}

std::string incomings(const Call& call, ObjectKind kind, Ref object) {
  return json_array(
      call.sql.all("SELECT e.subject_kind, COALESCE(u.name, g.name, '') FROM {p}edges e LEFT JOIN {p}users u ON "
                   "e.subject_kind = 0 AND "
                   "u.id = e.subject_id LEFT JOIN {p}user_groups g ON e.subject_kind = 1 AND g.id = e.subject_id WHERE "
                   "e.object_kind = "
                   "?1 AND e.object_id = ?2 ORDER BY 1, 2",
                   {kind, object}, [](const Row& row) {
                     const int type = row.integer(0) == 0 ? kWireUser : kWireUserGroup;
                     return JsonObject{}.put("type", type).put("name", row.text(1)).str();
                   }));
}

std::string outgoings(const Call& call, SubjectKind kind, Ref subject) {
  return json_array(call.sql.all(
      "SELECT e.object_kind, COALESCE(g.name, d.name, m.device_id, '') FROM {p}edges e LEFT JOIN {p}user_groups g ON "
      "e.object_kind = 0 AND g.id = e.object_id LEFT JOIN {p}device_groups d ON e.object_kind = 1 AND d.id = "
      "e.object_id "
      "LEFT JOIN {p}devices m ON e.object_kind = 2 AND m.id = e.object_id WHERE e.subject_kind = ?1 AND e.subject_id = "
      "?2 "
      "ORDER BY 1, 2",
      {kind, subject}, [](const Row& row) {
        const int64_t type = row.integer(0) == 2 ? kWireDevice : row.integer(0);
        return JsonObject{}.put("type", type).put("name", row.text(1)).str();
      }));
}

struct GroupRow {
  Ref id;
  JsonObject json;
};

/// {"total","data"} of rows that need more look-ups each.
template <class Add>
Reply list_groups(ScriptCall& script, const std::string& columns, std::string_view table, Add&& add) {
  std::vector<GroupRow> rows;
  ScriptList list{script};
  list.exact("name", "g.name_key");
  const std::string page =
      list.run(columns, "{p}" + std::string{table} + " g", "g.name_key, g.id", [&](const Row& row) {
        rows.push_back({static_cast<Ref>(row.integer(0)), {}});
        rows.back().json.put("guid", row.text(1)).put("name", row.text(2)).put("note", row.text(3));
        if (row.size() > 4) rows.back().json.put("members_reach_each_other", row.flag(4));
        return std::string{"0"};
      });
  std::vector<std::string> data;
  for (GroupRow& row : rows) {
    add(row);
    data.push_back(row.json.str());
  }
  return Reply::json(page.substr(0, page.find("\"data\":")) + "\"data\":" + json_array(data) + "}");
}

// ---- user groups ----

Reply list_user_groups(ScriptCall& script) {
  need(script.call.caller, Permission::kUserGroupsView);
  return list_groups(script, "g.id, g.guid, g.name, g.note, g.members_reach_each_other", "user_groups",
                     [&](GroupRow& row) {
                       row.json.raw("allowed_incomings", incomings(script.call, ObjectKind::kUserGroup, row.id));
                       row.json.raw("allowed_outgoings", outgoings(script.call, SubjectKind::kUserGroup, row.id));
                     });
}

Ref asked_user_group(const ScriptCall& script) {
  return row_of(script.call, "user_groups", "user group", script.call.parameter("guid"));
}

void read_group(const ScriptCall& script, UserGroup& group) {
  if (script.has("name")) group.name = script.text("name");
  if (script.object()->has("note")) group.note = script.text("note");
  if (script.has("members_reach_each_other")) group.members_reach_each_other = script.flag("members_reach_each_other");
}

Reply make_user_group(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kUserGroupsEdit);
  UserGroup group;
  read_group(script, group);
  const Ref id = add_user_group(call.sql, group, call.now, call.touched);
  replace_incomings(script, ObjectKind::kUserGroup, id);
  replace_outgoings(script, SubjectKind::kUserGroup, id);
  call.log(Subject::kGroups, Operation::kAddGroup, "user group " + group.name);
  const UserGroup made = *user_group_by_id(call.sql, id);
  return Reply::json(JsonObject{}.put("guid", made.guid).put("name", made.name).str());
}

Reply update_group(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kUserGroupsEdit);
  const Ref id = asked_user_group(script);
  UserGroup group = *user_group_by_id(call.sql, id);
  read_group(script, group);
  update_user_group(call.sql, group, call.touched);
  replace_incomings(script, ObjectKind::kUserGroup, id);
  replace_outgoings(script, SubjectKind::kUserGroup, id);
  call.log(Subject::kGroups, Operation::kUpdateGroup, "user group " + group.name);
  return done();
}

Reply remove_user_group(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kUserGroupsEdit);
  const Ref id = asked_user_group(script);
  const std::string name = name_of(call.sql, "user_groups", id);
  delete_user_group(call.sql, id, call.touched);
  call.log(Subject::kGroups, Operation::kDeleteGroup, "user group " + name);
  return done();
}

Reply move_users(ScriptCall& script) {
  Call& call = script.call;
  const Ref id = asked_user_group(script);
  for (const std::string& guid : script.texts()) {
    const FoundUser user = user_of(call, guid);
    need_user(call.caller, Permission::kUsersUpdateGroup, user.official());
    move_user(call.sql, user.id, id, call.touched);
    call.log(Subject::kGroups, Operation::kUpdateGroup,
             user.name + " moved to " + name_of(call.sql, "user_groups", id));
  }
  return done();
}

// ---- device groups ----

Reply list_device_groups(ScriptCall& script) {
  need(script.call.caller, Permission::kDeviceGroupsView);
  return list_groups(script, "g.id, g.guid, g.name, g.note", "device_groups", [&](GroupRow& row) {
    row.json.raw("allowed_incomings", incomings(script.call, ObjectKind::kDeviceGroup, row.id));
  });
}

Ref asked_device_group(const ScriptCall& script) {
  return row_of(script.call, "device_groups", "device group", script.call.parameter("guid"));
}

std::string checked_name(const ScriptCall& script, Ref self) {
  const std::string name = accounts::clean_name(script.text("name"), "A device group's name");
  check_free(script.call, "device_groups", "device group", name, self);
  check_device_group_name(script.call, name);
  return name;
}

Reply make_device_group(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kDeviceGroupsEdit);
  const std::string name = checked_name(script, kNoRef);
  const std::string guid = new_guid();
  const auto id = static_cast<Ref>(call.sql.number(
      "INSERT INTO {p}device_groups (guid, name, name_key, note, created) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
      {guid, name, name_key(name), script.text("note"), call.now}));
  call.touched.device_groups.insert(id);
  replace_incomings(script, ObjectKind::kDeviceGroup, id);
  call.log(Subject::kGroups, Operation::kAddGroup, "device group " + name);
  return Reply::json(JsonObject{}.put("guid", guid).put("name", name).str());
}

Reply change_device_group(ScriptCall& script) {
  Call& call = script.call;
  need(call.caller, Permission::kDeviceGroupsEdit);
  const Ref id = asked_device_group(script);
  Update change;
  if (script.has("name")) {
    const std::string name = checked_name(script, id);
    change.set("name", name);
    change.set("name_key", name_key(name));
  }
  if (script.object()->has("note")) change.set("note", script.text("note"));
  change.run(call.sql, "device_groups", id);
  call.touched.device_groups.insert(id);
  replace_incomings(script, ObjectKind::kDeviceGroup, id);
  call.log(Subject::kGroups, Operation::kUpdateGroup, "device group " + name_of(call.sql, "device_groups", id));
  return done();
}

Reply remove_device_group(ScriptCall& script) {
  need(script.call.caller, Permission::kDeviceGroupsEdit);
  delete_device_group(script.call, asked_device_group(script));
  return done();
}

/// Devices come by their ids, not by guids.
template <class Act>
Reply for_each_id(ScriptCall& script, Act&& act) {
  Call& call = script.call;
  const Ref group = asked_device_group(script);
  for (const std::string& id : script.texts()) {
    const auto guid = call.sql.one("SELECT guid FROM {p}devices WHERE device_id = ?1", {id},
                                   [](const Row& row) { return row.text(0); });
    if (!guid) refuse(404, "not_found", "There is no device " + id);
    const FoundDevice device = device_of(call, *guid);
    need_device(call.caller, Permission::kDevicesUpdateGroup, device.managed());
    act(device, group);
    call.log(Subject::kGroups, Operation::kUpdateGroup,
             id + " in or out of " + name_of(call.sql, "device_groups", group));
  }
  return done();
}

Reply put_devices(ScriptCall& script) {
  return for_each_id(script, [&](const FoundDevice& device, Ref group) { move_device(script.call, device.id, group); });
}

Reply take_devices(ScriptCall& script) {
  return for_each_id(script, [&](const FoundDevice& device, Ref group) {
    if (device.group == group) move_device(script.call, device.id, kNoRef);
  });
}

}  // namespace

std::vector<Script> group_scripts() {
  return {{Method::kGet, "/user-groups", "user-groups", true, list_user_groups},
          {Method::kPost, "/user-groups", "user-groups", false, make_user_group},
          {Method::kPatch, "/user-groups/{guid}", "user-groups", false, update_group},
          {Method::kDelete, "/user-groups/{guid}", "user-groups", false, remove_user_group},
          {Method::kPost, "/user-groups/{guid}", "user-groups", false, move_users},
          {Method::kGet, "/device-groups", "device-groups", true, list_device_groups},
          {Method::kPost, "/device-groups", "device-groups", false, make_device_group},
          {Method::kPatch, "/device-groups/{guid}", "device-groups", false, change_device_group},
          {Method::kDelete, "/device-groups/{guid}", "device-groups", false, remove_device_group},
          {Method::kPost, "/device-groups/{guid}", "device-groups", false, put_devices},
          {Method::kDelete, "/device-groups/{guid}/devices", "device-groups", false, take_devices}};
}

}  // namespace junctor::accounts::admin
