// SPDX-License-Identifier: Apache-2.0
// soak MINUTES [SEED]: churn of devices on a whole server, with reloads and restarts of plugins meanwhile. Exit code 1
// with what was wrong; the figures are printed each minute.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "population.hpp"

namespace junctor::soak {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr int kDevices = 150;
constexpr wire::Millis kOnlineTimeout{12'000};
/// The same on any machine and beside any other test: what waits and what is remembered grows with it.
constexpr std::chrono::microseconds kStep{2000};
/// Requests wait for 30 s: from then on their table does not grow.
constexpr int kSettled = 40;
/// What a leak would show within a minute; sanitizers keep what was freed.
constexpr int64_t kMoreMemoryKib = testing::kBuildScale > 1 ? 400'000 : 6'000;

std::string conf(int variant) {
  return "[rendezvous]\nonline_timeout = \"12s\"\nlimit_new_unproven = 0\nmessage_max = " +
         std::string{variant % 2 == 0 ? "\"64KiB\"" : "\"65KiB\""} +
         "\n[holepunch]\nlimit_requests_per_id = 0\nmax_pending = 1000000\n" + "auth_timeout = \"" +
         std::to_string(5 + variant / 2 % 2) + "s\"\n";
}

void report(Site& site, const Population::Tally& tally, int64_t kib) {
  std::cout << "connected " << tally.connected << ", refused as offline " << tally.refused << ", moved " << tally.moved
            << ", left " << tally.left << ", states checked " << tally.states << ", repeated requests "
            << tally.repeated << "; memory " << kib << " KiB, channels " << site.metric("rendezvous", "channels")
            << std::endl;
}

void run(int minutes, uint32_t seed) {
  Site site{conf(0)};
  site.start();
  Population population{site, kDevices, seed, kOnlineTimeout};
  const auto begin = Clock::now(), end = begin + std::chrono::minutes{minutes};
  auto next_second = begin, next_step = begin;
  int second = 0, reloads = 0;
  int64_t settled_kib = 0;
  while (Clock::now() < end) {
    population.step();
    // Those behind time are not made up for: a reload would be followed by a burst.
    next_step = std::max(next_step + kStep, Clock::now());
    std::this_thread::sleep_until(next_step);
    if (Clock::now() < next_second) continue;
    next_second = Clock::now() + seconds{1};
    ++second;
    population.live();
    if (second % 5 == 0) population.check_states();
    if (second % 7 == 0) {
      site.server().conf("90-test", conf(++reloads));
      site.server().reload();
    }
    if (second == kSettled) settled_kib = site.memory_kib();
    if (second % 60 == 0) report(site, population.tally(), site.memory_kib());
  }
  const int64_t kib = site.memory_kib();
  report(site, population.tally(), kib);
  std::cout << "reloads " << reloads << ", memory since the 40th second " << kib - settled_kib << " KiB" << std::endl;
  if (population.tally().connected < 50) throw Fault{"hardly anybody was connected"};
  if (settled_kib > 0 && kib - settled_kib > kMoreMemoryKib) throw Fault{"memory grows"};
  if (site.server().stop() != 0) throw Fault{"the server did not end well"};
}

}  // namespace
}  // namespace junctor::soak

int main(int argc, char** argv) {
  const int minutes = argc > 1 ? std::atoi(argv[1]) : 0;
  if (minutes <= 0) {
    std::cerr << "usage: soak MINUTES [SEED]\n";
    return 2;
  }
  const uint32_t seed = argc > 2 ? static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)) : std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  try {
    junctor::soak::run(minutes, seed);
  } catch (const std::exception& fault) {
    std::cerr << "soak: " << fault.what() << std::endl;
    return 1;
  }
  return 0;
}
