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

TEST_CASE("A gets the signed id whatever the answer says of versions, as long as B's key is on record") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, hole(""));
  CHECK(site.heard<hbb::PunchHoleResponse>(1).pk() == signed_id());
  site.ports.peers[kId].pk.clear();
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, hole());
  CHECK(site.heard<hbb::PunchHoleResponse>(1).pk().empty());
}

TEST_CASE("an answer whose id cannot be signed, or whose device is no longer on record, is refused in words") {
  Site site;
  SUBCASE("signing fails") { site.ports.sign_fails = true; }
  bool removed = false;
  SUBCASE("removed meanwhile") { removed = true; }
  site.ask();
  if (removed) site.ports.peers.clear();
  site.ports.sent.clear();
  site.say(kFromB, hole());
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(answer.socket_addr().empty());
  CHECK_FALSE(answer.other_failure().empty());
}

TEST_CASE("a site that has no secret key signs nothing, and is served all the same") {
  Site site;
  site.ports.signs = false;
  site.ask();
  site.ports.sent.clear();
  site.say(kFromB, hole());
  CHECK(site.heard<hbb::PunchHoleResponse>(1).pk().empty());
}

// ---- every answer with every subset of its optional fields, against everything that may be pending ------------------

enum class Pends { kPunch, kPunchUdp, kRelay };
constexpr Pends kAllPending[] = {Pends::kPunch, Pends::kPunchUdp, Pends::kRelay};

void make_pending(Site& site, Pends what) {
  if (what == Pends::kRelay) {
    site.say(tcp_from(kA, 1), relay_request());
  } else {
    site.ask(1, what == Pends::kPunchUdp ? 7777 : 0);
  }
  site.ports.sent.clear();
}

/// What A has got: nothing, or one message on its connection, with the signed id.
template <class Message>
void check_heard(Site& site, bool passes) {
  CHECK(site.ports.sent.size() == (passes ? 1 : 0));
  if (passes) CHECK(site.heard<Message>(1).pk() == signed_id());
}

hbb::PunchHoleSent sent_with(unsigned fields) {
  hbb::PunchHoleSent message;
  message.set_socket_addr(encoded(kA));
  if (fields & 1) message.set_id(kId);
  if (fields & 2) message.set_relay_server("203.0.113.2:21117");
  if (fields & 4) message.set_nat_type(hbb::SYMMETRIC);
  if (fields & 8) message.set_version("1.2.3");
  if (fields & 16) message.set_upnp_port(44);
  if (fields & 32) message.set_socket_addr_v6(encoded("[2001:db8::2]:7"));
  return message;
}

hbb::LocalAddr local_with(unsigned fields) {
  hbb::LocalAddr message;
  message.set_socket_addr(encoded(kA));
  message.set_local_addr(encoded("192.168.1.5:6001"));
  if (fields & 1) message.set_id(kId);
  if (fields & 2) message.set_relay_server("203.0.113.2:21117");
  if (fields & 4) message.set_version("1.2.3");
  if (fields & 8) message.set_socket_addr_v6(encoded("[2001:db8::2]:7"));
  return message;
}

hbb::RelayResponse relay_with(unsigned fields, const std::string& uuid) {
  hbb::RelayResponse message;
  message.set_socket_addr(encoded(kA));
  if (fields & 1) message.set_id(kId);
  if (fields & 2) message.set_uuid(uuid);
  if (fields & 4) message.set_relay_server("203.0.113.2:21117");
  if (fields & 8) message.set_version("1.2.3");
  if (fields & 16) message.set_upnp_port(44);
  if (fields & 32) message.set_socket_addr_v6(encoded("[2001:db8::2]:7"));
  return message;
}

TEST_CASE("PunchHoleSent answers a pending punch, whatever else it says, and no RequestRelay") {
  for (const Pends pending : kAllPending) {
    for (unsigned fields = 0; fields < 64; ++fields) {
      CAPTURE(static_cast<int>(pending));
      CAPTURE(fields);
      for (const bool udp : {false, true}) {
        Site site;
        make_pending(site, pending);
        site.say(udp ? udp_from("192.0.2.77:9000") : kFromB, sent_with(fields));
        check_heard<hbb::PunchHoleResponse>(site, udp ? pending == Pends::kPunchUdp : pending != Pends::kRelay);
      }
    }
  }
}

