// SPDX-License-Identifier: Apache-2.0
// Tests of RelayChoice.
#include "relay_choice.hpp"

#include <doctest/doctest.h>

namespace junctor::holepunch {
namespace {

wire::Address at(std::string_view text) { return *wire::Address::parse(text); }
Route route(std::string_view peer, std::string_view local) { return {at(peer), at(local)}; }

const Route kPublic = route("198.51.100.1:5000", "203.0.113.1:21116");
const Route kPublic6 = route("[2001:db8::5]:5000", "[2001:db8::1]:21116");
const Route kLan = route("192.168.1.7:5000", "192.168.1.2:21116");
const Route kForwarded = route("198.51.100.1:5000", "192.168.1.2:21116");  // the server is behind a port forward

TEST_CASE("without configuration a client finds the relay where it found the server") {
  const RelayChoice choice{{}, {}, 21117};
  CHECK(choice.address_for(0, kPublic) == "203.0.113.1:21117");
  CHECK(choice.address_for(0, kPublic6) == "[2001:db8::1]:21117");
  CHECK(choice.address_for(0, kLan) == "192.168.1.2:21117");
}

TEST_CASE("a private address is not told to a client that comes from outside") {
  const RelayChoice choice{{}, {}, 21117};
  CHECK(choice.address_for(0, kForwarded).empty());
  CHECK(choice.rewrite("rd.example.org:21117", "", 0, kLan, kForwarded) == "rd.example.org:21117");
}

TEST_CASE("an empty answer is always filled with a host and a port") {
  const RelayChoice choice{{}, {}, 21117};
  CHECK(choice.rewrite("", "", 0, kLan, kPublic) == "203.0.113.1:21117");
  CHECK(choice.rewrite("", "", 0, kLan, kForwarded) == "192.168.1.2:21117");
}

TEST_CASE("the relay's own sockets say the port, and the address where it is bound to one") {
  CHECK(RelayChoice{{}, {at("0.0.0.0:443")}, 21117}.address_for(0, kPublic) == "203.0.113.1:443");
  CHECK(RelayChoice{{}, {at("[::]:443")}, 21117}.address_for(0, kPublic) == "203.0.113.1:443");
  CHECK(RelayChoice{{}, {at("[::]:443")}, 21117}.address_for(0, kPublic6) == "[2001:db8::1]:443");
  CHECK(RelayChoice{{}, {at("203.0.113.9:443")}, 21117}.address_for(0, kPublic) == "203.0.113.9:443");
  CHECK(RelayChoice{{}, {at("203.0.113.9:443"), at("203.0.113.1:444")}, 21117}.address_for(0, kPublic) ==
        "203.0.113.1:444");
}

TEST_CASE("each side gets its own address of the same relay") {
  const RelayChoice choice{{}, {}, 21117};
  const std::string pushed = choice.address_for(0, kPublic6);
  CHECK(choice.rewrite(pushed, pushed, 0, kPublic6, kPublic) == "203.0.113.1:21117");
  CHECK(choice.rewrite("[2001:db8::1]:21117", "", 0, kPublic6, kPublic) == "203.0.113.1:21117");
}

TEST_CASE("a client's own relay passes unchanged") {
  const RelayChoice choice{{"relay.example.org"}, {}, 21117};
  CHECK(choice.rewrite("mine.example.net:9", "relay.example.org:21117", 0, kPublic, kPublic6) == "mine.example.net:9");
  CHECK(choice.rewrite("mine.example.net", "", 0, kPublic, kPublic6) == "mine.example.net");
}

TEST_CASE("configured relays are handed out in turn, always with a port") {
  const RelayChoice choice{{"one.example.org", "two.example.org:443", "2001:db8::9"}, {}, 21117};
  CHECK(choice.address_for(choice.pick(0), kPublic) == "one.example.org:21117");
  CHECK(choice.address_for(choice.pick(1), kPublic) == "two.example.org:443");
  CHECK(choice.address_for(choice.pick(2), kForwarded) == "[2001:db8::9]:21117");
  CHECK(choice.address_for(choice.pick(3), kPublic) == "one.example.org:21117");
}

TEST_CASE("an answer that names another relay of ours keeps that one") {
  const RelayChoice choice{{"one.example.org", "two.example.org"}, {}, 21117};
  CHECK(choice.rewrite("TWO.example.org", "", 0, kPublic, kPublic6) == "two.example.org:21117");
  CHECK(choice.rewrite("", "", 1, kPublic, kPublic6) == "two.example.org:21117");
}

TEST_CASE("a server without a port means 21117, and a bare IPv6 address is put into brackets") {
  CHECK(with_relay_port("host") == "host:21117");
  CHECK(with_relay_port("host:1") == "host:1");
  CHECK(with_relay_port("2001:db8::1") == "[2001:db8::1]:21117");
  CHECK(with_relay_port("[2001:db8::1]") == "[2001:db8::1]:21117");
  CHECK(with_relay_port("[2001:db8::1]:5") == "[2001:db8::1]:5");
  CHECK(with_relay_port("").empty());
  CHECK(with_relay_port(":5") == ":5");
}

TEST_CASE("private networks are known") {
  for (const char* text : {"127.0.0.1:1", "10.1.2.3:1", "172.31.0.1:1", "192.168.0.1:1", "100.64.0.1:1",
                           "169.254.1.1:1", "[::1]:1", "[fd00::1]:1", "[fe80::1]:1"}) {
    CAPTURE(text);
    CHECK(is_private(at(text)));
  }
  CHECK_FALSE(is_private(at("198.51.100.1:1")));
  CHECK_FALSE(is_private(at("[2001:db8::1]:1")));
}

}  // namespace
}  // namespace junctor::holepunch
