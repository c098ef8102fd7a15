// SPDX-License-Identifier: Apache-2.0
// Who may reach what (accounts.md 3, 5): one function of values, that signalling, lists, the access tester and previews
// call. No I/O, nothing is kept; any thread that may read what the values point to.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "accounts/model/edges.hpp"
#include "accounts/model/ref.hpp"
#include "accounts/model/refusals.hpp"

namespace junctor::accounts {

/// Numbers as they are stored.
enum class DeviceState : uint8_t { kPending = 0, kActive = 1, kDisabled = 2, kBanned = 3 };

enum class Admission : uint8_t { kOpen, kApprove, kDeploy };
enum class Initiate : uint8_t { kByAdmission, kAnyone, kLoggedIn, kListed };
enum class Unassigned : uint8_t { kEveryone, kLoggedIn, kAdmins };
enum class OwnerDisabledBlocks : uint8_t { kEveryone, kAllButAdmins };

/// The settings that access depends on (accounts.md 20).
struct AccessPolicy {
  Admission admission = Admission::kOpen;
  Initiate initiate = Initiate::kByAdmission;
  Unassigned unassigned = Unassigned::kEveryone;
  OwnerDisabledBlocks owner_disabled_blocks = OwnerDisabledBlocks::kEveryone;
  bool admins_reach_all = true;
  bool hide_devices = false;

  Initiate effective_initiate() const {
    if (initiate != Initiate::kByAdmission) return initiate;
    return admission == Admission::kOpen ? Initiate::kAnyone : Initiate::kLoggedIn;
  }
};

/// Who asks: whoever is logged in on the controlling client, never the owner of that device.
struct Controller {
  enum class Token : uint8_t { kNone, kValid, kBad };

  Token token = Token::kNone;
  Ref user = kNoRef;  ///< with a valid token
  bool administrator = false;
  bool may_initiate = true;
  bool listed = false;          ///< for Initiate::kListed: he or a group of his
  bool network_allowed = true;  ///< initiate_networks and the narrower ones of his group hold his address
  std::span<const Ref> groups;  ///< his group and the extra ones
  /// Of the device that the session was opened on; active and not incoming_only where there is none.
  DeviceState device_state = DeviceState::kActive;
  bool device_incoming_only = false;

  bool logged_in() const { return token == Token::kValid; }
};

/// What is asked for.
struct Target {
  bool known = false;
  Ref device = kNoRef;
  DeviceState state = DeviceState::kActive;
  bool orphan = false;
  Ref owner = kNoRef;
  bool owner_enabled = true;
  Ref owner_group = kNoRef;
  bool owner_group_open = true;  ///< its members reach each other
  std::span<const Ref> groups;   ///< device group and extra ones
};

/// What is granted: edges, and the books that give access (accounts.md 3.1 h), each as whether it lets this user in.
struct Grants {
  const Edges* edges = nullptr;
  bool by_book = false;  ///< B stands in a shared book with grants_access where the user has a rule
};

/// What lets in; in the order that they are looked for, so that an administrator's power is named last.
enum class Ground : uint8_t {
  kNothing,
  kUnassigned,
  kOwner,
  kSameGroup,
  kEdgeToUserGroup,
  kEdgeToDeviceGroup,
  kShare,
  kBook,
  kAdministrator,
  kSwitchSides,
};
std::string_view word(Ground ground);

struct Access {
  Refusal refusal = Refusal::kNone;
  Ground ground = Ground::kNothing;

  bool allowed() const { return refusal == Refusal::kNone; }
};

/// Rows 1 and 3 to 8 of accounts.md 3, first that applies; 2 and 9 are signalling's. `switch_granted`: a code came that
/// fits a grant for B. `now`: Unix seconds.
Access decide(const AccessPolicy& policy, const Controller& controller, const Target& target, const Grants& grants,
              bool switch_granted, int64_t now);

/// Rows 4 and 8 alone: what lists show (accounts.md 3.4). A banned device is in no list.
Access visible(const AccessPolicy& policy, const Controller& controller, const Target& target, const Grants& grants,
               int64_t now);

/// Has the device an owner, a group or a share? One that a delete leaves without becomes an orphan (accounts.md 2), or
/// deleting a group would open its devices to everyone.
inline bool is_held(const Target& target, const Edges& edges) {
  return target.owner != kNoRef || !target.groups.empty() || edges.shared(target.device);
}

}  // namespace junctor::accounts
