// SPDX-License-Identifier: Apache-2.0
// How a device gets owner, group, names and the rest, and who may overwrite whom (accounts.md 4). Values.
#pragma once

#include <cstdint>

#include "accounts/model/access.hpp"

namespace junctor::accounts {

/// Who set a field last; cleared by an administrator is set by him, with nothing in it. Numbers as they are stored.
enum class AssignedBy : uint8_t { kNobody = 0, kAdmin = 1, kLogin = 2, kPreset = 3 };

/// A log-in on the device sets the owner only where none is or the last came from a log-in. Orphans, and unassigned
/// devices where they are the administrators', get none (accounts.md 22).
inline bool login_sets_owner(bool login_assigns, Ref owner, AssignedBy by, bool orphan, Unassigned unassigned) {
  if (!login_assigns) return false;
  if (owner != kNoRef || by == AssignedBy::kAdmin) return owner != kNoRef && by == AssignedBy::kLogin;
  return !orphan && unassigned != Unassigned::kAdmins;
}

/// Log-out, expiry and revocation take back only what that user's log-in set.
inline bool logout_clears_owner(Ref owner, AssignedBy by, Ref user) {
  return by == AssignedBy::kLogin && owner != kNoRef && owner == user;
}

enum class Presets : uint8_t { kOff, kFirst, kFill, kAlways };

/// Presets fill what is empty and what no administrator ever set or cleared; `kAlways` also changes what a preset or a
/// log-in set. A device that waits for approval gets none: they are shown to who approves.
inline bool preset_applies(Presets mode, bool first_contact, bool empty, AssignedBy by, DeviceState state) {
  if (mode == Presets::kOff || by == AssignedBy::kAdmin || state == DeviceState::kPending) return false;
  if (mode == Presets::kFirst && !first_contact) return false;
  return empty || mode == Presets::kAlways;
}

}  // namespace junctor::accounts
