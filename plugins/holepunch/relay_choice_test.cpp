// SPDX-License-Identifier: Apache-2.0
// Tests of RelayChoice.
#include "relay_choice.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

namespace junctor::holepunch {
namespace {

wire::Address at(std::string_view text) { return *wire::Address::parse(text); }
Route route(std::string_view peer, std::string_view local) { return {at(peer), at(local)}; }

RelayPtr relay(const std::string& address, uint32_t weight = 1) {
  RelaySpec spec;
  spec.name = spec.address = address;
  spec.weight = weight;
  return std::make_shared<Relay>(std::move(spec));
}

RelayPtr relay_for(const std::string& address, const std::vector<std::string>& address_for) {
  RelaySpec spec;
  spec.name = spec.address = address;
  for (const std::string& text : address_for) spec.address_for.push_back(RelaySpec::parse_address_for(text).value());
  return std::make_shared<Relay>(std::move(spec));
}

const Route kPublic = route("198.51.100.1:5000", "203.0.113.1:21116");
const Route kPublic6 = route("[2001:db8::5]:5000", "[2001:db8::1]:21116");
const Route kLan = route("192.168.1.7:5000", "192.168.1.2:21116");
const Route kForwarded = route("198.51.100.1:5000", "192.168.1.2:21116");  // the server is behind a port forward

/// Of the relay on this host with those sockets.
std::string own(const std::vector<wire::Address>& bound, const Route& client) {
  const RelayChoice choice{{}, bound, 21117};
  return choice.address_for(choice.choose(0, client, client), client);
}

TEST_CASE("without configuration a client finds the relay where it found the server") {
  const RelayChoice choice{{}, {}, 21117};
  CHECK(choice.address_for(choice.choose(0, kPublic, kPublic), kPublic) == "203.0.113.1:21117");
  CHECK(choice.address_for(choice.choose(0, kPublic, kPublic), kPublic6) == "[2001:db8::1]:21117");
  CHECK(choice.address_for(choice.choose(0, kPublic, kPublic), kLan) == "192.168.1.2:21117");
}

TEST_CASE("a private address is not told to a client that comes from outside") {
  const RelayChoice choice{{}, {}, 21117};
  CHECK(choice.address_for(choice.choose(0, kPublic, kPublic), kForwarded).empty());
  CHECK(choice.rewrite("rd.example.org:21117", "", choice.choose(0, kPublic, kPublic), kLan, kForwarded) ==
        "rd.example.org:21117");
}

TEST_CASE("an empty answer is always filled with a host and a port") {
  const RelayChoice choice{{}, {}, 21117};
  CHECK(choice.rewrite("", "", choice.choose(0, kPublic, kPublic), kLan, kPublic) == "203.0.113.1:21117");
  CHECK(choice.rewrite("", "", choice.choose(0, kPublic, kPublic), kLan, kForwarded) == "192.168.1.2:21117");
}

TEST_CASE("the relay's own sockets say the port, and the address where it is bound to one") {
  CHECK(own({at("0.0.0.0:443")}, kPublic) == "203.0.113.1:443");
  CHECK(own({at("[::]:443")}, kPublic) == "203.0.113.1:443");
  CHECK(own({at("[::]:443")}, kPublic6) == "[2001:db8::1]:443");
  CHECK(own({at("203.0.113.9:443")}, kPublic) == "203.0.113.9:443");
  CHECK(own({at("203.0.113.9:443"), at("203.0.113.1:444")}, kPublic) == "203.0.113.1:444");
}

TEST_CASE("each side gets its own address of the same relay") {
  const RelayChoice choice{{}, {}, 21117};
  const std::string pushed = choice.address_for(choice.choose(0, kPublic, kPublic), kPublic6);
  CHECK(choice.rewrite(pushed, pushed, choice.choose(0, kPublic, kPublic), kPublic6, kPublic) == "203.0.113.1:21117");
  CHECK(choice.rewrite("[2001:db8::1]:21117", "", choice.choose(0, kPublic, kPublic), kPublic6, kPublic) ==
        "203.0.113.1:21117");
}

TEST_CASE("a client's own relay passes unchanged") {
  const RelayChoice choice{{relay("relay.example.org")}, {}, 21117};
  CHECK(choice.rewrite("mine.example.net:9", "relay.example.org:21117", choice.choose(0, kPublic, kPublic), kPublic,
                       kPublic6) == "mine.example.net:9");
  CHECK(choice.rewrite("mine.example.net", "", choice.choose(0, kPublic, kPublic), kPublic, kPublic6) ==
        "mine.example.net");
}

TEST_CASE("configured relays are handed out in turn, always with a port") {
  const RelayChoice choice{
      {relay("one.example.org"), relay("two.example.org:443"), relay("three.example.org")}, {}, 21117};
  CHECK(choice.address_for(choice.choose(0, kPublic, kPublic), kPublic) == "one.example.org:21117");
  CHECK(choice.address_for(choice.choose(1, kPublic, kPublic), kPublic) == "two.example.org:443");
  CHECK(choice.address_for(choice.choose(2, kPublic, kPublic), kForwarded) == "three.example.org:21117");
  CHECK(choice.address_for(choice.choose(3, kPublic, kPublic), kPublic) == "one.example.org:21117");
}

TEST_CASE("an answer that names another relay of ours keeps that one") {
  const RelayChoice choice{{relay("one.example.org"), relay("two.example.org")}, {}, 21117};
  CHECK(choice.rewrite("TWO.example.org", "", choice.choose(0, kPublic, kPublic), kPublic, kPublic6) ==
        "two.example.org:21117");
  CHECK(choice.rewrite("", "", choice.choose(1, kPublic, kPublic), kPublic, kPublic6) == "two.example.org:21117");
}

TEST_CASE("each side gets its own address of the one relay: LAN, public and IPv6") {
  const RelayChoice choice{
      {relay_for("198.51.100.9:21117", {"192.168.0.0/16 = 192.168.1.9:21117", "::/0 = [2001:db8::9]:21117"})},
      {},
      21117};
  const Meeting meeting = choice.choose(0, kPublic, kLan);
  CHECK(choice.address_for(meeting, kPublic) == "198.51.100.9:21117");
  CHECK(choice.address_for(meeting, kLan) == "192.168.1.9:21117");
  CHECK(choice.address_for(meeting, kPublic6) == "[2001:db8::9]:21117");
  const std::string pushed = choice.address_for(meeting, kLan);
  CHECK(choice.rewrite(pushed, pushed, meeting, kLan, kPublic) == "198.51.100.9:21117");
  CHECK(choice.rewrite("192.168.1.9", "", {}, kLan, kPublic6) == "[2001:db8::9]:21117");
  CHECK(choice.rewrite("", "", meeting, kLan, kPublic) == "198.51.100.9:21117");
}

TEST_CASE("one private address in two sites is taken for the relay that the giver knows by it") {
  const RelayPtr north = relay_for("north.example.org", {"192.168.0.0/16 = 192.168.1.9:21117"});
  const RelayPtr south = relay_for("south.example.org", {"198.51.100.0/24 = 192.168.1.9:21117"});
  const RelayChoice choice{{north, south}, {}, 21117};
  CHECK(choice.named("192.168.1.9:21117", kLan, kPublic6)->relay == north);
  CHECK(choice.named("192.168.1.9:21117", kPublic, kPublic6)->relay == south);
  CHECK(choice.named("192.168.1.9:21117", kPublic6, kPublic6)->relay == north);
}

TEST_CASE("sessions are shared out by weight") {
  const RelayChoice choice{{relay("one:1", 3), relay("two:2", 1)}, {}, 21117};
  std::map<std::string, int> count;
  for (size_t turn = 0; turn < 400; ++turn) ++count[choice.choose(turn, kPublic, kPublic).relay->spec().name];
  CHECK(count["one:1"] == 300);
  CHECK(count["two:2"] == 100);
}

TEST_CASE("a relay that is down or drained is not handed out; when none is left the two meet nowhere") {
  const RelayPtr one = relay("one:1"), two = relay("two:2");
  const RelayChoice choice{{one, two}, {}, 21117};
  one->set_up(false);
  for (size_t turn = 0; turn < 10; ++turn) CHECK(choice.choose(turn, kPublic, kLan).relay == two);
  two->set_drained(true);
  const Meeting none = choice.choose(0, kPublic, kLan);
  CHECK(none.nowhere());
  CHECK(choice.address_for(none, kPublic).empty());
  CHECK(choice.rewrite("", "", none, kPublic, kLan).empty());
  CHECK(choice.rewrite("one:1", "one:1", none, kPublic, kLan).empty());
  CHECK(choice.rewrite("mine:9", "", none, kPublic, kLan) == "mine:9");
  one->set_up(true);
  CHECK(choice.choose(0, kPublic, kLan).relay == one);
}

TEST_CASE("loops may choose while relays die and come back: never is nowhere the answer while one always works") {
  const RelayPtr steady = relay("one:1"), flapping = relay("two:2");
  const RelayChoice choice{{steady, flapping}, {}, 21117};
  std::thread watch{[&] {
    for (int i = 0; i < 2000; ++i) flapping->set_up(i % 2 != 0);
  }};
  int nowhere = 0;
  for (size_t turn = 0; turn < 2000; ++turn) nowhere += choice.choose(turn, kPublic, kLan).nowhere() ? 1 : 0;
  watch.join();
  CHECK(nowhere == 0);
}

TEST_CASE("rather a relay that both sides have a fitting address for") {
  const RelayPtr v4 = relay("198.51.100.9:1"), both = relay_for("198.51.100.8:1", {"::/0 = [2001:db8::8]:1"});
  const RelayChoice choice{{v4, both}, {}, 21117};
  for (size_t turn = 0; turn < 4; ++turn) CHECK(choice.choose(turn, kPublic, kPublic6).relay == both);
  CHECK(choice.choose(0, kPublic, kPublic).relay == v4);
  CHECK(choice.choose(1, kPublic, kPublic).relay == both);
  both->set_up(false);
  CHECK(choice.choose(0, kPublic, kPublic6).relay == v4);
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
