// SPDX-License-Identifier: Apache-2.0
// Tests of Puncher: the flows of protocol.md 6.4 and 6.5, message by message.
#include <doctest/doctest.h>

#include "holepunch/test_site.hpp"

namespace junctor::holepunch {
namespace {

// ---- requests -------------------------------------------------------------------------------------------------------

TEST_CASE("a request is pushed to B at its registered address, with all that A said") {
  Site site;
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_udp_port(7777);
  request.set_force_relay(true);
  request.set_upnp_port(8888);
  request.set_socket_addr_v6(encoded("[2001:db8::1]:9"));
  CHECK(site.say(tcp_from(kA, 1), request) == JCT_OK);
  CHECK(site.ports.sent.at(0).to.transport == JCT_CHANNEL_UDP);
  const auto push = site.heard<hbb::PunchHole>(0);
  CHECK(decoded(push.socket_addr()) == kA);
  CHECK(push.nat_type() == hbb::ASYMMETRIC);
  CHECK(push.udp_port() == 7777);
  CHECK(push.force_relay());
  CHECK(push.upnp_port() == 8888);
  CHECK(decoded(push.socket_addr_v6()) == "[2001:db8::1]:9");
  CHECK(push.relay_server() == "203.0.113.2:21117");
}

TEST_CASE("a peer that may have moved is pushed to at both places, a relay request too") {
  Site site;
  site.ports.peers[kId].also = udp_from("192.0.2.77:6000", "203.0.113.2:21116");
  const auto places = [&] {
    std::vector<std::string> all;
    for (const Sent& sent : site.ports.sent) all.push_back(wire::from_abi(sent.to.peer).text());
    CHECK(site.ports.sent.at(0).bytes == site.ports.sent.at(1).bytes);
    site.ports.sent.clear();
    return all;
  };
  const std::vector<std::string> both{kB, "192.0.2.77:6000"};
  site.say(tcp_from(kA, 1), Site::punch_request());
  CHECK(places() == both);
  hbb::RequestRelay request;
  request.set_id(kId);
  request.set_uuid("uuid");
  request.set_relay_server("relay.example.org");
  site.say(tcp_from(kA, 2), request);
  CHECK(places() == both);
}

TEST_CASE("peers behind one address are asked for B's local address") {
  Site site;
  site.ask(1, 0, "192.0.2.77:5000");
  const auto push = site.heard<hbb::FetchLocalAddr>(0);
  CHECK(decoded(push.socket_addr()) == "192.0.2.77:5000");
  CHECK(push.relay_server() == "203.0.113.2:21117");
}

TEST_CASE("a wrong key is LICENSE_MISMATCH, before anything is looked up") {
  Site site;
  site.ports.key = "the site's key";
  site.say(tcp_from(kA, 1), Site::punch_request("nobody"));
  const auto answer = site.heard<hbb::PunchHoleResponse>(1);
  CHECK(answer.failure() == hbb::PunchHoleResponse::LICENSE_MISMATCH);
  CHECK(answer.other_failure().empty());
  CHECK(site.last_refusal() == Reason::kWrongKey);
}

TEST_CASE("another denial is told in words") {
  Site site;
  site.ports.reach_text = "This computer may not be reached now";
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).other_failure() ==
        "Connection not allowed: This computer may not be reached now");
  CHECK(site.ports.kinds == std::vector<uint32_t>{JCT_AUTH_START, JCT_AUTH_REACH});
}

TEST_CASE("unknown and offline ids are told at once") {
  Site site;
  site.say(tcp_from(kA, 1), Site::punch_request("nobody"));
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
  site.ports.peers[kId].state = JCT_PEER_OFFLINE;
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::OFFLINE);
  CHECK(site.ports.refusals == std::vector{Reason::kUnknownId, Reason::kOffline});
}

TEST_CASE("when peers cannot be looked up A is told in words") {
  Site site;
  for (const jct_status status : {JCT_E_IO, JCT_E_LIMIT}) {
    site.ports.lookup_status = status;
    site.ask();
    CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(1).other_failure().empty());
    CHECK(site.last_refusal() == Reason::kStorage);
  }
}

TEST_CASE("a B whose connection has just gone is offline") {
  Site site;
  site.ports.udp_gone = true;
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).failure() == hbb::PunchHoleResponse::OFFLINE);
}

TEST_CASE("a request by UDP is dropped: nothing goes to B, nothing to whoever is named as its sender") {
  Site site;
  CHECK(site.say(udp_from(kA), Site::punch_request()) == JCT_OK);
  CHECK(site.say(udp_from(kA), relay_request()) == JCT_OK);
  CHECK(site.ports.sent.empty());
  CHECK(site.ports.refusals == std::vector{Reason::kTransport, Reason::kTransport});
}

TEST_CASE("a request with an impossible IPv6 address is dropped") {
  Site site;
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_socket_addr_v6(std::string(17, 'x'));
  site.say(tcp_from(kA, 1), request);
  CHECK(site.ports.sent.empty());
  CHECK(site.last_refusal() == Reason::kBadAddress);
}

TEST_CASE("what is no message of its kind closes the connection") {
  Site site;
  const std::string garbage = "\x0A\xFF\xFF\xFF";
  CHECK(site.puncher.punch_hole_request(tcp_from(kA, 1), garbage) < 0);
  CHECK(site.puncher.request_relay(tcp_from(kA, 1), garbage) < 0);
  CHECK(site.puncher.answered<hbb::PunchHoleSent>(kFromB, garbage) < 0);
  CHECK(site.puncher.answered<hbb::LocalAddr>(kFromB, garbage) < 0);
  CHECK(site.puncher.answered<hbb::RelayResponse>(kFromB, garbage) < 0);
  CHECK(site.ports.sent.empty());
}

TEST_CASE("beyond the bound on pending requests A is told that the server is busy") {
  Site site{1};
  site.ask(1);
  site.ports.sent.clear();
  site.ask(2, 0, "198.51.100.9:1");
  CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(2).other_failure().empty());
  CHECK(site.last_refusal() == Reason::kFull);
}

TEST_CASE("a repeated request is pushed again, and each gets its answer") {
  Site site;
  for (int i = 0; i < 3; ++i) {
    site.ask();
    site.heard<hbb::PunchHole>(0);
    site.say(kFromB, hole());
    site.heard<hbb::PunchHoleResponse>(1);
  }
  CHECK(site.puncher.pending() == 1);
}

}  // namespace
}  // namespace junctor::holepunch
