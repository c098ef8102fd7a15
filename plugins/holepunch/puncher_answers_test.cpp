// SPDX-License-Identifier: Apache-2.0
// Tests of Puncher: what A is told of B's answers, and the way to the relay.
#include <doctest/doctest.h>

#include "holepunch/test_site.hpp"

namespace junctor::holepunch {
namespace {

// ---- answers --------------------------------------------------------------------------------------------------------

TEST_CASE("PunchHoleSent gives A the address that B punches from, its signed key, and A's own way to the relay") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  hbb::PunchHoleSent message = hole();
  message.set_upnp_port(44);
  message.set_socket_addr_v6(encoded("[2001:db8::2]:7"));
  site.say(kFromB, message);
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(decoded(answer.socket_addr()) == "192.0.2.77:6001");
  CHECK(answer.pk() == signed_id());
  CHECK(answer.nat_type() == hbb::ASYMMETRIC);
  CHECK(answer.relay_server() == "203.0.113.1:21117");
  CHECK(answer.upnp_port() == 44);
  CHECK(decoded(answer.socket_addr_v6()) == "[2001:db8::2]:7");
  CHECK_FALSE(answer.is_udp());
}

TEST_CASE("PunchHoleSent by UDP, sent three times, reaches the connection that asked for UDP once") {
  Site site;
  site.ask(1, 0);
  site.ask(2, 7777, "198.51.100.1:5001");
  site.ports.sent.clear();
  for (int i = 0; i < 3; ++i) site.say(udp_from("192.0.2.77:9000"), hole("1.2.3", "198.51.100.1:5001"));
  const auto answer = site.heard<hbb::PunchHoleResponse>(2);
  CHECK(answer.is_udp());
  CHECK(decoded(answer.socket_addr()) == "192.0.2.77:9000");
}

TEST_CASE("LocalAddr gives A the local address") {
  Site site;
  site.ask(1, 0, "192.0.2.77:5000");
  site.ports.sent.clear();
  hbb::LocalAddr message;
  message.set_socket_addr(encoded("192.0.2.77:5000"));
  message.set_local_addr(encoded("192.168.1.5:6001"));
  message.set_id(kId);
  message.set_version("1.2.3");
  site.say(kFromB, message);
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(answer.is_local());
  CHECK(decoded(answer.socket_addr()) == "192.168.1.5:6001");
  CHECK(answer.pk() == signed_id());
  CHECK(answer.relay_server() == "203.0.113.1:21117");
}

TEST_CASE("a B that cannot punch gives A its key in place of the id, and no address") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, relay_answer());
  const auto answer = site.heard<hbb::RelayResponse>(1);
  CHECK(answer.socket_addr().empty());
  CHECK(answer.union_case() == hbb::RelayResponse::kPk);
  CHECK(answer.pk() == signed_id());
  CHECK(answer.uuid() == "uuid-of-B");
  CHECK(site.ports.sessions == std::vector<std::string>{"uuid-of-B " + kId});
  CHECK(answer.relay_server() == "203.0.113.1:21117");
}

TEST_CASE("an old B that tells no version, or one without a key, gets no signed id") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, hole(""));
  CHECK(site.heard<hbb::PunchHoleResponse>(1).pk().empty());
  site.ports.peers[kId].pk.clear();
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, hole());
  CHECK(site.heard<hbb::PunchHoleResponse>(1).pk().empty());
}

TEST_CASE("when B's key cannot be read A is told so rather than connected unverified") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.ports.key_status = JCT_E_IO;
  site.say(kFromB, hole());
  CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(1).other_failure().empty());
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, relay_answer());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
}

TEST_CASE("answers that nobody waits for reach nobody") {
  Site site;
  site.say(kFromB, hole());
  site.say(kFromB, relay_answer());
  site.say(kFromB, relay_answer(""));
  CHECK(site.ports.sent.empty());
  CHECK(site.ports.refusals == std::vector<Reason>(3, Reason::kNotPending));
}

TEST_CASE("answers with impossible addresses are dropped") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  const std::string port_zero = encoded("198.51.100.1:0");
  for (const std::string& bad : {std::string{}, std::string(17, 'x'), std::string(19, 'x'), port_zero}) {
    hbb::PunchHoleSent sent = hole();
    sent.set_socket_addr(bad);
    site.say(kFromB, sent);
    hbb::LocalAddr local;
    local.set_socket_addr(encoded(kA));
    local.set_id(kId);
    local.set_local_addr(bad);
    site.say(kFromB, local);
  }
  CHECK(site.ports.sent.empty());
  CHECK(site.ports.refusals == std::vector<Reason>(8, Reason::kBadAddress));
}

