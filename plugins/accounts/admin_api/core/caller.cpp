// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/caller.hpp"

#include <algorithm>

#include "accounts/admin_api/contract/problem.hpp"
#include "accounts/admin_api/core/listing.hpp"

namespace junctor::accounts::admin {
namespace {

void check_scope(const Endpoint& endpoint, const Scopes& scopes) {
  if (endpoint.scope == kAnyToken) return;
  if (endpoint.scope == kNoToken) {
    refuse(403, "session_only", "API tokens are not taken here: log in to the console.");
  }
  const auto resource_needed = resource(endpoint.scope);
  const bool enough = resource_needed
                          ? (endpoint.reads() ? scopes.may_read(*resource_needed) : scopes.may_write(*resource_needed))
                          : scopes == Scopes::all();
  if (enough) return;
  const std::string missing = std::string{endpoint.scope} + (resource_needed ? endpoint.reads() ? ":r" : ":rw" : "");
  refuse(403, "scope", "The token lacks the scope " + missing + ": make one that has it.");
}

void check_right(const Endpoint& endpoint, const Caller& caller) {
  if (endpoint.door == Door::kAdmin) need_administrator(caller);
  if (endpoint.door != Door::kPermission) return;
  if (!has_anywhere(caller, permission_of(endpoint.right))) throw Refused{forbidden(endpoint.right)};
}

std::string numbers(Listing& listing, const std::vector<Ref>& refs) {
  std::string out;
  for (const Ref one : refs) out += (out.empty() ? "" : ", ") + listing.bind_number(one);
  return out.empty() ? "NULL" : out;
}

std::string joined(const std::vector<std::string>& any) {
  std::string out;
  for (const std::string& one : any) out += (out.empty() ? "" : " OR ") + one;
  return out.empty() ? "1 = 0" : "(" + out + ")";
}

}  // namespace

void check_door(const Endpoint& endpoint, const Caller& caller, int64_t now) {
  if (endpoint.door == Door::kOpen) return;
  if (caller.way == Caller::Way::kNobody) {
    refuse(401, "login_required", "Log in first, or send a valid API token as Authorization: Bearer.");
  }
  if (caller.way == Caller::Way::kToken) check_scope(endpoint, caller.scopes);
  const bool mends = endpoint.id.substr(0, 3) == "me." || endpoint.id == "login.logout";
  if (caller.enrol && !mends) {
    refuse(403, "factor_required", "Set up a second factor first (me/factors/totp): this site demands one of you.");
  }
  if (caller.change_password && !mends) {
    refuse(403, "password_change", "Change your password first (me/password): somebody else has given it to you.");
  }
  check_right(endpoint, caller);
  if (endpoint.has(kFreshFactor) && caller.way == Caller::Way::kSession && now - caller.proved > kProofSeconds) {
    refuse(403, "proof_required", "Prove first that it is you (me/confirm): the last proof is older than 10 minutes.");
  }
}

bool has_anywhere(const Caller& caller, Permission permission) {
  if (caller.administrator) return true;
  return std::any_of(caller.roles.begin(), caller.roles.end(), [&](const AdminRole& role) {
    return role.permissions.has(permission) && fits(role.type, permission);
  });
}

void need(const Caller& caller, Permission permission) {
  if (!may(caller.official(), permission)) throw Refused{forbidden(junctor::accounts::name(permission))};
}

void need_user(const Caller& caller, Permission permission, const Official& target) {
  if (!may(caller.official(), permission, target)) throw Refused{forbidden(junctor::accounts::name(permission))};
}

void need_device(const Caller& caller, Permission permission, const ManagedDevice& device) {
  if (!may(caller.official(), permission, device)) throw Refused{forbidden(junctor::accounts::name(permission))};
}

void need_administrator(const Caller& caller) {
  if (!caller.administrator) throw Refused{forbidden("administrator")};
}

bool is_administrators(std::string_view right) { return right == "administrator"; }

Permission permission_of(std::string_view right) {
  const auto found = permission(right);
  if (!found) refuse(500, "fault", "No permission " + std::string{right} + ".");
  return *found;
}

void restrict_users(Listing& listing, const Caller& caller, Permission permission, std::string_view group) {
  if (caller.administrator) return;
  std::vector<std::string> any;
  for (const AdminRole& role : caller.roles) {
    if (!role.permissions.has(permission) || !fits(role.type, permission)) continue;
    if (role.type == RoleType::kGlobal) return;
    if (role.type == RoleType::kGroup) {
      any.push_back(std::string{group} + " IN (" + numbers(listing, role.user_groups) + ")");
    }
  }
  listing.where(joined(any));
}

void restrict_devices(Listing& listing, const Caller& caller, Permission permission, const DeviceColumns& columns) {
  if (caller.administrator) return;
  std::vector<std::string> any;
  for (const AdminRole& role : caller.roles) {
    if (!role.permissions.has(permission) || !fits(role.type, permission)) continue;
    if (role.type == RoleType::kGlobal) return;
    if (role.type == RoleType::kIndividual) {
      any.push_back(std::string{columns.owner} + " = " + listing.bind_number(caller.user));
      continue;
    }
    any.push_back(std::string{columns.owner_group} + " IN (" + numbers(listing, role.user_groups) + ")");
    any.push_back(std::string{columns.group} + " IN (" + numbers(listing, role.device_groups) + ")");
    any.push_back("EXISTS (" + std::string{columns.extra_groups} + " AND group_id IN (" +
                  numbers(listing, role.device_groups) + "))");
    if (!role.unassigned_devices) continue;
    any.push_back("(" + std::string{columns.owner} + " IS NULL AND " + std::string{columns.group} +
                  " IS NULL AND NOT EXISTS (" + std::string{columns.extra_groups} + "))");
  }
  listing.where(joined(any));
}

}  // namespace junctor::accounts::admin
