// SPDX-License-Identifier: Apache-2.0
// Delegated rights: scopes, what includes what, and that no way leads up (accounts.md 8, 21).
#include "accounts/model/admin_roles.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

namespace junctor::accounts {
namespace {

using P = Permission;
constexpr Ref kSales = 1, kLab = 2, kKiosks = 1, kServers = 2;

/// A user with roles of his own; views into it are good as long as it lives.
struct Person {
  Official official;
  std::vector<AdminRole> roles;
  std::vector<const AdminRole*> pointers;

  const Official& view() {
    pointers.clear();
    for (const AdminRole& role : roles) pointers.push_back(&role);
    official.roles = pointers;
    return official;
  }
};

AdminRole global(PermissionSet permissions) { return {RoleType::kGlobal, permissions, {}, {}, false}; }
AdminRole of_groups(PermissionSet permissions, std::vector<Ref> users, std::vector<Ref> devices = {},
                    bool unassigned = false) {
  return {RoleType::kGroup, permissions, std::move(users), std::move(devices), unassigned};
}
AdminRole individual(PermissionSet permissions) { return {RoleType::kIndividual, permissions, {}, {}, false}; }
Person person(Ref user, Ref group, std::vector<AdminRole> roles = {}) {
  return {{user, group, false, {}}, std::move(roles), {}};
}

TEST_CASE("rights are pairs: view on one group and delete on another are not delete on the first") {
  Person actor = person(1, kSales, {of_groups({P::kUsersView}, {kSales}), of_groups({P::kUsersDelete}, {kLab})});
  Person in_sales = person(2, kSales), in_lab = person(3, kLab);
  CHECK(may(actor.view(), P::kUsersView, in_sales.view()));
  CHECK_FALSE(may(actor.view(), P::kUsersDelete, in_sales.view()));
  CHECK(may(actor.view(), P::kUsersDelete, in_lab.view()));
  CHECK(may(actor.view(), P::kUsersView, in_lab.view()));  // delete includes view
  CHECK_FALSE(may(actor.view(), P::kUsersEditNote, in_lab.view()));
}

TEST_CASE("a group role reaches its device groups, the devices of its users, and unassigned ones where ticked") {
  Person actor = person(1, kLab, {of_groups({P::kDevicesEnable}, {kSales}, {kKiosks})});
  const std::vector<Ref> kiosks = {kKiosks}, servers = {kServers};
  CHECK(may(actor.view(), P::kDevicesEnable, ManagedDevice{kNoRef, kNoRef, kiosks}));
  CHECK_FALSE(may(actor.view(), P::kDevicesEnable, ManagedDevice{kNoRef, kNoRef, servers}));
  CHECK(may(actor.view(), P::kDevicesView, ManagedDevice{9, kSales, servers}));
  CHECK_FALSE(may(actor.view(), P::kDevicesEnable, ManagedDevice{9, kLab, {}}));
  CHECK_FALSE(may(actor.view(), P::kDevicesEnable, ManagedDevice{}));
  actor.roles[0].unassigned_devices = true;
  CHECK(may(actor.view(), P::kDevicesEnable, ManagedDevice{}));
  CHECK_FALSE(may(actor.view(), P::kDevicesDelete, ManagedDevice{}));
}

TEST_CASE("an individual role is about one's own devices and log rows") {
  Person actor = person(1, kSales, {individual({P::kDevicesDelete, P::kAuditView, P::kUsersView})});
  CHECK(may(actor.view(), P::kDevicesDelete, ManagedDevice{1, kSales, {}}));
  CHECK_FALSE(may(actor.view(), P::kDevicesDelete, ManagedDevice{2, kSales, {}}));
  CHECK(may_for_own(actor.view(), P::kAuditView));
  CHECK_FALSE(may(actor.view(), P::kAuditView));
  Person colleague = person(2, kSales);
  CHECK_FALSE(may(actor.view(), P::kUsersView, colleague.view()));  // not for this type, whatever the role lists
}

TEST_CASE("only global roles hold what has no scope, and what moves users and devices") {
  Person global_one = person(1, kSales, {global({P::kStrategiesEdit, P::kUsersUpdateGroup})});
  Person group_one = person(2, kSales, {of_groups({P::kStrategiesEdit, P::kUsersUpdateGroup}, {kSales})});
  Person target = person(3, kSales);
  CHECK(may(global_one.view(), P::kStrategiesView));
  CHECK_FALSE(may(group_one.view(), P::kStrategiesView));
  CHECK(may(global_one.view(), P::kUsersUpdateGroup, target.view()));
  CHECK_FALSE(may(group_one.view(), P::kUsersUpdateGroup, target.view()));
}

TEST_CASE("never on administrators, nor on who has rights that the actor has not; looking is allowed") {
  Person actor = person(1, kSales, {global({P::kUsersEditPassword, P::kDevicesView})});
  Person admin = person(2, kSales), stronger = person(3, kSales, {global({P::kUsersDelete})}),
         weaker = person(4, kSales, {of_groups({P::kDevicesView}, {kLab})});
  admin.official.administrator = true;
  CHECK(may(actor.view(), P::kUsersView, admin.view()));
  CHECK_FALSE(may(actor.view(), P::kUsersEditPassword, admin.view()));
  CHECK_FALSE(may(actor.view(), P::kUsersEditPassword, stronger.view()));
  CHECK(may(actor.view(), P::kUsersEditPassword, weaker.view()));
  CHECK(may(admin.view(), P::kUsersDelete, stronger.view()));
}

TEST_CASE("nobody touches his own group, control role, status or password by a role") {
  Person actor = person(1, kSales,
                        {global({P::kUsersUpdateGroup, P::kUsersUpdateControlRole, P::kUsersEnable,
                                 P::kUsersEditPassword, P::kUsersManage2fa, P::kUsersEditNote})});
  for (const P permission :
       {P::kUsersUpdateGroup, P::kUsersUpdateControlRole, P::kUsersEnable, P::kUsersEditPassword, P::kUsersManage2fa}) {
    CHECK_FALSE(may(actor.view(), permission, actor.view()));
  }
  CHECK(may(actor.view(), P::kUsersEditNote, actor.view()));
}

TEST_CASE("created users land in the scope") {
  Person actor = person(1, kSales, {of_groups({P::kUsersCreate}, {kSales})});
  Person here = person(kNoRef, kSales), there = person(kNoRef, kLab);
  CHECK(may(actor.view(), P::kUsersCreate, here.view()));
  CHECK_FALSE(may(actor.view(), P::kUsersCreate, there.view()));
}

TEST_CASE("names are stable, and each type has what accounts.md 8 gives it") {
  for (size_t i = 0; i < kPermissions; ++i) {
    const auto one = static_cast<Permission>(i);
    CHECK(permission(name(one)) == one);
    CHECK(fits(RoleType::kGlobal, one));
  }
  CHECK_FALSE(permission("users"));
  for (const RoleType type : {RoleType::kGlobal, RoleType::kGroup, RoleType::kIndividual})
    CHECK(role_type(name(type)) == type);
  CHECK(fits(RoleType::kGroup, P::kDevicesApprove));
  CHECK_FALSE(fits(RoleType::kIndividual, P::kDevicesApprove));
  CHECK_FALSE(fits(RoleType::kGroup, P::kAuditView));
  CHECK(fits(RoleType::kIndividual, P::kAuditEdit));
  CHECK_FALSE(fits(RoleType::kGroup, P::kDevicesAssignUser));
  CHECK_FALSE(fits(RoleType::kIndividual, P::kUsersView));
}

TEST_CASE("scopes that are written into a role of another type give nothing, and cover nobody") {
  AdminRole odd;
  odd.type = RoleType::kIndividual;
  odd.permissions = {P::kDevicesView, P::kUsersView};
  odd.device_groups = {1};
  odd.unassigned_devices = true;
  AdminRole real = odd;
  real.type = RoleType::kGroup;
  Person actor = person(1, 1), target = person(2, 1);
  actor.roles = {odd};
  target.roles = {real};
  CHECK_FALSE(covers(actor.view(), target.view()));
  CHECK(covers(target.view(), target.view()));
}

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_{seed} {}
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(engine_() % n); }
  AdminRole role() {
    AdminRole out;
    out.type = static_cast<RoleType>(below(3));
    for (size_t i = 0; i < kPermissions; ++i) {
      if (below(4) == 0) out.permissions.add(static_cast<Permission>(i));
    }
    for (const Ref group : {1u, 2u}) {
      if (below(2)) out.user_groups.push_back(group);
      if (below(2)) out.device_groups.push_back(group);
    }
    out.unassigned_devices = below(2) != 0;
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

/// Everything that `who` may do, with the devices of this small world.
std::vector<bool> all_rights(Person& who, std::vector<Person>& people) {
  std::vector<bool> out;
  for (size_t i = 0; i < kPermissions; ++i) {
    const auto one = static_cast<Permission>(i);
    out.push_back(may(who.view(), one));
    for (Person& other : people) {
      const std::vector<Ref> none, first = {1}, second = {2};
      for (const auto& groups : {none, first, second}) {
        out.push_back(may(who.view(), one, ManagedDevice{other.official.user, other.official.group, groups}));
        out.push_back(may(who.view(), one, ManagedDevice{kNoRef, kNoRef, groups}));
      }
    }
  }
  return out;
}

TEST_CASE("on random roles, whoever may take another's place gains no right by it") {
  const char* given = std::getenv("JUNCTOR_SEED");
  const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  CAPTURE(seed);
  Dice dice{seed};
  int taken = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<Person> people;
    for (Ref user = 1; user <= 3; ++user) {
      people.push_back(person(user, 1 + dice.below(2)));
      for (uint32_t roles = dice.below(3); roles > 0; --roles) people.back().roles.push_back(dice.role());
    }
    for (Person& actor : people) {
      for (Person& target : people) {
        if (&actor == &target) continue;
        bool takes = false;
        for (const P way : {P::kUsersEditPassword, P::kUsersEditEmail, P::kUsersManage2fa}) {
          takes |= may(actor.view(), way, target.view());
        }
        if (!takes) continue;
        ++taken;
        const auto mine = all_rights(actor, people), his = all_rights(target, people);
        for (size_t i = 0; i < mine.size(); ++i) REQUIRE((mine[i] || !his[i]));
      }
    }
  }
  CHECK(taken > 100);
}

}  // namespace
}  // namespace junctor::accounts