TEST_CASE("an answer from a foreign address waits for a second, and then passes on the tick") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.say(tcp_from("192.0.2.99:1234", 3), hole());
  site.puncher.tick();
  CHECK(site.ports.sent.empty());
  site.ports.time += 1s;
  site.puncher.tick();
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(decoded(answer.socket_addr()) == "192.0.2.99:1234");
}

TEST_CASE("B's own relay setting passes to A unchanged") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  hbb::PunchHoleSent message = hole();
  message.set_relay_server("own.example.net:5");
  site.say(kFromB, message);
  CHECK(site.heard<hbb::PunchHoleResponse>(1).relay_server() == "own.example.net:5");
}

TEST_CASE("with several relays both sides are sent to the same one") {
  Site site;
  site.use_relays({relay_at("one.example.org:1"), relay_at("two.example.org:2")});
  for (const char* expected : {"one.example.org:1", "two.example.org:2"}) {
    const std::string a = std::string{"198.51.100.1:"} + (expected[0] == 'o' ? "5000" : "5001");
    site.ask(1, 0, a);
    CHECK(site.heard<hbb::PunchHole>(0).relay_server() == expected);
    hbb::PunchHoleSent message = hole("1.2.3", a);
    message.set_relay_server("");
    site.say(kFromB, message);
    CHECK(site.heard<hbb::PunchHoleResponse>(1).relay_server() == expected);
  }
}

// ---- the relay ------------------------------------------------------------------------------------------------------

TEST_CASE("after an accepted punch request a RequestRelay from the same IP is pushed, and the go-ahead comes back") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  hbb::RequestRelay request = relay_request();
  request.set_licence_key("secret");
  request.set_token("secret");
  request.mutable_control_permissions()->set_permissions(7);
  site.say(tcp_from("198.51.100.1:5009", 4), request);
  const auto push = site.heard<hbb::RequestRelay>(0);
  CHECK(push.uuid() == "uuid-of-A");
  CHECK(site.ports.sessions == std::vector<std::string>{"uuid-of-A " + kId});
  CHECK(decoded(push.socket_addr()) == "198.51.100.1:5009");
  CHECK(push.relay_server() == "203.0.113.2:21117");  // B's address of the relay that A named
  CHECK(push.secure());
  CHECK(push.licence_key().empty());
  CHECK(push.token().empty());
  CHECK_FALSE(push.has_control_permissions());

  hbb::RelayResponse go = relay_answer("");
  go.clear_uuid();
  go.set_socket_addr(encoded("198.51.100.1:5009"));
  site.say(kFromB, go);
  const auto answer = site.heard<hbb::RelayResponse>(4);
  CHECK(answer.socket_addr().empty());
  CHECK(answer.uuid().empty());
  CHECK(answer.union_case() == hbb::RelayResponse::UNION_NOT_SET);
  CHECK(answer.relay_server() == "203.0.113.1:21117");
  CHECK(answer.refuse_reason().empty());
}

TEST_CASE("B's refusal to relay reaches A in B's words") {
  Site site;
  site.ask();
  site.say(tcp_from(kA, 4), relay_request());
  site.ports.sent.clear();
  hbb::RelayResponse no = relay_answer("");
  no.set_refuse_reason("not now");
  site.say(kFromB, no);
  CHECK(site.heard<hbb::RelayResponse>(4).refuse_reason() == "not now");
}

TEST_CASE("a RequestRelay that cannot be served is refused at once, in words") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.ports.peers[kId].state = JCT_PEER_OFFLINE;
  site.say(tcp_from(kA, 1), relay_request());
  CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason() == "Remote desktop is offline");
  site.ports.peers.clear();
  site.say(tcp_from(kA, 1), relay_request());
  CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason() == "ID does not exist");
}

TEST_CASE("a RequestRelay that nobody asked for before is served at a limited rate") {
  Site site;
  for (int i = 0; i < 2; ++i) {
    site.say(tcp_from(kA, 1), relay_request());
    site.heard<hbb::RequestRelay>(0);
  }
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
  CHECK(site.last_refusal() == Reason::kNotAsked);
}

TEST_CASE("where the site says so a RequestRelay that nobody asked for is refused, after two minutes too") {
  Site site;
  Policy policy;
  policy.refuse_unasked_relay = true;
  site.puncher.set_policy(policy);
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
  site.ask();
  site.ports.sent.clear();
  site.ports.time += 119s;
  site.say(tcp_from(kA, 1), relay_request());
  site.heard<hbb::RequestRelay>(0);
  site.ports.time += 1s;
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
}

TEST_CASE("a refused punch request grants no relay") {
  Site site;
  Policy policy;
  policy.refuse_unasked_relay = true;
  site.puncher.set_policy(policy);
  site.ports.key = "the site's key";
  site.ask();
  site.ports.sent.clear();
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
  CHECK(site.last_refusal() == Reason::kNotAsked);
}

}  // namespace
}  // namespace junctor::holepunch
