// SPDX-License-Identifier: Apache-2.0
// The machine's clock is set by hours, either way, while the server runs: it says so, and nobody goes offline or is
// cut.
#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>

#include "site.hpp"

namespace junctor::site {
namespace {

constexpr int64_t kHour = 3600;

/// Starts servers whose wall clock it sets; all their other clocks are the machine's.
class ShiftedClock {
 public:
  ShiftedClock() { shift(0); }

  void shift(int64_t seconds) const {
    std::fstream file{path_, std::ios::binary | std::ios::in | std::ios::out};
    if (!file) file.open(path_, std::ios::binary | std::ios::out);
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
  }
  testing::ServerOptions options() const {
    testing::ServerOptions options;
    options.wrapper = {"env", "LD_PRELOAD=" JUNCTOR_TEST_SHIFTED_CLOCK, "JUNCTOR_TEST_CLOCK=" + path_};
    options.kernel = "warn_interval = \"100ms\"\n";
    return options;
  }

 private:
  testing::TempDir dir_;
  std::string path_ = dir_.file("offset");
};

void check_jump(Site& site, const ShiftedClock& clock, Device& device, int64_t to, const std::string& said) {
  CAPTURE(to);
  site.server().mark_log();
  clock.shift(to);
  CHECK(site.server().log_has("event=host.warning reason=clock_jumped", said));
  CHECK(device.beat(site) == false);
  CHECK(connects(site, device));
  CHECK(relays(site, "uuid-at-" + std::to_string(to)));
  CHECK(site.metric("rendezvous", "refused", "reason=uuid_mismatch") == 0);
}

TEST_CASE("a clock that is set by hours, either way, is told and disturbs nobody") {
  const ShiftedClock clock;
  Site site{"", clock.options()};
  site.start();
  REQUIRE(site.server().log_has("event=server.ready"));
  Device device{site, "127.0.0.3"};
  Device silent{site, "127.0.0.4"};  // counts for online_timeout by the clock that nobody sets
  REQUIRE(testing::eventually([&] { return site.metric("", "data_dir_free_bytes") > 0; }));  // it has looked once

  check_jump(site, clock, device, 5 * kHour, "18000 s forward");
  CHECK(connects(site, silent));
  check_jump(site, clock, device, -10 * kHour, "54000 s back");
  CHECK(connects(site, silent));
  check_jump(site, clock, device, 0, "36000 s forward");
  CHECK(site.metric("", "clock_jumps") == 3);
}

TEST_CASE("a clock that is behind the day of the build is told at the start") {
  const ShiftedClock clock;
  clock.shift(-20 * 365 * 24 * kHour);
  Site site{"", clock.options()};
  site.start();
  CHECK(site.server().log_has("event=host.warning reason=clock_before_build"));
  const Device device{site, "127.0.0.3"};
  clock.shift(0);
  CHECK(site.server().log_has("event=host.warning_over reason=clock_before_build"));
}

}  // namespace
}  // namespace junctor::site
