// SPDX-License-Identifier: Apache-2.0
// Device groups (accounts.md 1, 2).
#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lists_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr const char* kColumns =
    "g.guid, g.name, g.note, g.created, s.guid, s.name, (SELECT COUNT(*) FROM {p}devices d WHERE d.group_id = g.id)";
constexpr const char* kFrom =
    "{p}device_groups g LEFT JOIN {p}strategy_assignments a ON a.kind = 2 AND a.target_id = g.id LEFT JOIN "
    "{p}strategies s ON s.id = a.strategy_id";

Entity entity_of(const Row& row, size_t at) {
  Entity out;
  out.fixed.put("guid", row.text(at)).put("name", row.text(at + 1)).put("note", row.text(at + 2));
  out.fixed.put("created", time_text(row.integer(at + 3)));
  out.fixed.raw("strategy", json_ref(row.view(at + 4), row.view(at + 5)));
  out.live.put("devices", row.integer(at + 6));
  return out;
}

Entity entity(const Call& call, Ref id) {
  const auto found = call.sql.one(std::string{"SELECT "} + kColumns + " FROM " + kFrom + " WHERE g.id = ?1", {id},
                                  [](const Row& row) { return entity_of(row, 0); });
  if (!found) throw Refused{not_found("device group")};
  return *found;
}

Ref asked(const Call& call) { return row_of(call, "device_groups", "device group", call.parameter("group")); }

void set_strategy(Call& call, Ref id) {
  if (!call.has("strategy_guid")) return;
  need(call.caller, Permission::kDeviceGroupsUpdateStrategy);
  const Ref strategy = call.is_null("strategy_guid")
                           ? kNoRef
                           : row_in(call, "strategies", "strategy", "strategy_guid", call.text("strategy_guid"));
  assign_strategy(call, StrategyTarget::kDeviceGroup, id, strategy);
}

Reply list(Call& call) {
  constexpr SortColumn kSorts[] = {{"name", "g.name_key"}, {"created", "g.created", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.contains("name", {"g.name"});
  return Reply::json(listing.run(call.sql, kColumns, kFrom, "g.id",
                                 [](const Row& row, size_t first) { return entity_of(row, first).json(); }));
}

Reply create(Call& call) {
  need(call.caller, Permission::kDeviceGroupsEdit);
  const std::string name = clean_name(call);
  check_free(call, "device_groups", "device group", name, kNoRef);
  check_device_group_name(call, name);
  const auto id = static_cast<Ref>(call.sql.number(
      "INSERT INTO {p}device_groups (guid, name, name_key, note, created) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
      {new_guid(), name, name_key(name), call.text("note"), call.now}));
  set_strategy(call, id);
  call.touched.device_groups.insert(id);
  call.log(Subject::kGroups, Operation::kAddGroup, "device group " + name);
  return call.shown(entity(call, id));
}

Reply get(Call& call) { return call.shown(entity(call, asked(call))); }

Reply update(Call& call) {
  const Ref id = asked(call);
  const Entity before = entity(call, id);
  call.require_match(before);
  const bool only_strategy = call.body->size() == 1 && call.has("strategy_guid");
  if (!only_strategy) need(call.caller, Permission::kDeviceGroupsEdit);
  Update change;
  if (call.has("name")) {
    const std::string name = clean_name(call);
    check_free(call, "device_groups", "device group", name, id);
    check_device_group_name(call, name);
    change.set("name", name);
    change.set("name_key", name_key(name));
  }
  if (call.has("note")) change.set("note", call.text("note"));
  change.run(call.sql, "device_groups", id);
  set_strategy(call, id);
  const Entity after = entity(call, id);
  call.touched.device_groups.insert(id);
  call.log(Subject::kGroups, Operation::kUpdateGroup, "device group " + name_of(call.sql, "device_groups", id),
           before.fixed.str(), after.fixed.str());
  return call.shown(after);
}

Reply remove(Call& call) {
  need(call.caller, Permission::kDeviceGroupsEdit);
  const Ref id = asked(call);
  call.require_match(entity(call, id));
  delete_device_group(call, id);
  return Reply::nothing();
}

template <class Act>
Reply for_each_device(Call& call, std::string_view what, Act&& act) {
  const Ref id = asked(call);
  Bulk bulk;
  bulk.each(call.texts("devices"), [&](const std::string& guid) {
    const FoundDevice device = device_of(call, guid);
    need_device(call.caller, Permission::kDevicesUpdateGroup, device.managed());
    act(id, device);
  });
  call.log(Subject::kGroups, Operation::kUpdateGroup,
           std::string{what} + name_of(call.sql, "device_groups", id) + ": " + joined_texts(call.texts("devices")));
  return bulk.reply();
}

Reply add_devices(Call& call) {
  return for_each_device(call, "devices added to ", [&](Ref group, const FoundDevice& device) {
    if (call.flag("extra")) {
      add_extra_device_group(call, device.id, group);
    } else {
      move_device(call, device.id, group);
    }
  });
}

Reply remove_devices(Call& call) {
  return for_each_device(call, "devices removed from ", [&](Ref group, const FoundDevice& device) {
    if (call.flag("extra")) {
      remove_extra_device_group(call, device.id, group);
    } else if (device.group == group) {
      move_device(call, device.id, kNoRef);
    } else {
      refuse(409, "not_member", "The device's group is another one.");
    }
  });
}

}  // namespace

void add_device_groups(Handlers& out) {
  out.insert({{"deviceGroups.list", list},
              {"deviceGroups.create", create},
              {"deviceGroups.get", get},
              {"deviceGroups.update", update},
              {"deviceGroups.delete", remove},
              {"deviceGroups.addDevices", add_devices},
              {"deviceGroups.removeDevices", remove_devices}});
}

}  // namespace junctor::accounts::admin
