// SPDX-License-Identifier: Apache-2.0
// Tests of Relay, and of what is a server's address.
#include "relay.hpp"

#include <doctest/doctest.h>

namespace junctor::holepunch {
namespace {

wire::Address at(std::string_view text) { return *wire::Address::parse(text); }

TEST_CASE("a server without a port means 21117, and a bare IPv6 address is put into brackets") {
  CHECK(with_relay_port("host") == "host:21117");
  CHECK(with_relay_port("HOST.Example.org:1") == "host.example.org:1");
  CHECK(with_relay_port("192.0.2.1") == "192.0.2.1:21117");
  CHECK(with_relay_port("2001:db8::1") == "[2001:db8::1]:21117");
  CHECK(with_relay_port("[2001:db8::1]") == "[2001:db8::1]:21117");
  CHECK(with_relay_port("[2001:db8::1]:5") == "[2001:db8::1]:5");
  CHECK(with_relay_port("").empty());
}

TEST_CASE("what is no server is known") {
  for (const char* text : {"", ":5", "host:", "host:0", "host:65536", "host:5x", "a b:5", "[2001:db8::1", "[host]:5",
                           "[2001:db8::1]5", "http://host:5", "host:5:6"}) {
    CAPTURE(text);
    CHECK_FALSE(Server::parse(text));
  }
  CHECK(Server::parse("[2001:db8::1]:5")->host == "2001:db8::1");
  CHECK(Server::parse("host:5")->port == 5);
}

TEST_CASE("an address for a network is read, and what is none is not") {
  const auto entry = RelaySpec::parse_address_for("10.0.0.0/8 = 10.0.0.5");
  REQUIRE(entry);
  CHECK(entry->first.text() == "10.0.0.0/8");
  CHECK(entry->second == "10.0.0.5:21117");
  for (const char* text : {"", "10.0.0.0/8", "= host:5", "10.0.0.0/8 =", "10.0.0.0/40 = host:5", "10.0.0.0/8 = a b"}) {
    CAPTURE(text);
    CHECK_FALSE(RelaySpec::parse_address_for(text));
  }
}

TEST_CASE("the first network that a client is in decides, and a name suits everybody") {
  RelaySpec spec;
  spec.address = "198.51.100.9";
  spec.address_for = {*RelaySpec::parse_address_for("10.1.0.0/16=10.1.0.5"),
                      *RelaySpec::parse_address_for("10.0.0.0/8=lan.example.org")};
  const Relay relay{spec};
  CHECK(relay.address_for(at("10.1.2.3:1")) == "10.1.0.5:21117");
  CHECK(relay.address_for(at("10.2.2.3:1")) == "lan.example.org:21117");
  CHECK(relay.address_for(at("203.0.113.1:1")) == "198.51.100.9:21117");
  CHECK(relay.suits(at("203.0.113.1:1")));
  CHECK_FALSE(relay.suits(at("[2001:db8::1]:1")));
  CHECK(relay.has_address("10.1.0.5:21117"));
  CHECK_FALSE(relay.has_address(""));
  spec.address = "rd.example.org";
  CHECK(Relay{spec}.suits(at("[2001:db8::1]:1")));
}

TEST_CASE("after a reload what is known of a relay stays, and the configuration's drain counts where it has changed") {
  RelaySpec spec;
  spec.address = spec.check_address = "rd.example.org:1";
  Relay before{spec};
  before.set_up(false);
  before.set_drained(true);
  before.hand_out();
  const Relay same{spec, &before};
  CHECK_FALSE(same.is_up());
  CHECK(same.is_drained());
  CHECK(same.handed_out() == 1);
  spec.drain = true;
  Relay drained{spec, &before};
  CHECK(drained.is_drained());
  spec.drain = false;
  CHECK_FALSE(Relay(spec, &drained).is_drained());
  spec.check_address = "elsewhere:1";
  CHECK(Relay(spec, &before).is_up());
}

}  // namespace
}  // namespace junctor::holepunch
