// SPDX-License-Identifier: Apache-2.0
// The table of permissions, scopes, and what they cover. Any thread.
#include "accounts/model/admin_roles.hpp"

#include <algorithm>
#include <array>

namespace junctor::accounts {
namespace {

constexpr uint8_t kG = 1, kS = 2, kI = 4;  // global, group, individual: which types may have it

struct Known {
  std::string_view name;
  uint8_t types;
  Permission view;  // what it includes
};

using P = Permission;
constexpr std::array<Known, kPermissions> kKnown = {{
    {"users:view", kG | kS, P::kUsersView},
    {"users:create", kG | kS, P::kUsersView},
    {"users:invite", kG | kS, P::kUsersView},
    {"users:delete", kG | kS, P::kUsersView},
    {"users:enable", kG | kS, P::kUsersView},
    {"users:edit_email", kG | kS, P::kUsersView},
    {"users:edit_password", kG | kS, P::kUsersView},
    {"users:edit_note", kG | kS, P::kUsersView},
    {"users:manage_2fa", kG | kS, P::kUsersView},
    {"users:force_logout", kG | kS, P::kUsersView},
    {"users:update_strategy", kG | kS, P::kUsersView},
    {"users:update_control_role", kG | kS, P::kUsersView},
    {"users:update_group", kG, P::kUsersView},
    {"devices:view", kG | kS | kI, P::kDevicesView},
    {"devices:enable", kG | kS | kI, P::kDevicesView},
    {"devices:delete", kG | kS | kI, P::kDevicesView},
    {"devices:edit", kG | kS | kI, P::kDevicesView},
    {"devices:update_strategy", kG | kS | kI, P::kDevicesView},
    {"devices:assign_user", kG, P::kDevicesView},
    {"devices:update_group", kG, P::kDevicesView},
    {"devices:approve", kG | kS, P::kDevicesView},
    {"deploy_tokens:edit", kG | kS, P::kDeployTokens},
    {"user_groups:view", kG, P::kUserGroupsView},
    {"user_groups:edit", kG, P::kUserGroupsView},
    {"strategies:view", kG, P::kStrategiesView},
    {"strategies:edit", kG, P::kStrategiesView},
    {"control_roles:view", kG, P::kControlRolesView},
    {"control_roles:edit", kG, P::kControlRolesView},
    {"custom_clients:view", kG, P::kCustomClientsView},
    {"custom_clients:edit", kG, P::kCustomClientsView},
    {"device_groups:view", kG, P::kDeviceGroupsView},
    {"device_groups:edit", kG, P::kDeviceGroupsView},
    {"device_groups:update_strategy", kG, P::kDeviceGroupsView},
    {"audit:view", kG | kI, P::kAuditView},
    {"audit:edit", kG | kI, P::kAuditView},
}};
constexpr std::array<std::string_view, 3> kTypes = {"global", "group", "individual"};

const Known& known(Permission permission) { return kKnown[static_cast<size_t>(permission)]; }

bool has(const std::vector<Ref>& all, Ref one) {
  return one != kNoRef && std::find(all.begin(), all.end(), one) != all.end();
}

/// A role's own word for it, and only where its type may have it.
bool gives(const AdminRole& role, Permission permission) {
  return fits(role.type, permission) && role.permissions.has(permission);
}

template <class Test>
bool any_role(const Official& actor, Permission permission, const Test& reaches) {
  return std::any_of(actor.roles.begin(), actor.roles.end(),
                     [&](const AdminRole* role) { return gives(*role, permission) && reaches(*role); });
}

bool reaches_group(const AdminRole& role, Ref user_group) {
  return role.type == RoleType::kGlobal || (role.type == RoleType::kGroup && has(role.user_groups, user_group));
}

/// Scopes that a role has: those of another type stand for nothing, whatever is written there.
bool reaches_device_group(const AdminRole& role, Ref group) {
  return role.type == RoleType::kGroup && has(role.device_groups, group);
}
bool reaches_unassigned(const AdminRole& role) { return role.type == RoleType::kGroup && role.unassigned_devices; }

bool reaches_device(const AdminRole& role, const Official& actor, const ManagedDevice& device) {
  if (role.type == RoleType::kGlobal) return true;
  if (role.type == RoleType::kIndividual) return device.owner != kNoRef && device.owner == actor.user;
  if (device.owner == kNoRef && device.groups.empty()) return role.unassigned_devices;
  if (device.owner != kNoRef && has(role.user_groups, device.owner_group)) return true;
  return std::any_of(device.groups.begin(), device.groups.end(), [&](Ref g) { return has(role.device_groups, g); });
}

/// What one may do to oneself without gaining anything.
bool harmless_to_self(Permission permission) {
  return permission == P::kUsersView || permission == P::kUsersEditNote || permission == P::kUsersUpdateStrategy;
}

/// Does the actor have `permission` wherever `role`, of `other`, gives it?
bool covers_one(const Official& actor, const Official& other, const AdminRole& role, Permission permission) {
  if (any_role(actor, permission, [](const AdminRole& own) { return own.type == RoleType::kGlobal; })) return true;
  const auto of_group = [&](Ref group) {
    return any_role(actor, permission, [&](const AdminRole& own) { return reaches_group(own, group); });
  };
  if (role.type == RoleType::kGlobal) return false;
  if (role.type == RoleType::kIndividual)
    return permission != P::kAuditView && permission != P::kAuditEdit && of_group(other.group);
  const bool users = std::all_of(role.user_groups.begin(), role.user_groups.end(), of_group);
  const bool devices = std::all_of(role.device_groups.begin(), role.device_groups.end(), [&](Ref group) {
    return any_role(actor, permission, [&](const AdminRole& own) { return reaches_device_group(own, group); });
  });
  const bool unassigned = !role.unassigned_devices || any_role(actor, permission, reaches_unassigned);
  return users && devices && unassigned;
}

}  // namespace

std::string_view name(Permission permission) { return known(permission).name; }

std::optional<Permission> permission(std::string_view name) {
  for (size_t i = 0; i < kKnown.size(); ++i) {
    if (kKnown[i].name == name) return static_cast<Permission>(i);
  }
  return std::nullopt;
}

bool PermissionSet::has(Permission permission) const {
  if (lists(permission)) return true;
  for (size_t i = 0; i < kPermissions; ++i) {
    if (bits_.test(i) && kKnown[i].view == permission) return true;
  }
  return false;
}

std::string_view name(RoleType type) { return kTypes[static_cast<size_t>(type)]; }

std::optional<RoleType> role_type(std::string_view name) {
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i] == name) return static_cast<RoleType>(i);
  }
  return std::nullopt;
}

