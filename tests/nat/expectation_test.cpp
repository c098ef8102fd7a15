// SPDX-License-Identifier: Apache-2.0
// What the rules come to, place by place.
#include "expectation.hpp"

#include <doctest/doctest.h>

using namespace junctor::nat;

namespace {

constexpr Modes kTcp{}, kUdp{.udp = true}, kV6{.v6 = true};

using Ways = std::set<Way>;

Ways ways(Place a, Place b, Modes modes) { return expected(a, b, modes).ways; }

}  // namespace

TEST_CASE("an open B is reached by TCP from every NAT that keeps its port") {
  for (const Place a : {Place::kOpen, Place::kPreserving, Place::kStrict, Place::kRejecting, Place::kTwoLevels,
                        Place::kPool, Place::kUdpBlocked}) {
    CHECK(ways(a, Place::kOpen, kTcp) == Ways{Way::kTcp});
  }
}

TEST_CASE("a symmetric side is relayed at once, with UDP as well") {
  for (const Modes modes : {kTcp, kUdp}) {
    CHECK(ways(Place::kSymmetric, Place::kOpen, modes) == Ways{Way::kRelay});
    CHECK(ways(Place::kOpen, Place::kSymmetric, modes) == Ways{Way::kRelay});
    CHECK(expected(Place::kOpen, Place::kSymmetric, modes).at_once);
  }
}

TEST_CASE("strict tracking at B costs TCP 18 s and the relay, and UDP nothing") {
  CHECK(ways(Place::kPreserving, Place::kStrict, kTcp) == Ways{Way::kRelay});
  CHECK_FALSE(expected(Place::kPreserving, Place::kStrict, kTcp).at_once);
  CHECK(expected(Place::kPreserving, Place::kStrict, kTcp).server_learns);
  CHECK(ways(Place::kPreserving, Place::kStrict, kUdp) == Ways{Way::kUdp});
  CHECK(ways(Place::kStrict, Place::kPreserving, kTcp) == Ways{Way::kTcp});
}

TEST_CASE("an A that answers with RST closes the hole of B's router") {
  for (const Place a : {Place::kRejecting, Place::kOpen}) {
    CHECK(ways(a, Place::kPreserving, kTcp) == Ways{Way::kRelay});
    CHECK(ways(a, Place::kPreserving, kUdp) == Ways{Way::kUdp});
    CHECK(ways(Place::kPreserving, a, kTcp) == Ways{Way::kTcp});
    CHECK_FALSE(expected(a, Place::kPreserving, kTcp).at_once);
    CHECK(expected(a, Place::kRejecting, kTcp).at_once);  // A meets RST, too
  }
}

TEST_CASE("a carrier's pool misplaces the hole, except that of B's UDP socket") {
  CHECK(ways(Place::kPool, Place::kPreserving, kUdp) == Ways{Way::kRelay});
  CHECK(ways(Place::kPreserving, Place::kPool, kTcp) == Ways{Way::kRelay});
  CHECK(ways(Place::kPreserving, Place::kPool, kUdp) == Ways{Way::kUdp});
}

TEST_CASE("between families there is the relay, and IPv6 where both have it") {
  CHECK(ways(Place::kV6Only, Place::kOpen, kUdp) == Ways{Way::kRelay});
  CHECK(expected(Place::kV6Only, Place::kOpen, kUdp).at_once);
  CHECK(ways(Place::kDual, Place::kV6Firewall, kTcp) == Ways{Way::kRelay});
  CHECK(ways(Place::kDual, Place::kV6Firewall, kV6) == Ways{Way::kV6});
  CHECK(ways(Place::kDual, Place::kDual, kV6) == Ways{Way::kV6});
}

TEST_CASE("where no UDP gets out TCP is punched alone, and with one port nothing is") {
  CHECK(ways(Place::kUdpBlocked, Place::kPreserving, kUdp) == Ways{Way::kTcp});
  CHECK(ways(Place::kStrict, Place::kUdpBlocked, kUdp) == Ways{Way::kTcp});
  CHECK(ways(Place::kUdpBlocked, Place::kStrict, kUdp) == Ways{Way::kRelay});
  CHECK(ways(Place::kOnePort, Place::kOpen, kUdp) == Ways{Way::kRelay});
  CHECK_FALSE(expected(Place::kOnePort, Place::kOpen, kUdp).at_once);
}

TEST_CASE("neighbours meet in their LAN, or where their carrier leads them back") {
  CHECK(expected(Near::kSameLan, kTcp).ways == Ways{Way::kLan});
  CHECK_FALSE(expected(Near::kSameCarrier, kUdp).direct());
  CHECK_FALSE(expected(Near::kSameCarrier, kUdp).server_learns);  // others behind that address share a LAN
  CHECK(expected(Near::kCarrierHairpin, kTcp).ways == Ways{Way::kTcp});
  CHECK_FALSE(expected(Near::kCarrierNoHairpin, kTcp).direct());
}
