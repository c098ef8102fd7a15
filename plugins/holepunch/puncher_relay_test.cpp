// SPDX-License-Identifier: Apache-2.0
// Tests of Puncher: each side gets its own address of the same relay, and what happens when relays die.
#include <doctest/doctest.h>

#include "holepunch/test_site.hpp"

namespace junctor::holepunch {
namespace {

constexpr auto kLanA = "10.0.0.7:5000";

RelayPtr relay_with_lan(const std::string& address, const std::string& lan_address) {
  RelaySpec spec;
  spec.name = spec.address = address;
  spec.address_for.push_back(RelaySpec::parse_address_for("10.0.0.0/8 = " + lan_address).value());
  return std::make_shared<Relay>(std::move(spec));
}

/// A in the LAN of the one relay, B outside.
struct TwoNets : Site {
  TwoNets() { use_relays({relay}); }
  RelayPtr relay = relay_with_lan("198.51.100.9:1", "10.0.0.9:1");
};

hbb::PunchHoleSent hole_for(std::string_view a, const std::string& relay_server) {
  hbb::PunchHoleSent message = hole("1.2.3", a);
  message.set_relay_server(relay_server);
  return message;
}

hbb::RelayResponse go_ahead(std::string_view a, const std::string& relay_server = "") {
  hbb::RelayResponse message;
  message.set_socket_addr(encoded(a));
  message.set_relay_server(relay_server);
  return message;
}

TEST_CASE("PunchHole and PunchHoleResponse: B gets the public address, A the one in its LAN") {
  TwoNets site;
  for (const std::string given : {"", "198.51.100.9:1", "198.51.100.9:1"}) {
    site.ask(1, 0, kLanA);
    CHECK(site.heard<hbb::PunchHole>(0).relay_server() == "198.51.100.9:1");
    site.say(kFromB, hole_for(kLanA, given));
    CHECK(site.heard<hbb::PunchHoleResponse>(1).relay_server() == "10.0.0.9:1");
  }
  CHECK(site.relay->handed_out() == 1);  // a repeated request is no new session
}

TEST_CASE("FetchLocalAddr: B in the same LAN gets the address in it") {
  TwoNets site;
  site.ports.peers[kId].channel = udp_from("10.0.0.7:6000");
  site.ask(1, 0, kLanA);
  CHECK(site.heard<hbb::FetchLocalAddr>(0).relay_server() == "10.0.0.9:1");
}

TEST_CASE("RequestRelay and RelayResponse: each side gets its own address of the relay that A was told") {
  TwoNets site;
  hbb::RequestRelay request = relay_request();
  request.set_relay_server("10.0.0.9:1");
  for (const std::string answered : {"", "198.51.100.9:1"}) {
    site.ports.time += 1s;
    site.say(tcp_from(kLanA, 4), request);
    CHECK(site.heard<hbb::RequestRelay>(0).relay_server() == "198.51.100.9:1");
    site.say(kFromB, go_ahead(kLanA, answered));
    CHECK(site.heard<hbb::RelayResponse>(4).relay_server() == "10.0.0.9:1");
  }
  site.ask(1, 0, kLanA);
  site.ports.sent.clear();
  hbb::RelayResponse cannot = relay_answer();
  cannot.set_socket_addr(encoded(kLanA));
  cannot.set_relay_server("198.51.100.9:1");
  site.say(kFromB, cannot);
  CHECK(site.heard<hbb::RelayResponse>(1).relay_server() == "10.0.0.9:1");
}

TEST_CASE("a RequestRelay without a relay gets one, and both sides the same") {
  Site site;
  site.use_relays({relay_at("one.example.org:1"), relay_at("two.example.org:2")});
  hbb::RequestRelay request = relay_request();
  request.clear_relay_server();
  site.say(tcp_from(kA, 4), request);
  const std::string pushed = site.heard<hbb::RequestRelay>(0).relay_server();
  CHECK_FALSE(pushed.empty());
  site.say(kFromB, go_ahead(kA));
  CHECK(site.heard<hbb::RelayResponse>(4).relay_server() == pushed);
}

TEST_CASE("the relay that a session is allowed at is the one that both sides are told, B's word before ours") {
  Site site;
  const auto one = relay_at("one.example.org:1"), two = relay_at("two.example.org:2");
  site.use_relays({one, two});
  hbb::RequestRelay request = relay_request();
  request.set_relay_server("one.example.org:1");
  site.say(tcp_from(kA, 4), request);
  REQUIRE(site.ports.meetings.size() == 1);
  CHECK(site.ports.meetings[0].relay == one);
  site.ask(1);
  hbb::RelayResponse cannot = relay_answer();
  cannot.set_relay_server("two.example.org:2");
  site.say(kFromB, cannot);
  REQUIRE(site.ports.meetings.size() == 2);
  CHECK(site.ports.meetings[1].relay == two);
  request.set_relay_server("mine.example.net:9");
  site.say(tcp_from(kA, 4), request);
  REQUIRE(site.ports.meetings.size() == 3);
  CHECK(site.ports.meetings[2].relay == nullptr);
}

TEST_CASE("a RequestRelay that names a relay which has died since gets another, and both sides the same") {
  Site site;
  const auto one = relay_at("one.example.org:1");
  site.use_relays({one, relay_at("two.example.org:2")});
  one->set_up(false);
  hbb::RequestRelay request = relay_request();
  request.set_relay_server("one.example.org:1");
  site.say(tcp_from(kA, 4), request);
  CHECK(site.heard<hbb::RequestRelay>(0).relay_server() == "two.example.org:2");
  site.say(kFromB, go_ahead(kA));
  CHECK(site.heard<hbb::RelayResponse>(4).relay_server() == "two.example.org:2");
}

TEST_CASE("a client's own relay passes unchanged, to B and back to A") {
  TwoNets site;
  hbb::RequestRelay request = relay_request();
  request.set_relay_server("mine.example.net:9");
  site.ask(1, 0, kLanA);
  site.ports.sent.clear();
  site.say(tcp_from(kLanA, 4), request);
  CHECK(site.heard<hbb::RequestRelay>(0).relay_server() == "mine.example.net:9");
  site.say(kFromB, go_ahead(kLanA));
  CHECK(site.heard<hbb::RelayResponse>(4).relay_server() == "mine.example.net:9");
}

TEST_CASE("with no relay left direct connections go on, and A is told no dead one") {
  TwoNets site;
  site.relay->set_up(false);
  site.ask(1, 0, kLanA);
  CHECK(site.heard<hbb::PunchHole>(0).relay_server().empty());
  CHECK(site.ports.notes == std::vector{Note::kWithoutRelay});
  site.say(kFromB, hole_for(kLanA, ""));
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(answer.relay_server().empty());
  CHECK_FALSE(answer.socket_addr().empty());
}

TEST_CASE("with no relay left whoever needs one is told so at once") {
  TwoNets site;
  site.relay->set_up(false);
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_force_relay(true);
  site.say(tcp_from(kLanA, 1), request);
  CHECK(site.heard<hbb::PunchHoleResponse>(1).other_failure() == kNoRelayText);
  request.set_force_relay(false);
  request.set_nat_type(hbb::SYMMETRIC);
  site.say(tcp_from(kLanA, 1), request);
  CHECK(site.heard<hbb::PunchHoleResponse>(1).other_failure() == kNoRelayText);
  site.ask(1, 0, kLanA);
  site.ports.sent.clear();
  for (const char* named : {"", "10.0.0.9:1"}) {
    hbb::RequestRelay relay = relay_request();
    relay.set_relay_server(named);
    site.say(tcp_from(kLanA, 1), relay);
    CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason() == kNoRelayText);
  }
  CHECK(site.ports.refusals == std::vector<Reason>(4, Reason::kNoRelay));
}

TEST_CASE("a B that cannot punch and names no relay, while none is left, is no go-ahead") {
  TwoNets site;
  site.relay->set_up(false);
  site.ask();
  site.ports.sent.clear();
  hbb::RelayResponse cannot = relay_answer();
  cannot.clear_relay_server();
  site.say(kFromB, cannot);
  CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason() == kNoRelayText);
  site.ask();
  site.ports.sent.clear();
  cannot.set_relay_server("own.example.net:5");
  site.say(kFromB, cannot);
  CHECK(site.heard<hbb::RelayResponse>(1).relay_server() == "own.example.net:5");
}

