// SPDX-License-Identifier: Apache-2.0
// Networks by their bits, and as text.
#include "auth_key/network.hpp"

#include <doctest/doctest.h>

#include "auth_key/test_values.hpp"

namespace junctor::auth {
namespace {

bool inside(const char* network, const char* text) {
  const auto parsed = Network::parse(network);
  REQUIRE(parsed);
  return parsed->contains(address(text));
}

TEST_CASE("a network has the addresses that share its first bits") {
  CHECK(inside("10.0.0.0/8", "10.255.1.2"));
  CHECK_FALSE(inside("10.0.0.0/8", "11.0.0.0"));
  CHECK(inside("192.0.2.64/26", "192.0.2.127"));
  CHECK_FALSE(inside("192.0.2.64/26", "192.0.2.128"));
  CHECK_FALSE(inside("192.0.2.64/26", "192.0.2.63"));
  CHECK(inside("192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(inside("192.0.2.1", "192.0.2.0"));
  CHECK(inside("0.0.0.0/0", "203.0.113.7"));
  CHECK_FALSE(inside("0.0.0.0/0", "2001:db8::1"));
  CHECK(inside("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(inside("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(inside("::/0", "2001:db8::1"));
  CHECK_FALSE(inside("::/0", "203.0.113.7"));
  CHECK(inside("2001:db8::1/128", "2001:db8::1"));
  CHECK(inside("::ffff:192.0.2.1", "192.0.2.1"));  // who comes so is told to plugins as IPv4
}

TEST_CASE("what is no network is not parsed") {
  for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8x", "::/129",
                           "example.org", "10.0.0.0/8/8", "fe80::1%1"}) {
    CAPTURE(text);
    CHECK_FALSE(Network::parse(text));
  }
}

TEST_CASE("a network's text is what it was made from, without the bits beyond its prefix") {
  for (const char* text : {"10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::1", "0.0.0.0/0"}) {
    CHECK(Network::parse(text)->text() == text);
  }
  CHECK(Network::parse("10.1.2.3/8")->text() == "10.0.0.0/8");
  CHECK(*Network::parse("10.1.2.3/8") == *Network::parse("10.0.0.0/8"));
  CHECK(Network::parse("10.1.2.3/32")->text() == "10.1.2.3");
}

TEST_CASE("a client is an IPv4 address or an IPv6 /64") {
  CHECK(Network::client(address("192.0.2.7")).text() == "192.0.2.7");
  CHECK(Network::client(address("2001:db8:1:2:3:4:5:6")).text() == "2001:db8:1:2::/64");
  CHECK(Network::client({}) == Network::client({}));
  CHECK(Address{}.text().empty());
}

}  // namespace
}  // namespace junctor::auth