TEST_CASE("LocalAddr answers a pending punch, whatever else it says, and no RequestRelay") {
  for (const Pends pending : kAllPending) {
    for (unsigned fields = 0; fields < 16; ++fields) {
      CAPTURE(static_cast<int>(pending));
      CAPTURE(fields);
      Site site;
      make_pending(site, pending);
      site.say(kFromB, local_with(fields));
      check_heard<hbb::PunchHoleResponse>(site, pending != Pends::kRelay);
    }
  }
}

TEST_CASE("RelayResponse answers whatever is pending, by the uuid that was asked or by one that B has made") {
  for (const Pends pending : kAllPending) {
    for (unsigned fields = 0; fields < 64; ++fields) {
      CAPTURE(static_cast<int>(pending));
      CAPTURE(fields);
      Site site;
      make_pending(site, pending);
      const bool relay = pending == Pends::kRelay;
      site.say(kFromB, relay_with(fields, relay ? "uuid-of-A" : "uuid-of-B"));
      check_heard<hbb::RelayResponse>(site, relay || (fields & 3) != 0);  // else it is a go-ahead
    }
  }
}

TEST_CASE("what says another id or another uuid than was asked answers nothing") {
  for (const Pends pending : kAllPending) {
    Site site;
    make_pending(site, pending);
    hbb::RelayResponse other_id = relay_answer("987654321"), other_uuid = relay_answer();
    site.say(kFromB, other_id);
    if (pending == Pends::kRelay) site.say(kFromB, other_uuid);
    hbb::PunchHoleSent sent = hole();
    sent.set_id("987654321");
    site.say(kFromB, sent);
    CHECK(site.ports.sent.empty());
    CHECK(site.last_refusal() == Reason::kNotPending);
  }
}

// ---- who searches for somebody who waits ----------------------------------------------------------------------------

hbb::PunchHoleSent hole_for_port(int port) { return hole("", "198.51.100.1:" + std::to_string(port)); }

TEST_CASE("a stranger who answers each of A's ports is cut off, told of once, and strips nobody of encryption") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  const jct_channel stranger = tcp_from("192.0.2.66:7000", 9);
  int cut_off = 0;
  for (int port = 1; port <= 65535; ++port) cut_off += site.say(stranger, hole_for_port(port)) == JCT_E_LIMIT ? 1 : 0;
  CHECK(cut_off == 65535 - 60);
  CHECK(site.last_refusal() == Reason::kTooManyAnswers);
  CHECK(site.ports.cut_off == 1);
  site.ports.time += 1s;
  site.puncher.tick();
  CHECK(site.ports.sent.empty());
}

TEST_CASE("B behind the address that is cut off is still heard from its own") {
  Site site;
  site.ask();
  site.ports.sent.clear();
  for (int port = 1; port <= 100; ++port) site.say(kFromB, hole_for_port(port));
  site.say(kFromB, hole());
  CHECK(site.heard<hbb::PunchHoleResponse>(1).pk() == signed_id());
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
  for (const std::string& bad : {std::string{}, std::string(17, 'x'), port_zero}) {
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
  CHECK(site.ports.refusals == std::vector<Reason>(6, Reason::kBadAddress));
  hbb::PunchHoleSent longer = hole();
  longer.set_socket_addr(std::string(19, 'x'));
  CHECK(site.say(kFromB, longer) == JCT_E_ARG);
  CHECK(site.last_refusal() == Reason::kMalformed);
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
  CHECK(answer.pk() == signed_id());
  CHECK(answer.relay_server() == "203.0.113.1:21117");
  CHECK(answer.refuse_reason().empty());
}

TEST_CASE("B's refusal to relay reaches A in B's words") {
  Site site;
  site.ask();
  site.say(tcp_from(kA, 4), relay_request());
  site.ports.sent.clear();
  hbb::RelayResponse no = relay_answer("");
  no.clear_uuid();
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

TEST_CASE("a RequestRelay that nobody asked for before is served at a limited rate, and one client has a part of it") {
  Site site;
  const auto refused = [&](const char* a) {
    site.say(tcp_from(a, 1), relay_request());
    CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason().find("not allowed") != std::string::npos);
    CHECK(site.last_refusal() == Reason::kNotAsked);
  };
  for (const char* a : {kA, "198.51.100.2:1"}) {
    site.say(tcp_from(a, 1), relay_request());
    site.heard<hbb::RequestRelay>(0);
    refused(a);
  }
  refused("198.51.100.3:1");
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
