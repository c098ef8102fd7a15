// SPDX-License-Identifier: Apache-2.0
// Which devices register, and what administrators make of them (accounts.md 15).
#include "accounts/model/admission.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

TEST_CASE("a new device is active, pending or not deployed, as the site admits") {
  CHECK(admit(Admission::kOpen, {}, false) == Admitted::kCreateActive);
  CHECK(admit(Admission::kApprove, {}, false) == Admitted::kCreatePending);
  CHECK(admit(Admission::kDeploy, {}, false) == Admitted::kNotDeployed);
  for (const Admission admission : {Admission::kOpen, Admission::kApprove, Admission::kDeploy}) {
    CHECK(admit(admission, {}, true) == Admitted::kBanned);
  }
}

TEST_CASE("a known device registers in every state but banned, and only with its own uuid") {
  for (const Admission admission : {Admission::kOpen, Admission::kApprove, Admission::kDeploy}) {
    for (const DeviceState state : {DeviceState::kPending, DeviceState::kActive, DeviceState::kDisabled}) {
      CHECK(admit(admission, {true, state, true}, false) == Admitted::kKeep);
      CHECK(admit(admission, {true, state, false}, false) == Admitted::kUuidMismatch);
      CHECK(admit(admission, {true, state, true}, true) == Admitted::kBanned);
    }
    CHECK(admit(admission, {true, DeviceState::kBanned, true}, false) == Admitted::kBanned);
    CHECK(admit(admission, {true, DeviceState::kBanned, false}, false) == Admitted::kBanned);
  }
}

TEST_CASE("refused registrations have words, granted ones none") {
  CHECK(word(Admitted::kKeep).empty());
  CHECK(word(Admitted::kCreateActive).empty());
  CHECK(word(Admitted::kCreatePending).empty());
  CHECK(word(Admitted::kNotDeployed) == "not_deployed");
  CHECK(word(Admitted::kUuidMismatch) == "uuid_mismatch");
  CHECK(word(Admitted::kBanned) == "device_banned");
}

TEST_CASE("what an administrator does to a device in each state") {
  using S = DeviceState;
  struct Row {
    DeviceAct act;
    S pending, active, disabled, banned;
  };
  const Row rows[] = {
      {DeviceAct::kApprove, S::kActive, S::kActive, S::kDisabled, S::kBanned},
      {DeviceAct::kEnable, S::kActive, S::kActive, S::kActive, S::kBanned},
      {DeviceAct::kDisable, S::kDisabled, S::kDisabled, S::kDisabled, S::kBanned},
      {DeviceAct::kBan, S::kBanned, S::kBanned, S::kBanned, S::kBanned},
      {DeviceAct::kUnban, S::kPending, S::kActive, S::kDisabled, S::kActive},
  };
  for (const Row& row : rows) {
    CHECK(after(S::kPending, row.act) == row.pending);
    CHECK(after(S::kActive, row.act) == row.active);
    CHECK(after(S::kDisabled, row.act) == row.disabled);
    CHECK(after(S::kBanned, row.act) == row.banned);
  }
}

TEST_CASE("deployment: answered where it is in force, refused for another machine's id") {
  CHECK(word(deploy(Admission::kOpen, {})) == "NOT_ENABLED");
  CHECK(word(deploy(Admission::kApprove, {})) == "NOT_ENABLED");
  CHECK(word(deploy(Admission::kDeploy, {})) == "OK");
  CHECK(word(deploy(Admission::kDeploy, {true, DeviceState::kPending, true})) == "OK");
  CHECK(word(deploy(Admission::kDeploy, {true, DeviceState::kActive, false})) == "ID_TAKEN");
  CHECK(word(deploy(Admission::kDeploy, {true, DeviceState::kBanned, true})) == "ID_TAKEN");
}

}  // namespace
}  // namespace junctor::accounts
