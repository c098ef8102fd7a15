// SPDX-License-Identifier: Apache-2.0
// Tests of Puncher: who is told that it asks too often, and who may not even ask.
#include <doctest/doctest.h>

#include "holepunch/test_site.hpp"

namespace junctor::holepunch {
namespace {

Puncher::Bounds limited() {
  Puncher::Bounds out = bounds();
  out.rates.requests_per_address = 3;
  out.rates.requests_per_id = 6;
  out.rates.pushes_per_address = 8;
  return out;
}

TEST_CASE("an address that asks too often is told so, and others are served") {
  Site site{limited()};
  for (int i = 0; i < 3; ++i) site.ask();
  site.ports.sent.clear();
  site.ask();
  CHECK(site.heard<hbb::PunchHoleResponse>(1).other_failure() ==
        "Connection failed: too many requests; please wait a minute and try again");
  site.say(tcp_from(kA, 1), relay_request());
  CHECK_FALSE(site.heard<hbb::RelayResponse>(1).refuse_reason().empty());
  CHECK(site.ports.refusals == std::vector<Reason>(2, Reason::kTooManyRequests));
  site.ask(2, 0, "198.51.100.2:1");
  site.heard<hbb::PunchHole>(0);
}

TEST_CASE("an id that is asked for too often is not pushed to, whoever asks") {
  Site site{limited()};
  for (int i = 0; i < 6; ++i) site.ask(1, 0, "198.51.100." + std::to_string(i + 1) + ":1");
  CHECK(site.ports.sent.size() == 6);
  site.ports.sent.clear();
  site.ask(1, 0, "198.51.100.9:1");
  CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(1).other_failure().empty());
  CHECK(site.last_refusal() == Reason::kTooManyRequests);
}

TEST_CASE("who has not the site's key cannot use up what an id may have") {
  Site site{limited()};
  site.ports.key = "the site's key";
  for (int i = 0; i < 20; ++i) site.ask(1, 0, "198.51.100." + std::to_string(i + 1) + ":1");
  CHECK(site.ports.refusals == std::vector<Reason>(20, Reason::kWrongKey));
  site.ports.sent.clear();
  hbb::PunchHoleRequest request = Site::punch_request();
  request.set_licence_key("the site's key");
  site.say(tcp_from("203.0.113.50:1", 1), request);
  site.heard<hbb::PunchHole>(0);
}

TEST_CASE("an address is pushed to no faster than its limit, however many ids are registered there") {
  Site site{limited()};
  int refused = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string id = "victim-" + std::to_string(i);
    site.ports.peers[id] = {JCT_PEER_ONLINE, udp_from("203.0.113.99:" + std::to_string(1000 + i)), ""};
    site.ports.sent.clear();
    site.say(tcp_from("198.51.100." + std::to_string(i + 1) + ":1", 1), Site::punch_request(id));
    if (site.ports.sent.at(0).kind == wire::kKindOf<hbb::PunchHoleResponse>) ++refused;
  }
  CHECK(refused == 12);
  CHECK(site.ports.refusals == std::vector<Reason>(12, Reason::kTooManyPushes));
  CHECK(site.puncher.pending() == 8);
}

TEST_CASE("a RequestRelay that nobody asked for before is refused where the address may start nothing") {
  Site site;
  site.ports.key = "the site's key";
  site.say(tcp_from(kA, 1), relay_request());  // it carries no key, and that alone is no fault
  site.heard<hbb::RequestRelay>(0);
  site.ports.start_text = "This server does not serve your network.";
  site.ports.time += 1s;
  site.say(tcp_from(kA, 1), relay_request());
  CHECK(site.heard<hbb::RelayResponse>(1).refuse_reason().find("not allowed") != std::string::npos);
  CHECK(site.last_refusal() == Reason::kDenied);
}

TEST_CASE("a client that tries TCP and UDP at once has each answered on its own connection") {
  Site site;
  for (const char* udp_a : {"198.51.100.1:5001", kA}) {  // from two ports, and from one
    site.ask(1, 0, kA);
    site.ask(2, 7777, udp_a);
    site.ports.sent.clear();
    site.say(kFromB, hole());
    CHECK_FALSE(site.heard<hbb::PunchHoleResponse>(1).is_udp());
    site.say(udp_from("192.0.2.77:9000"), hole("1.2.3", udp_a));
    CHECK(site.heard<hbb::PunchHoleResponse>(2).is_udp());
    site.ports.time += 31s;
    site.puncher.tick();
    site.ports.sent.clear();
  }
}

}  // namespace
}  // namespace junctor::holepunch
