// SPDX-License-Identifier: Apache-2.0
// Tests of Puncher: what it learns from punches that failed, and from which it must not.
#include <doctest/doctest.h>

#include "holepunch/test_site.hpp"

namespace junctor::holepunch {
namespace {

constexpr auto kAgain = "198.51.100.1:5009";

/// The nat_type that B is told when A asks without offering UDP.
hbb::NatType pushed(Site& site, std::string_view a = kAgain) {
  site.ports.sent.clear();
  site.ask(7, 0, a);
  return site.heard<hbb::PunchHole>(0).nat_type();
}

/// A asks, B answers with a hole, A asks for the relay after 18 s.
void fail(Site& site, const hbb::PunchHoleRequest& request, const jct_channel& a = tcp_from(kA, 1),
          const jct_channel& b = kFromB) {
  site.say(a, request);
  site.say(b, hole());
  site.ports.time += 18s;
  site.say(tcp_from(kAgain, 4), relay_request());
}

TEST_CASE("after a TCP punch that ended in the relay the two addresses relay at once") {
  Site site;
  fail(site, Site::punch_request());
  CHECK(site.ports.notes == std::vector{Note::kLearned});
  CHECK(pushed(site) == hbb::SYMMETRIC);
  CHECK(pushed(site, "198.51.100.2:1") == hbb::ASYMMETRIC);
  site.ports.peers[kId].channel = udp_from("192.0.2.78:6000");
  CHECK(pushed(site) == hbb::ASYMMETRIC);
  site.ports.peers[kId].channel = udp_from(kB);
  site.ports.time += 6h;
  CHECK(pushed(site) == hbb::ASYMMETRIC);
}

TEST_CASE("a request that offers UDP is still punched") {
  Site site;
  fail(site, Site::punch_request());
  site.ports.sent.clear();
  site.ask(7, 4444, kAgain);
  const auto push = site.heard<hbb::PunchHole>(0);
  CHECK(push.nat_type() == hbb::ASYMMETRIC);
  CHECK(push.udp_port() == 4444);
}

TEST_CASE("nothing is learned from a forced relay, a symmetric NAT, UDP, or an A on WebSocket") {
  hbb::PunchHoleRequest forced = Site::punch_request(), symmetric = Site::punch_request(), udp = Site::punch_request();
  forced.set_force_relay(true);
  symmetric.set_nat_type(hbb::SYMMETRIC);
  udp.set_udp_port(4444);
  for (const auto& request : {forced, symmetric, udp}) {
    Site site;
    fail(site, request);
    CHECK(site.puncher.learned().size() == 0);
  }
  Site by_udp;
  fail(by_udp, udp, tcp_from(kA, 1), udp_from("192.0.2.77:9000"));
  CHECK(by_udp.puncher.learned().size() == 0);
  Site web;
  jct_channel ws = tcp_from(kA, 1);
  ws.transport = JCT_CHANNEL_WS;
  fail(web, Site::punch_request(), ws);
  CHECK(web.puncher.learned().size() == 0);
}

TEST_CASE("nothing is learned where B did not punch, or A asks for the relay too late") {
  Site site;
  site.ask();
  site.say(kFromB, relay_answer());
  site.say(tcp_from(kAgain, 4), relay_request());
  site.ask();
  site.say(kFromB, hole());
  site.ports.time += 31s;
  site.say(tcp_from(kAgain, 4), relay_request());
  CHECK(site.puncher.learned().size() == 0);
  CHECK(pushed(site) == hbb::ASYMMETRIC);
}

TEST_CASE("an A that is refused at once, as B listens a moment later, and goes to the relay is punched the next time") {
  Site site;
  for (int i = 0; i < 15; ++i) {
    CHECK(pushed(site) == hbb::ASYMMETRIC);
    hbb::PunchHoleSent answer = hole("1.2.3", kAgain);
    site.say(kFromB, answer);
    site.ports.time += 100ms;
    site.say(tcp_from(kAgain, 4), relay_request());
    site.ports.time += 60s;
    site.puncher.tick();
  }
}

TEST_CASE("a RequestRelay that is refused teaches nothing") {
  Site site;
  site.ask();
  site.say(kFromB, hole());
  site.ports.peers[kId].state = JCT_PEER_OFFLINE;
  site.say(tcp_from(kAgain, 4), relay_request());
  CHECK(site.puncher.learned().size() == 0);
}

}  // namespace
}  // namespace junctor::holepunch
