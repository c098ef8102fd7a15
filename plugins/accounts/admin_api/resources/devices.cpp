// SPDX-License-Identifier: Apache-2.0
// Devices (accounts.md 1, 2, 15).
#include "accounts/store/devices.hpp"

#include <algorithm>

#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/resources/device_acts.hpp"
#include "accounts/admin_api/resources/device_entity.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/admin_api/resources/user_acts.hpp"

namespace junctor::accounts::admin {
namespace {

// A mark in the database is written in batches: one that is younger than this is as good as "there".
constexpr int64_t kOnlineSeconds = 120;

constexpr std::string_view kStateWords[] = {"pending", "active", "disabled", "banned"};

/// What stands before " / " names the system; on Linux it is the distribution.
void filter_system(Listing& listing) {
  const auto os = listing.given("os");
  if (!os) return;
  if (*os != "linux") {
    listing.where("d.os {like} " + listing.bind(*os + " /%"));
    return;
  }
  for (const char* other : {"windows /%", "macos /%", "android /%"}) {
    listing.where("NOT d.os {like} " + listing.bind(other));
  }
  listing.where("d.os <> ''");
}

void filter_times(Listing& listing, int64_t now) {
  const std::string seen = "(" + std::string{kLastOnline} + ")";
  if (const auto before = listing.moment("seen_before")) listing.where(seen + " < " + listing.bind_number(*before));
  if (const auto after = listing.moment("seen_after")) listing.where(seen + " > " + listing.bind_number(*after));
  if (const auto online = listing.flag("online")) {
    listing.where(seen + (*online ? " >= " : " < ") + listing.bind_number(now - kOnlineSeconds));
  }
}

void filter(Listing& listing, int64_t now) {
  listing.contains("search",
                   {"d.device_id", "d.hostname", "d.override_name", "d.username", "d.override_username", "u.name"});
  listing.contains("id", {"d.device_id"});
  listing.contains("name", {"d.hostname", "d.override_name"});
  listing.contains("username", {"d.username", "d.override_username"});
  listing.equals("owner", "u.guid");
  listing.equals("strategy", "s.guid");
  listing.begins("version", "d.version");
  listing.begins("address", "d.ip");
  if (const auto group = listing.given("owner_group")) {
    listing.where("u.group_id = (SELECT id FROM {p}user_groups WHERE guid = " + listing.bind(*group) + ")");
  }
  if (const auto group = listing.given("group")) {
    const std::string at = listing.bind(*group);
    listing.where("(g.guid = " + at +
                  " OR EXISTS (SELECT 1 FROM {p}device_group_members m JOIN {p}device_groups x ON x.id = m.group_id "
                  "WHERE m.device_id = d.id AND x.guid = " +
                  at + "))");
  }
  if (const auto state = listing.given("state")) {
    const auto* found = std::find(std::begin(kStateWords), std::end(kStateWords), *state);
    listing.where("d.state = " + listing.bind_number(found - std::begin(kStateWords)));
  }
  if (const auto unassigned = listing.flag("unassigned")) {
    listing.where(*unassigned ? "(d.owner_id IS NULL AND d.group_id IS NULL)"
                              : "(d.owner_id IS NOT NULL OR d.group_id IS NOT NULL)");
  }
  if (const auto orphan = listing.flag("orphan")) listing.where(*orphan ? "d.orphan = 1" : "d.orphan = 0");
  if (const auto conflict = listing.flag("conflict")) {
    listing.where(std::string{*conflict ? "" : "NOT "} +
                  "EXISTS (SELECT 1 FROM {p}devices x WHERE x.uuid = d.uuid AND length(x.uuid) > 0 AND x.id <> d.id)");
  }
  filter_system(listing);
  filter_times(listing, now);
}

constexpr SortColumn kSorts[] = {{"id", "d.device_id"},
                                 {"name", "CASE WHEN d.override_name <> '' THEN d.override_name ELSE d.hostname END"},
                                 {"last_online", kLastOnline, true},
                                 {"first_seen", "d.first_seen", true},
                                 {"owner", "COALESCE(u.name_key, '')"},
                                 {"group", "COALESCE(g.name_key, '')"}};

/// Whoever administers no device sees those that he can reach: what lists and signalling say (accounts.md 3.4).
bool sees_reachable_only(const Caller& caller) { return !has_anywhere(caller, Permission::kDevicesView); }

Reply list(Call& call) {
  Listing listing{call.endpoint, call.query, kSorts};
  choose_devices(call, listing);
  auto rows = listing.rows(call.sql, kDeviceColumns, kDeviceFrom, "d.id",
                           [&](const Row& row, size_t first) { return device_row(row, first, call); });
  add_device_lists(call, rows);
  std::vector<std::string> items;
  for (const DeviceRow& one : rows) items.push_back(one.entity.json());
  return Reply::json(listing.finish(call.sql, kDeviceFrom, items));
}

Reply get(Call& call) {
  if (!sees_reachable_only(call.caller)) {
    return call.shown(device_entity(call, device_of(call, call.parameter("device")).id));
  }
  const auto device = find_device(call.sql, call.parameter("device"));
  if (!device || !call.site.reaches(call.caller.user, device->device_id, call.now)) throw Refused{not_found("device")};
  return call.shown(device_entity(call, device->id));
}

void need_all(const Call& call, const FoundDevice& device) {
  for (const std::string_view right : rights_of_body(call)) {
    need_device(call.caller, permission_of(right), device.managed());
  }
}

Reply update(Call& call) {
  const FoundDevice device = device_of(call, call.parameter("device"));
  need_all(call, device);
  const Entity before = device_entity(call, device.id);
  call.require_match(before);
  change_device(call, device, *call.body);
  const Entity after = device_entity(call, device.id);
  call.log(Subject::kDevices, Operation::kUpdateDevice, device.device_id, before.fixed.str(), after.fixed.str());
  return call.shown(after);
}

Reply remove(Call& call) {
  const FoundDevice device = device_of(call, call.parameter("device"));
  need_device(call.caller, Permission::kDevicesDelete, device.managed());
  call.require_match(device_entity(call, device.id));
  remove_device(call, device);
  return Reply::nothing();
}

void bulk_one(Call& call, const std::string& action, const FoundDevice& device) {
  const auto needs = [&](Permission permission) { need_device(call.caller, permission, device.managed()); };
  if (action == "set") {
    need_all(call, device);
    if (!call.body->isObject("set")) refuse_field("set", "missing", "With set: what to change?");
    change_device(call, device, *call.body->getObject("set"));
    call.log(Subject::kDevices, Operation::kUpdateDevice, device.device_id);
  } else if (action == "approve") {
    needs(Permission::kDevicesApprove);
    set_state(call, device, DeviceState::kActive, Operation::kApproveDevice);
  } else if (action == "delete") {
    needs(Permission::kDevicesDelete);
    if (device.state != static_cast<int>(DeviceState::kDisabled)) {
      needs(Permission::kDevicesEnable);
      set_state(call, device, DeviceState::kDisabled, Operation::kDisableDevice);
    }
    remove_device(call, device);
  } else {
    needs(Permission::kDevicesEnable);
    if (action == "enable") enable_device(call, device);
    if (action == "disable") set_state(call, device, DeviceState::kDisabled, Operation::kDisableDevice);
    if (action == "ban") set_state(call, device, DeviceState::kBanned, Operation::kBanDevice);
    if (action == "unban") set_state(call, device, DeviceState::kActive, Operation::kUnbanDevice);
  }
}

Reply bulk(Call& call) {
  const std::string action = call.text("action");
  Bulk bulk;
  bulk.each(call.texts("devices"), [&](const std::string& guid) { bulk_one(call, action, device_of(call, guid)); });
  return bulk.reply();
}

Reply disconnect(Call& call) {
  const FoundDevice device = device_of(call, call.parameter("device"));
  const bool own = device.owner == call.caller.user && may_for_own(call.caller.official(), Permission::kAuditEdit);
  if (!own) need(call.caller, Permission::kAuditEdit);
  std::vector<int64_t> connections;
  if (call.has("connections")) {
    for (const auto& one : *call.body->getArray("connections")) connections.push_back(one.convert<int64_t>());
  }
  call.disconnects.push_back({device.device_id, connections});
  call.log(Subject::kDevices, Operation::kDisconnect, device.device_id);
  return Reply::nothing();
}

}  // namespace

void choose_devices(const Call& call, Listing& listing) {
  if (sees_reachable_only(call.caller)) {
    listing.where("d.device_id IN (" + listing.bind_all(call.site.reachable(call.caller.user, call.now)) + ")");
  } else {
    restrict_devices(listing, call.caller, Permission::kDevicesView, kDeviceRightColumns);
  }
  filter(listing, call.now);
}

void add_devices(Handlers& out) {
  out.insert({{"devices.list", list},
              {"devices.get", get},
              {"devices.update", update},
              {"devices.delete", remove},
              {"devices.bulk", bulk},
              {"devices.disconnect", disconnect}});
}

}  // namespace junctor::accounts::admin
