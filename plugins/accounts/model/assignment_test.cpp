// SPDX-License-Identifier: Apache-2.0
// Who may overwrite whose assignment (accounts.md 4).
#include "accounts/model/assignment.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

constexpr Ref kAda = 1, kBob = 2;
constexpr auto kEveryone = Unassigned::kEveryone;

TEST_CASE("a log-in sets the owner only where none is or the last came from a log-in") {
  CHECK(login_sets_owner(true, kNoRef, AssignedBy::kNobody, false, kEveryone));
  CHECK(login_sets_owner(true, kAda, AssignedBy::kLogin, false, kEveryone));
  CHECK_FALSE(login_sets_owner(true, kAda, AssignedBy::kAdmin, false, kEveryone));
  CHECK_FALSE(login_sets_owner(true, kAda, AssignedBy::kPreset, false, kEveryone));
  CHECK_FALSE(login_sets_owner(true, kNoRef, AssignedBy::kAdmin, false, kEveryone));  // cleared by hand
  CHECK_FALSE(login_sets_owner(false, kNoRef, AssignedBy::kNobody, false, kEveryone));
}

TEST_CASE("a log-in takes no orphan, and no unassigned device that is the administrators'") {
  CHECK_FALSE(login_sets_owner(true, kNoRef, AssignedBy::kNobody, true, kEveryone));
  CHECK_FALSE(login_sets_owner(true, kNoRef, AssignedBy::kNobody, false, Unassigned::kAdmins));
  CHECK(login_sets_owner(true, kNoRef, AssignedBy::kNobody, false, Unassigned::kLoggedIn));
  CHECK(login_sets_owner(true, kNoRef, AssignedBy::kLogin, false, kEveryone));  // logged out before
}

TEST_CASE("a log-out takes back only what that user's log-in set") {
  CHECK(logout_clears_owner(kAda, AssignedBy::kLogin, kAda));
  CHECK_FALSE(logout_clears_owner(kBob, AssignedBy::kLogin, kAda));
  CHECK_FALSE(logout_clears_owner(kAda, AssignedBy::kAdmin, kAda));
  CHECK_FALSE(logout_clears_owner(kNoRef, AssignedBy::kLogin, kNoRef));
}

TEST_CASE("presets: each mode, and never over an administrator's hand") {
  struct Row {
    Presets mode;
    bool first, empty;
    AssignedBy by;
    bool applies;
  };
  const Row rows[] = {
      {Presets::kOff, true, true, AssignedBy::kNobody, false},
      {Presets::kFirst, true, true, AssignedBy::kNobody, true},
      {Presets::kFirst, false, true, AssignedBy::kNobody, false},
      {Presets::kFirst, true, false, AssignedBy::kLogin, false},
      {Presets::kFill, false, true, AssignedBy::kNobody, true},
      {Presets::kFill, false, false, AssignedBy::kPreset, false},
      {Presets::kAlways, false, false, AssignedBy::kPreset, true},
      {Presets::kAlways, false, false, AssignedBy::kLogin, true},
  };
  for (const Row& row : rows) {
    CHECK(preset_applies(row.mode, row.first, row.empty, row.by, DeviceState::kActive) == row.applies);
    CHECK_FALSE(preset_applies(row.mode, row.first, row.empty, row.by, DeviceState::kPending));
    CHECK_FALSE(preset_applies(row.mode, row.first, row.empty, AssignedBy::kAdmin, DeviceState::kActive));
  }
}

}  // namespace
}  // namespace junctor::accounts
