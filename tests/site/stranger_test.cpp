// SPDX-License-Identifier: Apache-2.0
// What a stranger can do to a device by datagrams in its name: the device is reached, before, meanwhile and afterwards.
#include <doctest/doctest.h>

#include <vector>

#include "site.hpp"

namespace junctor::site {
namespace {

constexpr const char* kB = "127.0.0.3";
constexpr const char* kStranger = "127.0.0.9";

TEST_CASE("heartbeats in a device's name, from ports of its own address, do not silence it") {
  Site site;
  site.start();
  Device b{site, kB};
  std::vector<wire::UdpClient> forged;
  for (int i = 0; i < 8; ++i) {
    forged.push_back(Site::datagrams(kB));
    for (wire::UdpClient& one : forged) beat(one, site.at(), b.peer());
    REQUIRE(connects(site, b));
  }
  CHECK(b.beat(site) == false);
  CHECK(connects(site, b));
}

TEST_CASE("a device whose port has changed is reached at once, and asked for its key where somebody else writes too") {
  Site site;
  site.start();
  Device b{site, kB};
  wire::UdpClient moved = Site::datagrams(kB);
  CHECK(beat(moved, site.at(), b.peer()) == false);
  wire::TcpClient a = site.dial(kStranger);
  a.send(punch_request(site, b.id()));
  const auto pushed = moved.receive(testing::patient(wire::kPatience));
  REQUIRE(pushed);
  CHECK(pushed->message.has_punch_hole());
  CHECK(b.pushed().has_punch_hole());

  wire::UdpClient third = Site::datagrams(kB);
  CHECK(beat(third, site.at(), b.peer()) == true);
  CHECK(register_once(third, site.at(), b.peer().register_pk()) == hbb::RegisterPkResponse::OK);
  CHECK(beat(third, site.at(), b.peer()) == false);
}

}  // namespace
}  // namespace junctor::site
