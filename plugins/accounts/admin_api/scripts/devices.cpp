// SPDX-License-Identifier: Apache-2.0
// devices.py (http-api.md 8.4).
#include "accounts/store/devices.hpp"

#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/resources/book_acts.hpp"
#include "accounts/admin_api/resources/device_acts.hpp"
#include "accounts/admin_api/resources/device_entity.hpp"
#include "accounts/admin_api/scripts/script.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr const char* kColumns =
    "d.guid, d.device_id, d.state, d.last_signalling, d.last_heartbeat, d.override_name, d.hostname, "
    "d.override_username, "
    "d.username, d.os, d.ip, d.version, u.name, g.name, s.name, d.note";
constexpr const char* kFrom =
    "{p}devices d LEFT JOIN {p}users u ON u.id = d.owner_id LEFT JOIN {p}device_groups g ON g.id = d.group_id LEFT "
    "JOIN "
    "{p}strategy_assignments a ON a.kind = 0 AND a.target_id = d.id LEFT JOIN {p}strategies s ON s.id = a.strategy_id";

/// "2026-01-31T10:20:30.000": always a text, without zone (http-api.md 8.4).
std::string last_online(int64_t seconds) {
  std::string text = time_text(seconds);
  text.back() = '.';
  return text + "000";
}

std::string row_json(const Call& call, const Row& row) {
  const auto either = [&](size_t given, size_t reported) {
    return row.view(given).empty() ? row.text(reported) : row.text(given);
  };
  const std::string id = row.text(1);
  const int64_t seen = std::max({row.integer(3), row.integer(4), call.site.presence(id).last_seen});
  JsonObject info;
  info.put("username", either(7, 8)).put("os", row.text(9)).put("device_name", either(5, 6));
  info.put("ip", row.text(10)).put("version", row.text(11));
  return JsonObject{}
      .put("guid", row.text(0))
      .put("id", id)
      .put("status", row.integer(2) == static_cast<int64_t>(DeviceState::kActive) ? 1 : 0)
      .put("state", row.integer(2))
      .put("last_online", last_online(seen))
      .raw("info", info.str())
      .put("user_name", row.text(12))
      .put("device_group_name", row.text(13))
      .put("strategy_name", row.text(14))
      .put("note", row.text(15))
      .str();
}

Reply list(ScriptCall& script) {
  const Call& call = script.call;
  ScriptList rows{script};
  if (has_anywhere(call.caller, Permission::kDevicesView)) {
    restrict_devices(rows.listing(), call.caller, Permission::kDevicesView, kDeviceRightColumns);
  } else {  // plain users: their own rows (accounts.md 22)
    rows.listing().where("d.owner_id = " + rows.listing().bind_number(call.caller.user));
  }
  rows.like("id", {"d.device_id"});
  rows.like("device_name", {"CASE WHEN d.override_name <> '' THEN d.override_name ELSE d.hostname END"});
  rows.like("user_name", {"u.name"});
  rows.like("group_name", {"(SELECT x.name FROM {p}user_groups x WHERE x.id = u.group_id)"});
  rows.like("device_group_name", {"g.name"});
  rows.like("device_username", {"CASE WHEN d.override_username <> '' THEN d.override_username ELSE d.username END"});
  return Reply::json(
      rows.run(kColumns, kFrom, "d.device_id, d.id", [&](const Row& row) { return row_json(call, row); }));
}

FoundDevice asked(const ScriptCall& script) { return device_of(script.call, script.call.parameter("guid")); }

FoundDevice asked_for(const ScriptCall& script, Permission permission) {
  FoundDevice device = asked(script);
  need_device(script.call.caller, permission, device.managed());
  return device;
}

Reply enable(ScriptCall& script) {
  const FoundDevice device = asked(script);
  const bool pending = device.state == static_cast<int>(DeviceState::kPending);
  need_device(script.call.caller, pending ? Permission::kDevicesApprove : Permission::kDevicesEnable, device.managed());
  enable_device(script.call, device);
  return done();
}

Reply disable(ScriptCall& script) {
  set_state(script.call, asked_for(script, Permission::kDevicesEnable), DeviceState::kDisabled,
            Operation::kDisableDevice);
  return done();
}

Reply approve(ScriptCall& script) {
  set_state(script.call, asked_for(script, Permission::kDevicesApprove), DeviceState::kActive,
            Operation::kApproveDevice);
  return done();
}

Reply ban(ScriptCall& script) {
  set_state(script.call, asked_for(script, Permission::kDevicesEnable), DeviceState::kBanned, Operation::kBanDevice);
  return done();
}

Reply unban(ScriptCall& script) {
  set_state(script.call, asked_for(script, Permission::kDevicesEnable), DeviceState::kActive, Operation::kUnbanDevice);
  return done();
}

Reply remove(ScriptCall& script) {
  remove_device(script.call, asked_for(script, Permission::kDevicesDelete));
  return done();
}

