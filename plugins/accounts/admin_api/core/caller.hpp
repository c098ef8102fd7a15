// SPDX-License-Identifier: Apache-2.0
// Who makes a call, and the one place that decides what he may: door, token scopes, proofs, and over whom or what each
// permission reaches. The rules themselves are the model's (accounts.md 8, 9). Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/admin_api/contract/endpoint.hpp"
#include "accounts/model/admin_roles.hpp"
#include "accounts/model/scopes.hpp"

namespace junctor::accounts::admin {

class Listing;

struct Caller {
  enum class Way : uint8_t { kNobody, kSession, kToken };

  Way way = Way::kNobody;
  Ref user = kNoRef;
  std::string guid;
  std::string name;
  Ref group = kNoRef;
  bool administrator = false;
  std::vector<AdminRole> roles;
  std::vector<const AdminRole*> role_pointers;  // into `roles`: see seal()
  std::string address;                          // text, without port

  Scopes scopes;  // of a token

  int64_t session = 0;  // of a session, with the four below
  std::string session_guid;
  std::string csrf;
  int64_t proved = 0;  // Unix seconds of the latest proof of who is there
  bool enrol = false;  // a second factor is demanded and missing
  bool change_password = false;

  /// Once `roles` is whole. A copy has to be sealed again.
  void seal() {
    role_pointers.clear();
    for (const AdminRole& one : roles) role_pointers.push_back(&one);
  }
  Official official() const { return {user, group, administrator, role_pointers}; }
};

inline constexpr int64_t kProofSeconds = 600;

/// Throws Refused: 401 for nobody, 403 for whom the door is closed. `now`: Unix seconds.
void check_door(const Endpoint& endpoint, const Caller& caller, int64_t now);

/// Has the caller this permission over anything at all? What it reaches is for may_* to say.
bool has_anywhere(const Caller& caller, Permission permission);

/// Throw Refused 403 with the permission's name.
void need(const Caller& caller, Permission permission);
void need_user(const Caller& caller, Permission permission, const Official& target);
void need_device(const Caller& caller, Permission permission, const ManagedDevice& device);
void need_administrator(const Caller& caller);

/// "administrator" or "users:view" of a table.
bool is_administrators(std::string_view right);
Permission permission_of(std::string_view right);

/// Leaves in a list what the permission reaches; agrees with may(). The names are SQL columns: a user's group; a
/// device's owner, its owner's group, its group, and its row in {p}device_extra_groups.
void restrict_users(Listing& listing, const Caller& caller, Permission permission, std::string_view group);

struct DeviceColumns {
  std::string_view id;
  std::string_view owner;
  std::string_view owner_group;
  std::string_view group;
  std::string_view extra_groups;  // "SELECT group_id FROM ... WHERE device_id = d.id"
};
void restrict_devices(Listing& listing, const Caller& caller, Permission permission, const DeviceColumns& columns);

}  // namespace junctor::accounts::admin
