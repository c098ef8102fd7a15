// SPDX-License-Identifier: Apache-2.0
// The tables of accounts.md 3, 3.2 and 5, row by row.
#include "accounts/model/access.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace junctor::accounts {
namespace {

constexpr int64_t kNow = 1767571200;  // a Monday, 00:00 UTC
constexpr Ref kOwner = 1, kOther = 2;
constexpr Ref kOwnersGroup = 10, kOtherGroup = 11, kDeviceGroup = 20, kDevice = 30;

enum Who {
  kAnonymous,
  kHimself,
  kInOwnersGroup,
  kByOwnersGroup,
  kByDeviceGroup,
  kByDevice,
  kAdmin,
  kSomeone,
  kWhoCount
};

struct Case {
  AccessPolicy policy;
  Controller controller;
  Target target;
  Edges edges;
  std::vector<Ref> groups, target_groups;
  bool by_book = false;
  bool switched = false;

  Case() {
    controller.token = Controller::Token::kValid;
    controller.user = kOther;
    groups = {kOtherGroup};
    target.known = true;
    target.device = kDevice;
  }
  void own() {
    target.owner = kOwner;
    target.owner_group = kOwnersGroup;
  }
  void let_in(Subject subject, Object object, Validity validity = {}) {
    edges.put({subject, object}, std::move(validity));
  }
  void be(Who who) {
    const Subject me{SubjectKind::kUser, kOther};
    if (who == kAnonymous) controller.token = Controller::Token::kNone, controller.user = kNoRef, groups.clear();
    if (who == kHimself) controller.user = kOwner, groups = {kOwnersGroup};
    if (who == kInOwnersGroup) groups = {kOwnersGroup};
    if (who == kByOwnersGroup) let_in(me, {ObjectKind::kUserGroup, kOwnersGroup});
    if (who == kByDeviceGroup) let_in(me, {ObjectKind::kDeviceGroup, kDeviceGroup});
    if (who == kByDevice) let_in(me, {ObjectKind::kDevice, kDevice});
    if (who == kAdmin) controller.administrator = true;
  }
  Access ask(int64_t now = kNow) {
    controller.groups = groups;
    target.groups = target_groups;
    return decide(policy, controller, target, {&edges, by_book}, switched, now);
  }
  Access list(int64_t now = kNow) {
    controller.groups = groups;
    target.groups = target_groups;
    return visible(policy, controller, target, {&edges, by_book}, now);
  }
  Refusal refusal() { return ask().refusal; }
};

struct Row {
  const char* name;
  void (*make)(Case&);
  const char* answers;  // by Who; '-' does not apply
};

const Row kTruth[] = {
    {"no owner, no group", [](Case&) {}, "Y-----YY"},
    {"same, unassigned = logged_in", [](Case& c) { c.policy.unassigned = Unassigned::kLoggedIn; }, "N-----YY"},
    {"same, = admins", [](Case& c) { c.policy.unassigned = Unassigned::kAdmins; }, "N-----YN"},
    {"orphan", [](Case& c) { c.target.orphan = true; }, "N-----YN"},
    {"owner only", [](Case& c) { c.own(); }, "NYYY-YYN"},
    {"owner, his group isolated", [](Case& c) { c.own(), c.target.owner_group_open = false; }, "NYNY-YYN"},
    {"group only", [](Case& c) { c.target_groups = {kDeviceGroup}; }, "N---YYYN"},
    {"an extra group only",
     [](Case& c) {
       c.target_groups = {29, kDeviceGroup};
     },
     "N---YYYN"},
    {"owner and group", [](Case& c) { c.own(), c.target_groups = {kDeviceGroup}; }, "NYYYYYYN"},
    {"direct share only",
     [](Case& c) {
       c.let_in({SubjectKind::kUser, 99}, {ObjectKind::kDevice, kDevice});
     },
     "N----YYN"},
    {"pending", [](Case& c) { c.own(), c.target_groups = {kDeviceGroup}, c.target.state = DeviceState::kPending; },
     "NNNNNNNN"},
    {"disabled", [](Case& c) { c.own(), c.target_groups = {kDeviceGroup}, c.target.state = DeviceState::kDisabled; },
     "NNNNNNNN"},
    {"its owner disabled", [](Case& c) { c.own(), c.target_groups = {kDeviceGroup}, c.target.owner_enabled = false; },
     "NNNNNNNN"},
};

TEST_CASE("the truth table of accounts.md 3.2, and lists agree with it") {
  for (const Row& row : kTruth) {
    for (int who = 0; who < kWhoCount; ++who) {
      const std::string name = std::string{row.name} + " / " + std::to_string(who);
      CAPTURE(name);
      if (row.answers[who] == '-') continue;
      Case one;
      row.make(one);
      one.be(static_cast<Who>(who));
      CHECK(one.ask().allowed() == (row.answers[who] == 'Y'));
      CHECK(one.list().allowed() == (row.answers[who] == 'Y'));
    }
  }
}

TEST_CASE("with admins_reach_all = no an administrator counts as the user that he is") {
  for (const Row& row : kTruth) {
    CAPTURE(row.name);
    Case admin, user;
    for (Case* one : {&admin, &user}) {
      row.make(*one);
      one->policy.admins_reach_all = false;
    }
    if (admin.target.orphan || admin.policy.unassigned == Unassigned::kAdmins) continue;
    admin.be(kAdmin);
    CHECK(admin.refusal() == user.refusal());
  }
}

struct Fault {
  const char* name;
  void (*make)(Case&);
  Refusal refusal;
};

// In the order of accounts.md 3: each wins over those below.
const Fault kFaults[] = {
    {"unknown", [](Case& c) { c.target.known = false; }, Refusal::kIdNotExist},
    {"banned", [](Case& c) { c.target.state = DeviceState::kBanned; }, Refusal::kIdNotExist},
    {"bad token", [](Case& c) { c.controller.token = Controller::Token::kBad; }, Refusal::kSessionExpired},
    {"pending", [](Case& c) { c.target.state = DeviceState::kPending; }, Refusal::kDevicePending},
    {"disabled", [](Case& c) { c.target.state = DeviceState::kDisabled; }, Refusal::kDeviceDisabled},
    {"owner disabled", [](Case& c) { c.own(), c.target.owner_enabled = false; }, Refusal::kOwnerDisabled},
    {"from a disabled device", [](Case& c) { c.controller.device_state = DeviceState::kDisabled; },
     Refusal::kInitiatorDevice},
    {"may not initiate", [](Case& c) { c.controller.may_initiate = false; }, Refusal::kNotInitiator},
    {"foreign network", [](Case& c) { c.controller.network_allowed = false; }, Refusal::kNetwork},
    {"no access", [](Case& c) { c.own(); }, Refusal::kNoAccess},
};

bool same_row(const Fault& a,
              const Fault& b) {  // the two states, and the two sides of row 5 with its token, exclude each other
  const auto state = [](const Fault& f) {
    return f.refusal == Refusal::kDevicePending || f.refusal == Refusal::kDeviceDisabled ||
           std::string{f.name} == "banned";
  };
  return state(a) && state(b);
}

TEST_CASE("of two faults the one of the earlier row is answered") {
  for (size_t i = 0; i < std::size(kFaults); ++i) {
    for (size_t j = i; j < std::size(kFaults); ++j) {
      if (i != j && same_row(kFaults[i], kFaults[j])) continue;
      const std::string name = std::string{kFaults[i].name} + " + " + kFaults[j].name;
      CAPTURE(name);
      Case one;
      kFaults[j].make(one);
      kFaults[i].make(one);
      CHECK(one.refusal() == kFaults[i].refusal);
      CHECK(one.ask().ground == Ground::kNothing);
    }
  }
}

TEST_CASE("with hide_devices nothing about the device is told, and the asker's own faults come first") {
  for (const Fault& fault : kFaults) {
    for (const bool exists : {true, false}) {
      CAPTURE(fault.name);
      Case one;
      fault.make(one);
      one.policy.hide_devices = true;
      one.target.known &= exists;
      const bool own = fault.refusal == Refusal::kSessionExpired || fault.refusal == Refusal::kInitiatorDevice ||
                       fault.refusal == Refusal::kNotInitiator || fault.refusal == Refusal::kNetwork;
      CHECK(one.refusal() == (own ? fault.refusal : Refusal::kIdNotExist));
    }
  }
}

TEST_CASE("a switch-sides grant lifts rows 3, 7 and 8 and no other") {
  for (const Fault& fault : kFaults) {
    CAPTURE(fault.name);
    Case one;
    fault.make(one);
    one.switched = true;
    const bool lifted = fault.refusal == Refusal::kSessionExpired || fault.refusal == Refusal::kNotInitiator ||
                        fault.refusal == Refusal::kNetwork || fault.refusal == Refusal::kNoAccess;
    CHECK(one.refusal() == (lifted ? Refusal::kNone : fault.refusal));
    if (lifted) CHECK(one.ask().ground == Ground::kSwitchSides);
  }
  Case anonymous;
  anonymous.be(kAnonymous);
  anonymous.policy.initiate = Initiate::kLoggedIn;
  CHECK(anonymous.refusal() == Refusal::kLoginRequired);
  anonymous.switched = true;
  CHECK(anonymous.ask().allowed());
}

TEST_CASE("who may start: the table of accounts.md 5") {
  struct Start {
    Initiate initiate;
    Refusal anonymous, user, listed_user, not_initiator;
  };
  const Start kTable[] = {
      {Initiate::kAnyone, Refusal::kNone, Refusal::kNone, Refusal::kNone, Refusal::kNotInitiator},
      {Initiate::kLoggedIn, Refusal::kLoginRequired, Refusal::kNone, Refusal::kNone, Refusal::kNotInitiator},
      {Initiate::kListed, Refusal::kLoginRequired, Refusal::kNotInitiator, Refusal::kNone, Refusal::kNotInitiator},
  };
  for (const Start& row : kTable) {
    Case one;
    one.policy.initiate = row.initiate;
    CHECK(one.refusal() == row.user);
    one.controller.listed = true;
    CHECK(one.refusal() == row.listed_user);
    one.controller.may_initiate = false;
    CHECK(one.refusal() == row.not_initiator);
    Case anonymous;
    anonymous.policy.initiate = row.initiate;
    anonymous.be(kAnonymous);
    CHECK(anonymous.refusal() == row.anonymous);
  }
  AccessPolicy policy;
  CHECK(policy.effective_initiate() == Initiate::kAnyone);
  policy.admission = Admission::kApprove;
  CHECK(policy.effective_initiate() == Initiate::kLoggedIn);
  policy.admission = Admission::kDeploy;
  CHECK(policy.effective_initiate() == Initiate::kLoggedIn);
  policy.initiate = Initiate::kAnyone;
  CHECK(policy.effective_initiate() == Initiate::kAnyone);
}

TEST_CASE("a session opened on a device that may not start starts nothing; one without a device passes") {
  for (const DeviceState state : {DeviceState::kPending, DeviceState::kDisabled, DeviceState::kBanned}) {
    Case one;
    one.controller.device_state = state;
    CHECK(one.refusal() == Refusal::kInitiatorDevice);
  }
  Case one;
  one.controller.device_incoming_only = true;
  CHECK(one.refusal() == Refusal::kInitiatorDevice);
  one.controller.device_incoming_only = false;
  CHECK(one.refusal() == Refusal::kNone);
}

TEST_CASE("a disabled owner lets administrators pass where the site says so") {
  Case one;
  one.own();
  one.target.owner_enabled = false;
  one.be(kAdmin);
  CHECK(one.refusal() == Refusal::kOwnerDisabled);
  one.policy.owner_disabled_blocks = OwnerDisabledBlocks::kAllButAdmins;
  CHECK(one.ask().ground == Ground::kAdministrator);
  one.controller.administrator = false;
  CHECK(one.refusal() == Refusal::kOwnerDisabled);
}

TEST_CASE("an edge counts in its hours; where only they fail the answer says so") {
  Case one;
  one.own();
  const Validity office{0, 0, *WeeklyHours::parse("mon 08:00-18:00")};
  one.let_in({SubjectKind::kUserGroup, kOtherGroup}, {ObjectKind::kUserGroup, kOwnersGroup}, office);
  CHECK(one.ask(kNow).refusal == Refusal::kOutsideHours);
  CHECK_FALSE(one.list(kNow).allowed());
  CHECK(one.ask(kNow + 9 * 3600).ground == Ground::kEdgeToUserGroup);
  one.by_book = true;
  CHECK(one.ask(kNow).ground == Ground::kBook);
  Case over;
  over.own();
  over.let_in({SubjectKind::kUser, kOther}, {ObjectKind::kUserGroup, kOwnersGroup}, {0, kNow, office.hours});
  CHECK(over.ask(kNow).refusal == Refusal::kNoAccess);
}

TEST_CASE("a share that has run out does not make its device anybody's") {
  Case one;
  one.let_in({SubjectKind::kUser, kOther}, {ObjectKind::kDevice, kDevice}, {0, kNow, {}});
  CHECK(one.refusal() == Refusal::kNoAccess);
  one.be(kAnonymous);
  CHECK(one.refusal() == Refusal::kNoAccess);
}

TEST_CASE("edges are neither symmetric nor transitive") {
  Case back;
  back.own();
  back.let_in({SubjectKind::kUserGroup, kOwnersGroup}, {ObjectKind::kUserGroup, kOtherGroup});
  CHECK(back.refusal() == Refusal::kNoAccess);
  Case chain;
  chain.own();
  chain.let_in({SubjectKind::kUserGroup, kOtherGroup}, {ObjectKind::kUserGroup, 12});
  chain.let_in({SubjectKind::kUserGroup, 12}, {ObjectKind::kUserGroup, kOwnersGroup});
  CHECK(chain.refusal() == Refusal::kNoAccess);
}

TEST_CASE("extra memberships give rights to their user and never expose his devices") {
  Case extra;
  extra.own();
  extra.groups = {kOtherGroup, kOwnersGroup};
  CHECK(extra.ask().ground == Ground::kSameGroup);
  Case exposed;  // his group is another; that he is also in mine is not in the target at all
  exposed.own();
  exposed.groups = {12};
  CHECK(exposed.refusal() == Refusal::kNoAccess);
}

TEST_CASE("every refusal has a word and a sentence that stops the client's reconnecting") {
  std::vector<std::string_view> words;
  for (size_t i = 1; i < static_cast<size_t>(Refusal::kCount); ++i) {
    const auto refusal = static_cast<Refusal>(i);
    CHECK_FALSE(word(refusal).empty());
    for (const auto& other : words) CHECK(word(refusal) != other);
    words.push_back(word(refusal));
    for (const bool logged_in : {false, true}) {
      const std::string text{sentence(refusal, logged_in)};
      const bool stops = text.find("not allowed") != text.npos || text.find("not exist") != text.npos;
      CHECK(stops);
      CHECK(text.find("104") == text.npos);
    }
  }
  CHECK(word(Refusal::kNone).empty());
  CHECK(sentence(Refusal::kLoginRequired, false) == "Connection not allowed: please log in");
  CHECK(sentence(Refusal::kNoAccess, false) == "Connection not allowed: please log in");
  CHECK(sentence(Refusal::kNoAccess, true) != sentence(Refusal::kNoAccess, false));
  CHECK(word(Refusal::kSessionExpired) == "session_expired");
  CHECK(word(Ground::kAdministrator) == "administrator");
}

}  // namespace
}  // namespace junctor::accounts
