// SPDX-License-Identifier: Apache-2.0
#include "watch/host/warnings.hpp"

#include <doctest/doctest.h>

namespace junctor::host {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kBuilt = 400'000h;

/// A machine that is well, and whose clocks are turned by hand.
struct Machine {
  Facts facts{int64_t{10} << 30, 65536, kBuilt + 1000h, 100h, true};
  Limits limits{int64_t{256} << 20, 1min, 4096};
  Warnings warnings{kBuilt};

  std::vector<Warning> after(Nanos time) {
    facts.wall += time;
    facts.uptime += time;
    return warnings.look(facts, limits);
  }
  /// The words of what is told, "-" before what is over.
  std::string told(Nanos time = 1min) {
    std::string out;
    for (const Warning& one : after(time)) {
      out += (out.empty() ? "" : " ") + std::string{one.over ? "-" : ""} + word(one.reason);
      CHECK(one.hint.empty() == one.over);
    }
    return out;
  }
};

TEST_CASE("of a machine that is well nothing is told") {
  Machine machine;
  CHECK(machine.told().empty());
  CHECK(machine.told().empty());
}

TEST_CASE("what is wrong is told when it begins, each day while it lasts, and when it is over") {
  Machine machine;
  machine.facts.disk_free = 255 << 20;
  CHECK(machine.told() == "disk_low");
  CHECK(machine.warnings.stands(Reason::kDiskLow));
  CHECK(machine.told().empty());
  CHECK(machine.told(23h).empty());
  CHECK(machine.told(1h) == "disk_low");
  machine.facts.disk_free = 256 << 20;
  CHECK(machine.told() == "-disk_low");
  CHECK_FALSE(machine.warnings.stands(Reason::kDiskLow));
  CHECK(machine.told().empty());
}

TEST_CASE("a firewall whose table fills up is told of, one that tracks nothing is not") {
  Machine machine;
  machine.limits.conntrack = 80;
  CHECK(machine.told().empty());
  machine.facts.tracked = 79'999;
  machine.facts.most_tracked = 100'000;
  CHECK(machine.told().empty());
  machine.facts.tracked = 80'000;
  CHECK(machine.told() == "conntrack_full");
  machine.facts.tracked = 10;
  CHECK(machine.told() == "-conntrack_full");
}

TEST_CASE("what comes and goes is told once an hour, and its end only where its beginning was") {
  Machine machine;
  for (int i = 0; i < 10; ++i) {
    machine.facts.disk_free = 1;
    CHECK(machine.told() == (i == 0 ? "disk_low" : ""));
    machine.facts.disk_free = int64_t{1} << 40;
    CHECK(machine.told() == (i == 0 ? "-disk_low" : ""));
  }
  machine.facts.disk_free = 1;
  CHECK(machine.told(1h) == "disk_low");
}

TEST_CASE("a disk that cannot be asked is no full one") {
  Machine machine;
  machine.facts.disk_free = -1;
  CHECK(machine.told().empty());
}

TEST_CASE("a clock that is set is noticed either way, each time, and what the machine slept is no jump") {
  Machine machine;
  machine.told();
  CHECK(machine.told(8h).empty());
  machine.facts.wall += 5h;
  CHECK(machine.after(1min)[0].detail == "the clock was set 18000 s forward");
  machine.facts.wall -= 5h;
  CHECK(machine.after(1min)[0].detail == "the clock was set 18000 s back");
  CHECK(machine.told().empty());
  machine.facts.wall += 59s;
  CHECK(machine.told().empty());
}

TEST_CASE("a clock that was already wrong at the start is known from the day of the build") {
  Machine machine;
  machine.facts.wall = kBuilt - 25h;
  CHECK(machine.told(0h) == "clock_before_build");
  machine.facts.wall = kBuilt - 23h;
  CHECK(machine.told(0h) == "-clock_before_build clock_jumped");
}

TEST_CASE("few descriptors and no IPv6 are told at once") {
  Machine machine;
  machine.facts.max_fds = 1024;
  machine.facts.has_ipv6 = false;
  CHECK(machine.told() == "few_descriptors no_ipv6");
}

TEST_CASE("a limit of 0 warns of nothing") {
  Machine machine;
  machine.limits = {};
  machine.facts.disk_free = 0;
  machine.facts.max_fds = 1;
  machine.told();
  machine.facts.wall += 1000h;
  CHECK(machine.told().empty());
}

}  // namespace
}  // namespace junctor::host