bool fits(RoleType type, Permission permission) {
  return (known(permission).types >> static_cast<unsigned>(type) & 1) != 0;
}

bool covers(const Official& actor, const Official& other) {
  if (actor.administrator) return true;
  if (other.administrator) return false;
  for (const AdminRole* role : other.roles) {
    for (size_t i = 0; i < kPermissions; ++i) {
      const auto one = static_cast<Permission>(i);
      if (gives(*role, one) && !covers_one(actor, other, *role, one)) return false;
    }
  }
  return true;
}

bool may(const Official& actor, Permission permission, const Official& target) {
  if (actor.administrator) return true;
  const bool in_scope = any_role(actor, permission, [&](const AdminRole& r) { return reaches_group(r, target.group); });
  if (!in_scope) return false;
  if (permission == P::kUsersView) return true;
  if (target.user != kNoRef && target.user == actor.user) return harmless_to_self(permission);
  return covers(actor, target);
}

bool may(const Official& actor, Permission permission, const ManagedDevice& device) {
  return actor.administrator ||
         any_role(actor, permission, [&](const AdminRole& role) { return reaches_device(role, actor, device); });
}

bool may(const Official& actor, Permission permission) {
  return actor.administrator ||
         any_role(actor, permission, [](const AdminRole& role) { return role.type == RoleType::kGlobal; });
}

bool may_for_own(const Official& actor, Permission permission) {
  return actor.administrator ||
         any_role(actor, permission, [](const AdminRole& role) { return role.type != RoleType::kGroup; });
}

}  // namespace junctor::accounts
