// SPDX-License-Identifier: Apache-2.0
// accounts.md 21 on random models, against the rules written down once more, naively.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "accounts/model/access.hpp"

namespace junctor::accounts {
namespace {

constexpr int64_t kNow = 1767571200;

uint64_t seed() {
  const char* given = std::getenv("JUNCTOR_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

class Dice {
 public:
  explicit Dice(uint64_t from) : engine_{from} {}
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(engine_() % n); }
  bool one_in(uint32_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

constexpr Ref kUsers = 6, kGroups = 4, kDeviceGroups = 4, kDevices = 8;

struct User {
  bool admin = false, enabled = true;
  std::vector<Ref> groups;
};
struct Device {
  DeviceState state = DeviceState::kActive;
  Ref owner = kNoRef;
  bool orphan = false;
  std::vector<Ref> groups;
};

/// Users, groups and devices from 1; those that were deleted have alive = false.
struct Model {
  AccessPolicy policy;
  std::vector<User> users{kUsers + 1};
  std::vector<bool> alive = std::vector<bool>(kUsers + 1, true);
  std::vector<bool> open = std::vector<bool>(kGroups + 1, true);
  std::vector<Device> devices{kDevices + 1};
  Edges edges;

  explicit Model(Dice& dice) {
    policy.unassigned = static_cast<Unassigned>(dice.below(3));
    policy.admins_reach_all = !dice.one_in(3);
    policy.owner_disabled_blocks = static_cast<OwnerDisabledBlocks>(dice.below(2));
    for (Ref g = 1; g <= kGroups; ++g) open[g] = !dice.one_in(3);
    for (Ref u = 1; u <= kUsers; ++u) {
      users[u] = {dice.one_in(6), !dice.one_in(6), {1 + dice.below(kGroups)}};
      if (dice.one_in(3)) users[u].groups.push_back(1 + dice.below(kGroups));
    }
    for (Ref d = 1; d <= kDevices; ++d) {
      devices[d].state = dice.one_in(5) ? static_cast<DeviceState>(dice.below(4)) : DeviceState::kActive;
      if (!dice.one_in(3)) devices[d].owner = 1 + dice.below(kUsers);
      if (dice.one_in(2)) devices[d].groups.push_back(1 + dice.below(kDeviceGroups));
      if (dice.one_in(5)) devices[d].groups.push_back(1 + dice.below(kDeviceGroups));
      devices[d].orphan = dice.one_in(8);
    }
    for (uint32_t i = dice.below(8); i > 0; --i) edges.put(edge(dice), validity(dice));
  }
  static Edge edge(Dice& dice) {
    const Subject subject = dice.one_in(2) ? Subject{SubjectKind::kUser, 1 + dice.below(kUsers)}
                                           : Subject{SubjectKind::kUserGroup, 1 + dice.below(kGroups)};
    const auto kind = static_cast<ObjectKind>(dice.below(3));
    const Ref range = kind == ObjectKind::kUserGroup     ? kGroups
                      : kind == ObjectKind::kDeviceGroup ? kDeviceGroups
                                                         : kDevices;
    return {subject, {kind, 1 + dice.below(range)}};
  }
  static Validity validity(Dice& dice) {
    if (!dice.one_in(4)) return {};
    return dice.one_in(2) ? Validity{0, kNow, {}} : Validity{0, 0, *WeeklyHours::parse("tue 08:00-18:00")};
  }

  Controller controller(Ref user) const {
    Controller out;
    if (user == kNoRef) return out;
    out.token = alive[user] && users[user].enabled ? Controller::Token::kValid : Controller::Token::kBad;
    out.user = user;
    out.administrator = users[user].admin;
    out.groups = users[user].groups;
    return out;
  }
  Target target(Ref device) const {
    const Device& d = devices[device];
    Target out;
    out.known = true;
    out.device = device;
    out.state = d.state;
    out.orphan = d.orphan;
    out.owner = d.owner;
    if (d.owner != kNoRef) {
      out.owner_enabled = users[d.owner].enabled;
      out.owner_group = users[d.owner].groups.front();
      out.owner_group_open = open[out.owner_group];
    }
    out.groups = d.groups;
    return out;
  }
  Access ask(Ref user, Ref device) const {
    return decide(policy, controller(user), target(device), {&edges, false}, false, kNow);
  }
  std::set<std::pair<Ref, Ref>> reach() const {
    std::set<std::pair<Ref, Ref>> out;
    for (Ref u = 0; u <= kUsers; ++u) {
      for (Ref d = 1; d <= kDevices; ++d) {
        if (ask(u, d).allowed()) out.insert({u, d});
      }
    }
    return out;
  }

  // What a delete does, as accounts.md 2 says it, with the orphan mark from the function under test.
  template <class Change>
  void deleting(const Change& change) {
    std::vector<bool> held(kDevices + 1);
    for (Ref d = 1; d <= kDevices; ++d) held[d] = is_held(target(d), edges);
    change();
    for (Ref d = 1; d <= kDevices; ++d) {
      if (held[d] && !is_held(target(d), edges)) devices[d].orphan = true;
    }
  }
  void delete_user(Ref user) {
    deleting([&] {
      alive[user] = false;
      edges.remove_all(Subject{SubjectKind::kUser, user});
      for (Device& d : devices) {
        if (d.owner == user) d.owner = kNoRef;
      }
    });
  }
  void delete_device_group(Ref group) {
    deleting([&] {
      edges.remove_all(Object{ObjectKind::kDeviceGroup, group});
      for (Device& d : devices) std::erase(d.groups, group);
    });
  }
};

// The rules again, by enumeration of facts.
bool naive(const Model& m, Ref user, Ref device) {
  const Device& d = m.devices[device];
  const bool valid = user != kNoRef && m.users[user].enabled;
  if (d.state != DeviceState::kActive || (user != kNoRef && !valid)) return false;
  const bool admin = valid && m.users[user].admin;
  if (d.owner != kNoRef && !m.users[d.owner].enabled &&
      !(admin && m.policy.owner_disabled_blocks == OwnerDisabledBlocks::kAllButAdmins)) {
    return false;
  }
  bool shared = false, let_in = false;
  for (const auto& [edge, validity] : m.edges.all()) {
    const Object& object = edge.object;
    shared |= object == Object{ObjectKind::kDevice, device};
    bool leads = object == Object{ObjectKind::kDevice, device};
    if (d.owner != kNoRef) leads |= object == Object{ObjectKind::kUserGroup, m.users[d.owner].groups.front()};
    for (const Ref g : d.groups) leads |= object == Object{ObjectKind::kDeviceGroup, g};
    bool mine = valid && edge.subject == Subject{SubjectKind::kUser, user};
    if (valid) {
      for (const Ref g : m.users[user].groups) mine |= edge.subject == Subject{SubjectKind::kUserGroup, g};
    }
    let_in |= leads && mine && validity.at(kNow) == Moment::kInside;
  }
  bool same = false;
  if (valid && d.owner != kNoRef) {
    const Ref group = m.users[d.owner].groups.front();
    for (const Ref g : m.users[user].groups) same |= g == group && m.open[group];
  }
  const bool free = d.owner == kNoRef && d.groups.empty() && !shared;
  const Unassigned rule = d.orphan ? Unassigned::kAdmins : m.policy.unassigned;
  const bool by_a = free && (rule == Unassigned::kEveryone || (rule == Unassigned::kLoggedIn && valid) || admin);
  return by_a || (valid && d.owner == user) || same || let_in || (admin && m.policy.admins_reach_all);
}

TEST_CASE("on random models the decision is what the rules say, and lists agree with it") {
  const uint64_t from = seed();
  CAPTURE(from);
  Dice dice{from};
  for (int i = 0; i < 3000; ++i) {
    const Model model{dice};
    for (Ref u = 0; u <= kUsers; ++u) {
      for (Ref d = 1; d <= kDevices; ++d) {
        const Access access = model.ask(u, d);
        REQUIRE(access.allowed() == naive(model, u, d));
        REQUIRE(access.allowed() == (access.ground != Ground::kNothing));
        const Controller controller = model.controller(u);
        if (controller.token == Controller::Token::kBad) continue;
        const Access listed = visible(model.policy, controller, model.target(d), {&model.edges, false}, kNow);
        REQUIRE(listed.allowed() == access.allowed());
      }
    }
  }
}

TEST_CASE("no delete of a user, device group or share makes a device reachable by someone new") {
  const uint64_t from = seed();
  CAPTURE(from);
  Dice dice{from};
  for (int i = 0; i < 2000; ++i) {
    Model model{dice};
    const uint32_t what = dice.below(3);
    const Ref gone = 1 + dice.below(kUsers);
    if (what == 0)
      model.users[gone].enabled = true;  // a user is disabled before he is deleted: compared with before that
    const auto before = model.reach();
    if (what == 0) model.delete_user(gone);
    if (what == 1) model.delete_device_group(1 + dice.below(kDeviceGroups));
    if (what == 2 && !model.edges.all().empty()) {
      const Edge edge = model.edges.all().begin()->first;
      model.deleting([&] { model.edges.remove(edge); });
    }
    for (const auto& [user, device] : model.reach()) {
      const bool had = before.count({user, device}) != 0;
      // An orphan is the administrators', who could have assigned it to themselves before.
      const bool freed = user != kNoRef && model.users[user].admin;
      REQUIRE((had || freed));
    }
  }
}

TEST_CASE("revoking what allowed refuses the next request") {
  const uint64_t from = seed();
  CAPTURE(from);
  Dice dice{from};
  for (int i = 0; i < 2000; ++i) {
    Model model{dice};
    const Ref user = 1 + dice.below(kUsers), device = 1 + dice.below(kDevices);
    const Access access = model.ask(user, device);
    if (!access.allowed()) continue;
    Model disabled = model;
    disabled.users[user].enabled = false;
    REQUIRE(disabled.ask(user, device).refusal == Refusal::kSessionExpired);
    Model stopped = model;
    stopped.devices[device].state = DeviceState::kDisabled;
    REQUIRE(stopped.ask(user, device).refusal == Refusal::kDeviceDisabled);
    if (access.ground == Ground::kShare || access.ground == Ground::kEdgeToDeviceGroup ||
        access.ground == Ground::kEdgeToUserGroup) {
      const auto edges = model.edges.all();
      model.deleting([&] {
        for (const auto& [edge, validity] : edges) model.edges.remove(edge);
      });
      const Ground left = model.ask(user, device).ground;
      REQUIRE((left == Ground::kNothing || left == Ground::kAdministrator || left == Ground::kUnassigned));
      if (left == Ground::kUnassigned) REQUIRE(model.users[user].admin);
    }
  }
}

}  // namespace
}  // namespace junctor::accounts
