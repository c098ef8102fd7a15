// SPDX-License-Identifier: Apache-2.0
// Tests of choose_push.
#include "push.hpp"

#include <doctest/doctest.h>

namespace junctor::holepunch {
namespace {

using Kind = Push::Kind;

wire::Address at(std::string_view text) { return *wire::Address::parse(text); }

Push tcp(std::string_view a, std::string_view b, const PushPolicy& policy = {}) {
  return choose_push(at(a), JCT_CHANNEL_TCP, at(b), hbb::ASYMMETRIC, policy);
}

PushPolicy lan() { return {false, {*wire::Network::parse("10.0.0.0/8"), *wire::Network::parse("fd00::/8")}}; }

TEST_CASE("two peers behind one public IPv4 meet by their local addresses") {
  CHECK(tcp("198.51.100.1:5000", "198.51.100.1:6000").kind == Kind::kFetchLocalAddr);
}

TEST_CASE("peers at different addresses punch, with A's own NAT type") {
  const Push push = tcp("198.51.100.1:5000", "198.51.100.2:6000");
  CHECK(push.kind == Kind::kPunchHole);
  CHECK(push.nat_type == hbb::ASYMMETRIC);
}

TEST_CASE("an A on WebSocket never meets by local addresses") {
  const Push push = choose_push(at("198.51.100.1:5000"), JCT_CHANNEL_WS, at("198.51.100.1:6000"), hbb::ASYMMETRIC, {});
  CHECK(push.kind == Kind::kPunchHole);
}

TEST_CASE("one IPv6 address for both is no reason to ask for the local address") {
  CHECK(tcp("[2001:db8::1]:5000", "[2001:db8::1]:6000").kind == Kind::kPunchHole);
}

TEST_CASE("two peers in the site's LAN meet by their local addresses") {
  CHECK(tcp("10.1.0.1:5000", "10.2.0.1:6000", lan()).kind == Kind::kFetchLocalAddr);
  CHECK(tcp("10.1.0.1:5000", "10.2.0.1:6000").kind == Kind::kPunchHole);
  CHECK(tcp("[fd00::1]:5000", "[fd00::2]:6000", lan()).kind == Kind::kPunchHole);
}

TEST_CASE("exactly one of the two in the LAN relays") {
  CHECK(tcp("10.1.0.1:5000", "198.51.100.1:6000", lan()).nat_type == hbb::SYMMETRIC);
  CHECK(tcp("198.51.100.1:6000", "10.1.0.1:5000", lan()).nat_type == hbb::SYMMETRIC);
  CHECK(tcp("10.1.0.1:5000", "198.51.100.1:6000").nat_type == hbb::ASYMMETRIC);
}

TEST_CASE("peers of different families relay") {
  CHECK(tcp("[2001:db8::1]:5000", "198.51.100.1:6000").nat_type == hbb::SYMMETRIC);
}

TEST_CASE("a site that always relays says SYMMETRIC for A") {
  CHECK(tcp("198.51.100.1:5000", "198.51.100.2:6000", {true, {}}).nat_type == hbb::SYMMETRIC);
}

}  // namespace
}  // namespace junctor::holepunch