void assign_text(Call& call, const FoundDevice& found, const std::string& type, const std::string& value) {
  Device device = *device_by_ref(call.sql, found.id);
  if (type == "note") device.note = value, device.by.note = AssignedBy::kAdmin;
  if (type == "device_username") device.override_username = value, device.by.username = AssignedBy::kAdmin;
  if (type == "device_name") device.override_name = value, device.by.name = AssignedBy::kAdmin;
  update_device(call.sql, device, call.touched);
}

/// An empty name takes the assignment away.
Ref named_or_none(const Call& call, std::string_view table, std::string_view what, const std::string& name) {
  return name.empty() ? kNoRef : need_named(call, table, what, name);
}

/// "book[,tag[,alias[,password[,note]]]]" (http-api.md 8.4): the note may have commas of its own.
void assign_book(Call& call, const FoundDevice& found, const std::string& value) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= value.size();) {
    const size_t end = parts.size() == 4 ? value.size() : std::min(value.find(',', at), value.size());
    parts.push_back(value.substr(at, end - at));
    at = end + 1;
  }
  parts.resize(5);
  const bool by_token = call.caller.way == Caller::Way::kToken;
  if (by_token && !call.caller.scopes.may_write(Resource::kAddressBooks)) {
    refuse(403, "scope", "The token lacks read and write of address books");
  }
  const auto book = shared_book_by_name(call.sql, parts[0]);
  if (!book || level_of(call, *book) < BookLevel::kReadWrite) {
    refuse(422, "unknown", "There is no shared address book \"" + parts[0] + "\" that you may edit");
  }
  EntryChange change;
  const auto take = [](const std::string& part, std::optional<std::string>& to) {
    if (!part.empty()) to = part;
  };
  if (!parts[1].empty()) {
    const auto present = tagged_entry(call.sql, book->id, found.device_id);
    std::vector<std::string> tags = present ? present->tags : std::vector<std::string>{};
    if (std::find(tags.begin(), tags.end(), parts[1]) == tags.end()) tags.push_back(parts[1]);
    change.tags = std::move(tags);
  }
  take(parts[2], change.alias);
  take(parts[3], change.password);
  take(parts[4], change.note);
  put_entry(call.sql, call.site.sealer(), *book, found.device_id, change, true, call.now, call.touched);
}

Reply assign(ScriptCall& script) {
  Call& call = script.call;
  const FoundDevice found = asked(script);
  const std::string type = script.text("type");
  const std::string value = script.text("value");
  const auto needs = [&](Permission permission) { need_device(call.caller, permission, found.managed()); };
  if (type == "user_name") {
    needs(Permission::kDevicesAssignUser);
    set_device_owner(call.sql, found.id, named_or_none(call, "users", "user", value), AssignedBy::kAdmin, call.touched);
  } else if (type == "device_group_name") {
    needs(Permission::kDevicesUpdateGroup);
    move_device(call, found.id, named_or_none(call, "device_groups", "device group", value));
  } else if (type == "strategy_name") {
    needs(Permission::kDevicesUpdateStrategy);
    assign_strategy(call, StrategyTarget::kDevice, found.id, named_or_none(call, "strategies", "strategy", value));
  } else if (type == "note" || type == "device_username" || type == "device_name") {
    needs(Permission::kDevicesEdit);
    assign_text(call, found, type, value);
  } else if (type == "ab") {
    assign_book(call, found, value);
  } else {
    refuse(422, "invalid",
           "type: expected user_name, strategy_name, device_group_name, note, device_username, device_name or ab");
  }
  call.log(Subject::kDevices, Operation::kUpdateDevice, found.device_id + ": " + type);
  return done();
}

Reply disconnect(ScriptCall& script) {
  Call& call = script.call;
  const FoundDevice device = asked(script);
  const bool own = device.owner == call.caller.user && may_for_own(call.caller.official(), Permission::kAuditEdit);
  if (!own) need(call.caller, Permission::kAuditEdit);
  std::vector<int64_t> connections;
  if (script.has("conns")) {
    const auto list = script.object()->getArray("conns");
    if (list.isNull()) refuse(422, "invalid", "conns: expected an array of numbers");
    for (const auto& one : *list) {
      if (!one.isInteger()) refuse(422, "invalid", "conns: expected an array of numbers");
      connections.push_back(one.convert<int64_t>());
    }
  }
  call.disconnects.push_back({device.device_id, connections});
  call.log(Subject::kDevices, Operation::kDisconnect, device.device_id);
  return done();
}

}  // namespace

std::vector<Script> device_scripts() {
  return {{Method::kGet, "/devices", "devices", true, list},
          {Method::kPost, "/devices/{guid}/enable", "devices", false, enable},
          {Method::kPost, "/devices/{guid}/disable", "devices", false, disable},
          {Method::kPost, "/devices/{guid}/approve", "devices", false, approve},
          {Method::kPost, "/devices/{guid}/ban", "devices", false, ban},
          {Method::kPost, "/devices/{guid}/unban", "devices", false, unban},
          {Method::kDelete, "/devices/{guid}", "devices", false, remove},
          {Method::kPost, "/devices/{guid}/assign", "devices", false, assign},
          {Method::kPost, "/devices/{guid}/disconnect", "audit", false, disconnect}};
}

}  // namespace junctor::accounts::admin
