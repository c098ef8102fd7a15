// SPDX-License-Identifier: Apache-2.0
// Tests of RegistrationLimits and ProvenClients.
#include "registration/registration_limits.hpp"

#include <doctest/doctest.h>

#include <string>

namespace junctor::rendezvous {
namespace {

using namespace std::chrono_literals;
using Verdict = RegistrationLimits::Verdict;

wire::Address ip(const std::string& text) { return wire::Address::parse_ip(text, 1).value(); }

TEST_CASE("an id is counted for each client that registers it") {
  RegistrationLimits limits{{1}};
  RegistrationLimits::Rates rates;
  rates.id = {1, 6s};
  limits.configure(rates);
  CHECK(limits.attempt(ip("192.0.2.1"), "123456789", 1s) == Verdict::kYes);
  CHECK(limits.attempt(ip("192.0.2.1"), "123456789", 1s) == Verdict::kId);
  CHECK(limits.attempt(ip("192.0.2.1"), "987654321", 1s) == Verdict::kYes);
  CHECK(limits.attempt(ip("192.0.2.2"), "123456789", 1s) == Verdict::kYes);
}

TEST_CASE("an office of 500 that comes back at once, with every RegisterPk sent twice, is let in by the defaults") {
  RegistrationLimits limits{{1}};
  RegistrationLimits::Rates rates;
  rates.id = {3, 6s};
  rates.attempts_per_address = {6000};
  rates.lookups_per_address = {12000};
  rates.new_per_address = {1000};
  rates.new_unproven = {3000};
  limits.configure(rates);
  for (int i = 0; i < 500; ++i) {
    const std::string id = std::to_string(100'000'000 + i);
    REQUIRE(limits.look_up(ip("192.0.2.1"), 1s));
    REQUIRE(limits.attempt(ip("192.0.2.1"), id, 1s) == Verdict::kYes);
    REQUIRE(limits.attempt(ip("192.0.2.1"), id, 2s) == Verdict::kYes);
    REQUIRE(limits.fresh(ip("192.0.2.1"), 2s) == Verdict::kYes);
  }
}

TEST_CASE("who has made a connection within the last hour does not share its room with those who have not") {
  RegistrationLimits limits{{1}};
  RegistrationLimits::Rates rates;
  rates.new_unproven = {1, 24h};
  rates.new_total = {2, 24h};
  limits.configure(rates);
  limits.proven(ip("192.0.2.1"), 1s);
  CHECK(limits.fresh(ip("203.0.113.1"), 1s) == Verdict::kYes);
  CHECK(limits.fresh(ip("203.0.113.2"), 1s) == Verdict::kUnproven);
  CHECK(limits.fresh(ip("192.0.2.1"), 2s) == Verdict::kYes);
  CHECK(limits.fresh(ip("192.0.2.1"), 2s) == Verdict::kYes);
  CHECK(limits.fresh(ip("192.0.2.1"), 2s) == Verdict::kAddress);
  CHECK(limits.fresh(ip("192.0.2.1"), 2h) == Verdict::kUnproven);
}

TEST_CASE("a flood of connections does not make who came just before it unproven") {
  ProvenClients clients{{1}};
  for (int i = 0; i < 4000; ++i) {
    clients.note(ip("10." + std::to_string(i >> 8) + "." + std::to_string(i & 255) + ".1"), 1s);
  }
  clients.note(ip("192.0.2.1"), 2s);
  CHECK(clients.has(ip("192.0.2.1").with_port(77), 2s));
  CHECK_FALSE(clients.has(ip("192.0.2.2"), 2s));
}

TEST_CASE("who has a whole network holds no more than a quarter of those who are proven") {
  ProvenClients clients{{1}};
  const auto honest = [](int i) { return ip("10." + std::to_string(i >> 8) + "." + std::to_string(i & 255) + ".1"); };
  for (int i = 0; i < 3000; ++i) clients.note(honest(i), 1s);
  wire::Address forger = ip("2001:db8:1::1");
  for (int i = 0; i < 65'536; ++i) {
    forger.ip[6] = static_cast<uint8_t>(i >> 8);
    forger.ip[7] = static_cast<uint8_t>(i);
    clients.note(forger, 2s);
  }
  int kept = 0;
  for (int i = 0; i < 3000; ++i) kept += clients.has(honest(i), 3s) ? 1 : 0;
  CHECK(kept > 2950);
}

}  // namespace
}  // namespace junctor::rendezvous
