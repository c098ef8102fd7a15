// SPDX-License-Identifier: Apache-2.0
// 100,000 relay sessions whose two sides arrive in the same instant: every one is paired (protocol.md 6.5).
#include <doctest/doctest.h>

#include <chrono>

#include "site.hpp"
#include "storm.hpp"

namespace junctor::site {
namespace {

// A session is two descriptors of the server and two of the test, and a process has 20,000.
constexpr int kWave = 2000;

wire::Address host(int wave, uint8_t side) {
  return wire::Address::v4({127, 1, side, static_cast<uint8_t>(1 + wave % 250)}, 0);
}

TEST_CASE("both sides of 100,000 relay sessions arrive in the same instant, and every one is paired") {
  testing::ServerOptions options;
  options.workers = 4;  // more loops, more ways for two sides to miss each other
  Site site{"", options};
  site.start();
  const int total = testing::scaled(testing::scaled(100'000));
  const auto begin = std::chrono::steady_clock::now();
  size_t lost_sides = 0;
  int waves = 0;
  for (int done = 0; done < total; done += kWave, ++waves) {
    Storm storm;
    storm.relay = site.at(1);
    storm.key = site.key();
    storm.first_session = static_cast<uint64_t>(done);
    storm.sessions = static_cast<size_t>(std::min(kWave, total - done));
    storm.a = host(waves, 1);
    storm.b = host(waves, 2);
    lost_sides += run(storm);
    if (lost_sides > 0) break;
    // The descriptors of one wave are free before the next one comes.
    CHECK(testing::eventually([&] { return site.metric("relay", "sessions") == 0; }));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  MESSAGE(total, " sessions in ", waves, " waves, ", seconds, " s, ", total / seconds, " a second, server CPU ",
          site.server().cpu_seconds(), " s, sides without their partner: ", lost_sides);
  CHECK(lost_sides == 0);
  CHECK(site.metric("relay", "paired") == total);
  CHECK(site.metric("relay", "waiting") == 0);
}

}  // namespace
}  // namespace junctor::site
