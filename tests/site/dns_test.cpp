// SPDX-License-Identifier: Apache-2.0
// The name server falls silent: a relay that is named keeps the address that was found last, and no loop waits.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "disk.hpp"
#include "fake_dns.hpp"
#include "site.hpp"

namespace junctor::site {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string relay_state(Site& site) {
  const auto row = site.server().ctl("relays").row("name", "named");
  return row.isNull() ? "" : row->getValue<std::string>("state");
}

/// The slowest of some heartbeats.
Millis slowest_beat(Site& site, Device& device) {
  Millis slowest{0};
  for (int i = 0; i < 50; ++i) {
    const auto begin = SteadyClock::now();
    CHECK(device.beat(site) == false);
    slowest = std::max(slowest, std::chrono::duration_cast<Millis>(SteadyClock::now() - begin));
  }
  return slowest;
}

TEST_CASE("a name server that falls silent holds no loop up, and a relay keeps its last address") {
  if (const std::string why = Disk::missing(); !why.empty()) {
    if (std::getenv("CI") != nullptr) FAIL(why);
    MESSAGE("skipped: ", why);
    return;
  }
  const FileInstead resolv{"/etc/resolv.conf", std::string{"nameserver "} + FakeDns::kAddress + "\n"};
  FakeDns dns;
  Site site;
  site.server().conf(
      "95-relay",
      "[holepunch]\nhealth_interval = \"1s\"\n[[holepunch.relay]]\nname = \"named\"\naddress = \"relay.test:" +
          std::to_string(site.server().port(1)) +
          "\"\ncheck_address = \"relay.test:" + std::to_string(site.server().port(1)) + "\"\n");
  site.start();
  REQUIRE(testing::eventually([&] { return relay_state(site) == "up"; }));
  Device device{site, "127.0.0.3"};

  dns.fall_silent();
  REQUIRE(testing::eventually([&] { return dns.unanswered() > 0; }));
  const Millis slowest = slowest_beat(site, device);
  MESSAGE("while a look-up hangs the slowest heartbeat took ", slowest.count(), " ms");
  CHECK(slowest < testing::patient(Millis{1000}));
  CHECK(connects(site, device));
  // glibc gives up after some seconds, twice: the next look-up is under way by then.
  REQUIRE(testing::eventually([&] { return dns.unanswered() > 6; }, Millis{60'000}));
  CHECK(relay_state(site) == "up");
  CHECK(ask_for(site, "never-registered").failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
  CHECK_FALSE(site.server().log_has("holepunch.relay_down", Millis{0}));
  CHECK_FALSE(site.server().log_has("loop.stalled", Millis{0}));
}

}  // namespace
}  // namespace junctor::site
