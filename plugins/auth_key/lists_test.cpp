// SPDX-License-Identifier: Apache-2.0
// Networks by their bits, and what the lists say together.
#include "auth_key/lists.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <stdexcept>

namespace junctor::auth {
namespace {

Address address(const char* text) {
  Address made;
  if (inet_pton(AF_INET, text, made.ip.data()) == 1) {
    made.family = 4;
  } else {
    REQUIRE(inet_pton(AF_INET6, text, made.ip.data()) == 1);
    made.family = 6;
  }
  return made;
}

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
}

TEST_CASE("what is no network is not parsed") {
  for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8x", "::/129",
                           "example.org", "10.0.0.0/8/8", "fe80::1%1"}) {
    CAPTURE(text);
    CHECK_FALSE(Network::parse(text));
  }
}

TEST_CASE("without lists everybody may") {
  const Lists lists;
  CHECK(lists.allows(address("203.0.113.7")));
  CHECK(lists.allows({}));
  CHECK(lists.allows_id("123456789"));
}

TEST_CASE("denial wins over the allow list, and the allow list leaves out all others") {
  const Lists lists{{{"10.0.0.0/8", "2001:db8::/32"}, {"10.1.0.0/16"}, {"123456789"}}};
  CHECK(lists.allows(address("10.2.3.4")));
  CHECK(lists.allows(address("2001:db8::5")));
  CHECK_FALSE(lists.allows(address("10.1.3.4")));
  CHECK_FALSE(lists.allows(address("203.0.113.7")));
  CHECK_FALSE(lists.allows_id("123456789"));
  CHECK(lists.allows_id("12345678"));
  CHECK(lists.allows_id(""));
}

TEST_CASE("a list with something else in it is refused with that text") {
  const Lists::Texts texts{{}, {"10.0.0.0/8", "ten"}, {}};
  CHECK_THROWS_WITH_AS(Lists{texts}, "\"ten\" is not a network (10.0.0.0/8, 2001:db8::/32)", std::invalid_argument);
}

}  // namespace
}  // namespace junctor::auth
