// SPDX-License-Identifier: Apache-2.0
// Tests of Registrar: what keeps a flood from those who come honestly.
#include "registration/registrar_kit.hpp"

namespace junctor::rendezvous {
namespace {

TEST_CASE("a stranger at another address does not use up what an id may register") {
  Site site;
  site.ports.disk[kId] = {"uuid", "key", "198.51.100.1"};
  for (int i = 0; i < 3; ++i) CHECK(site.pk(kElsewhere, kId, "other", "key") == Response::UUID_MISMATCH);
  CHECK(site.pk(kElsewhere, kId, "other", "key") == Response::TOO_FREQUENT);
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::OK);
}

TEST_CASE("new ids from one address are limited, known ones behind the same address are not") {
  Site site;
  RegistrationLimits::Rates rates;
  rates.new_per_address = {2, 60s};
  site.limits.configure(rates);
  CHECK(site.pk(kHome, "device1", "uuid", "key") == Response::OK);
  CHECK(site.pk(kHome, "device2", "uuid", "key") == Response::OK);
  CHECK(site.pk(kHome, "device3", "uuid", "key") == Response::TOO_FREQUENT);
  CHECK(site.ports.refusals.back() == Refusal::kUnproven);
  CHECK(site.pk(kHome, "device1", "uuid", "key") == Response::OK);
  CHECK(site.pk(kElsewhere, "device3", "uuid", "key") == Response::OK);
}

TEST_CASE("a flood of new ids from addresses that nobody has proven leaves room for those that are") {
  Site site;
  RegistrationLimits::Rates rates;
  rates.new_unproven = {1, 60s};
  site.limits.configure(rates);
  CHECK(site.pk("203.0.113.1:1", "flood-1", "uuid", "key") == Response::OK);
  CHECK(site.pk("203.0.113.2:1", "flood-2", "uuid", "key") == Response::TOO_FREQUENT);
  site.limits.proven(wire::Address::parse(kHome).value(), site.ports.time);
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::OK);
}

TEST_CASE("heartbeats of unknown ids from one address ask storage only so often") {
  Site site;
  RegistrationLimits::Rates rates;
  rates.lookups_per_address = {2, 60s};
  site.limits.configure(rates);
  for (int i = 0; i < 5; ++i) site.peer(kHome, "unknown" + std::to_string(i));
  CHECK(site.ports.loads == 2);
  CHECK(site.ports.refusals == std::vector<Refusal>(3, Refusal::kAddressLimit));
  site.peer(kElsewhere, "unknown9");
  CHECK(site.ports.loads == 3);
}

TEST_CASE("a stored device that may not stay is asked for its key, and comes back when it may") {
  Site site;
  site.ports.disk[kId] = {"uuid", kKey, "198.51.100.1"};
  site.ports.put_out = "blocked";
  site.peer(kHome, kId);
  CHECK(site.ports.peer_answers == Answers{{5000, true}});
  CHECK(site.ports.refusals == std::vector<Refusal>{Refusal::kDenied});
  CHECK_FALSE(site.online(kId));
  site.ports.put_out.clear();
  site.peer(kHome, kId);
  CHECK(site.ports.peer_answers.back() == std::pair<uint16_t, bool>{5000, false});
  CHECK(site.online(kId));
}

TEST_CASE("where no more new ids may come on trial, who has shown that it receives still registers") {
  Site site;
  site.ports.room = false;
  CHECK(site.pk(kHome, kId, "uuid", kKey) == Response::TOO_FREQUENT);
  CHECK(site.ports.refusals == std::vector<Refusal>{Refusal::kUnproven});
  CHECK(site.ports.stores == 0);
  site.limits.proven(wire::from_abi(udp_from(kHome).peer), site.ports.time);
  CHECK(site.pk(kHome, kId, "uuid", kKey) == Response::OK);
}

}  // namespace
}  // namespace junctor::rendezvous
