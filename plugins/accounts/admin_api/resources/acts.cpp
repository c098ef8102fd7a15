// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/acts.hpp"

#include <algorithm>

#include "accounts/admin_api/core/naming.hpp"
#include "accounts/model/entities.hpp"
#include "accounts/store/devices.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

std::vector<Ref> refs(const Sql& sql, std::string_view statement, const std::vector<Param>& parameters) {
  return sql.all(statement, parameters, [](const Row& row) { return static_cast<Ref>(row.integer(0)); });
}

}  // namespace

void add_extra_user_group(Call& call, const FoundUser& user, Ref group) {
  if (user.group == group) return;
  auto groups = extra_groups_of(call.sql, user.id);
  groups.push_back(group);
  set_extra_groups(call.sql, user.id, groups, call.touched);
}

void remove_extra_user_group(Call& call, const FoundUser& user, Ref group) {
  auto groups = extra_groups_of(call.sql, user.id);
  groups.erase(std::remove(groups.begin(), groups.end(), group), groups.end());
  set_extra_groups(call.sql, user.id, groups, call.touched);
}

void move_device(Call& call, Ref device, Ref group) {
  set_device_group(call.sql, device, group, AssignedBy::kAdmin, call.touched);
  if (group != kNoRef) remove_extra_device_group(call, device, group);
}

void add_extra_device_group(Call& call, Ref device, Ref group) {
  call.sql.exec(
      "INSERT INTO {p}device_group_members (device_id, group_id) SELECT id, ?2 FROM {p}devices WHERE id = ?1 AND "
      "(group_id IS NULL OR group_id <> ?2) ON CONFLICT (device_id, group_id) DO NOTHING",
      {device, group});
  call.touched.devices.insert(device);
}

void remove_extra_device_group(Call& call, Ref device, Ref group) {
  call.sql.exec("DELETE FROM {p}device_group_members WHERE device_id = ?1 AND group_id = ?2", {device, group});
  call.touched.devices.insert(device);
}

void delete_device_group(Call& call, Ref group) {
  const std::string name = name_of(call.sql, "device_groups", group);
  const auto held = refs(call.sql,
                         "SELECT id FROM {p}devices WHERE group_id = ?1 UNION SELECT device_id FROM "
                         "{p}device_group_members WHERE group_id = ?1 ORDER BY 1",
                         {group});
  call.sql.exec("DELETE FROM {p}edges WHERE object_kind = 1 AND object_id = ?1", {group});
  call.touched.edges = true;
  call.sql.exec("DELETE FROM {p}admin_role_groups WHERE kind = 1 AND group_id = ?1", {group});
  assign_strategy(call, StrategyTarget::kDeviceGroup, group, kNoRef);
  call.sql.exec("DELETE FROM {p}device_groups WHERE id = ?1", {group});
  call.touched.device_groups.insert(group);
  orphan_the_unheld(call, held);
  call.log(Subject::kGroups, Operation::kDeleteGroup, "device group " + name);
}

void orphan_the_unheld(Call& call, const std::vector<Ref>& devices) {
  for (const Ref device : devices) {
    call.touched.devices.insert(device);
    call.sql.exec(
        "UPDATE {p}devices SET orphan = 1 WHERE id = ?1 AND owner_id IS NULL AND group_id IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM {p}device_group_members m WHERE m.device_id = ?1) AND NOT EXISTS (SELECT 1 FROM {p}edges e "
        "WHERE e.object_kind = 2 AND e.object_id = ?1)",
        {device});
  }
}

void assign_strategy(Call& call, StrategyTarget kind, Ref target, Ref strategy) {
  if (kind == StrategyTarget::kDevice) {
    set_device_strategy(call.sql, target, strategy, AssignedBy::kAdmin, call.touched);
    return;
  }
  if (strategy == kNoRef) {
    call.sql.exec("DELETE FROM {p}strategy_assignments WHERE kind = ?1 AND target_id = ?2", {kind, target});
  } else {
    call.sql.exec(
        "INSERT INTO {p}strategy_assignments (kind, target_id, strategy_id) VALUES (?1, ?2, ?3) ON CONFLICT (kind, "
        "target_id) DO UPDATE SET strategy_id = ?3",
        {kind, target, strategy});
  }
  (kind == StrategyTarget::kUser ? call.touched.users : call.touched.device_groups).insert(target);
}

void delete_strategy(Call& call, Ref id) {
  if (call.sql.number("SELECT built_in FROM {p}strategies WHERE id = ?1", {id}) != 0) {
    refuse(409, "built_in", "Default cannot be deleted.");
  }
  const std::string name = name_of(call.sql, "strategies", id);
  call.sql.exec("SELECT kind, target_id FROM {p}strategy_assignments WHERE strategy_id = ?1", {id},
                [&](const Row& row) {
                  auto& touched = row.integer(0) == 0   ? call.touched.devices
                                  : row.integer(0) == 1 ? call.touched.users
                                                        : call.touched.device_groups;
                  touched.insert(static_cast<Ref>(row.integer(1)));
                });
  call.sql.exec("DELETE FROM {p}strategies WHERE id = ?1", {id});
  call.touched.strategies.insert(id);
  call.log(Subject::kStrategies, Operation::kDeleteStrategy, name);
}

void delete_control_role(Call& call, Ref id) {
  if (call.sql.number("SELECT built_in FROM {p}control_roles WHERE id = ?1", {id}) != 0) {
    refuse(409, "built_in", "A built-in role cannot be deleted.");
  }
  const std::string name = name_of(call.sql, "control_roles", id);
  call.sql.exec("SELECT id FROM {p}users WHERE control_role_id = ?1", {id},
                [&](const Row& row) { call.touched.users.insert(static_cast<Ref>(row.integer(0))); });
  call.sql.exec("DELETE FROM {p}control_roles WHERE id = ?1", {id});
  call.touched.control_roles.insert(id);
  call.log(Subject::kRoles, Operation::kDeleteRole, "control role " + name);
}

}  // namespace junctor::accounts::admin
