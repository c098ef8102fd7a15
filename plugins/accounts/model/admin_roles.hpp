// SPDX-License-Identifier: Apache-2.0
// Admin roles: delegated rights as a union of (permission, scope) pairs, never a way up (accounts.md 8). Values.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "accounts/model/ref.hpp"

namespace junctor::accounts {

enum class Permission : uint8_t {
  kUsersView,
  kUsersCreate,
  kUsersInvite,
  kUsersDelete,
  kUsersEnable,
  kUsersEditEmail,
  kUsersEditPassword,
  kUsersEditNote,
  kUsersManage2fa,
  kUsersForceLogout,
  kUsersUpdateStrategy,
  kUsersUpdateControlRole,
  kUsersUpdateGroup,
  kDevicesView,
  kDevicesEnable,
  kDevicesDelete,
  kDevicesEdit,
  kDevicesUpdateStrategy,
  kDevicesAssignUser,
  kDevicesUpdateGroup,
  kDevicesApprove,
  kDeployTokens,
  kUserGroupsView,
  kUserGroupsEdit,
  kStrategiesView,
  kStrategiesEdit,
  kControlRolesView,
  kControlRolesEdit,
  kCustomClientsView,
  kCustomClientsEdit,
  kDeviceGroupsView,
  kDeviceGroupsEdit,
  kDeviceGroupsUpdateStrategy,
  kAuditView,
  kAuditEdit,
  kCount,
};
inline constexpr size_t kPermissions = static_cast<size_t>(Permission::kCount);

/// "users:view", as the API has it.
std::string_view name(Permission permission);
std::optional<Permission> permission(std::string_view name);

class PermissionSet {
 public:
  PermissionSet() = default;
  PermissionSet(std::initializer_list<Permission> all) {
    for (const Permission one : all) add(one);
  }
  void add(Permission permission) { bits_.set(static_cast<size_t>(permission)); }
  /// What includes it counts: to edit is to view.
  bool has(Permission permission) const;
  bool lists(Permission permission) const { return bits_.test(static_cast<size_t>(permission)); }
  bool operator==(const PermissionSet&) const = default;

 private:
  std::bitset<kPermissions> bits_;
};

/// Numbers as they are stored.
enum class RoleType : uint8_t { kGlobal = 0, kGroup = 1, kIndividual = 2 };
std::string_view name(RoleType type);
std::optional<RoleType> role_type(std::string_view name);

/// May a role of this type have it at all?
bool fits(RoleType type, Permission permission);

struct AdminRole {
  RoleType type = RoleType::kIndividual;
  PermissionSet permissions;
  std::vector<Ref> user_groups;     ///< kGroup: their users and those users' devices
  std::vector<Ref> device_groups;   ///< kGroup: their devices
  bool unassigned_devices = false;  ///< kGroup: those without owner and group too
};

/// A user with what delegates rights to him; as an actor and as somebody acted upon.
struct Official {
  Ref user = kNoRef;
  Ref group = kNoRef;
  bool administrator = false;
  std::span<const AdminRole* const> roles;
};

struct ManagedDevice {
  Ref owner = kNoRef;
  Ref owner_group = kNoRef;
  std::span<const Ref> groups;
};

/// May `actor` do this to a user? Others than administrators: never to administrators nor to anyone with rights that
/// the actor has not, and to themselves only what gives nothing. Looking is allowed wherever the scope reaches.
/// For create and invite `target` is the new user in his group.
bool may(const Official& actor, Permission permission, const Official& target);
bool may(const Official& actor, Permission permission, const ManagedDevice& device);
/// For what has no scope: groups, strategies, roles, the whole log. Global roles alone give it.
bool may(const Official& actor, Permission permission);
/// The log's rows that concern the actor himself: of individual roles too.
bool may_for_own(const Official& actor, Permission permission);

/// Has `actor` every right that `other` has?
bool covers(const Official& actor, const Official& other);

}  // namespace junctor::accounts