TEST_CASE("a relay that dies between the push and B's answer gives way to another") {
  Site site;
  const RelayPtr one = relay_at("one.example.org:1"), two = relay_at("two.example.org:2");
  site.use_relays({one, two});
  site.ask();
  const std::string pushed = site.heard<hbb::PunchHole>(0).relay_server();
  (pushed == "one.example.org:1" ? one : two)->set_up(false);
  site.say(kFromB, hole_for(kA, pushed));
  const std::string told = site.heard<hbb::PunchHoleResponse>(1).relay_server();
  CHECK(told == (one->is_up() ? "one.example.org:1" : "two.example.org:2"));
}

TEST_CASE("a drained relay gets no new session, and still those that were sent to it") {
  Site site;
  const RelayPtr one = relay_at("one.example.org:1"), two = relay_at("two.example.org:2");
  site.use_relays({one, two});
  one->set_drained(true);
  for (int i = 0; i < 4; ++i) {
    site.ask(1, 0, "198.51.100.1:" + std::to_string(5000 + i));
    CHECK(site.heard<hbb::PunchHole>(0).relay_server() == "two.example.org:2");
  }
  CHECK(one->handed_out() == 0);
  CHECK(two->handed_out() == 4);
  hbb::RequestRelay request = relay_request();
  request.set_relay_server("one.example.org:1");
  site.say(tcp_from(kA, 4), request);
  CHECK(site.heard<hbb::RequestRelay>(0).relay_server() == "one.example.org:1");
}

TEST_CASE("a B that is registered over a connection is pushed to down that connection") {
  Site site;
  site.ports.peers[kId].channel = tcp_from(kB, 55, "203.0.113.2:21116");
  site.ask();
  site.heard<hbb::PunchHole>(55);
  site.ports.gone = 55;
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::OFFLINE);
  CHECK(site.last_refusal() == Reason::kPushFailed);
}

TEST_CASE("socket_addr_v6 goes along both ways in every message") {
  Site site;
  const std::string v6 = encoded("[2001:db8::2]:7");
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_socket_addr_v6(v6);
  site.say(tcp_from("192.0.2.77:5000", 1), request);
  CHECK(site.heard<hbb::FetchLocalAddr>(0).socket_addr_v6() == v6);
  hbb::LocalAddr local;
  local.set_socket_addr(encoded("192.0.2.77:5000"));
  local.set_local_addr(encoded("192.168.1.5:6001"));
  local.set_id(kId);
  local.set_socket_addr_v6(v6);
  site.say(kFromB, local);
  CHECK(site.heard<hbb::PunchHoleResponse>(1).socket_addr_v6() == v6);
  site.ask();
  site.ports.sent.clear();
  hbb::RelayResponse cannot = relay_answer();
  cannot.set_socket_addr_v6(v6);
  cannot.set_upnp_port(44);
  site.say(kFromB, cannot);
  const auto answer = site.heard<hbb::RelayResponse>(1);
  CHECK(answer.socket_addr_v6() == v6);
  CHECK(answer.upnp_port() == 44);
}

}  // namespace
}  // namespace junctor::holepunch
