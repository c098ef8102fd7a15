// SPDX-License-Identifier: Apache-2.0
// TimerWheel under a clock turned by hand.
#include "loop/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <vector>

using namespace junctor::loop;
using namespace std::chrono_literals;

namespace {

struct Probe {
  explicit Probe(FakeClock& time) : clock{time} {}
  void fire() {
    ++fired;
    at = clock.now();
  }
  FakeClock& clock;
  int fired = 0;
  Instant at;
  Instant due;
  Timer timer = Timer::of<&Probe::fire>(this);
};

/// Advances as a loop does: to the next wake-up, no further than `until`. Returns how often it woke.
int sleep_through(FakeClock& clock, TimerWheel& wheel, Instant until) {
  int wakeups = 0;
  for (auto next = wheel.next_wakeup(); next && *next <= until; next = wheel.next_wakeup()) {
    if (*next > clock.now()) clock.advance(*next - clock.now());
    wheel.advance(clock.now());
    ++wakeups;
  }
  if (until > clock.now()) clock.advance(until - clock.now());
  wheel.advance(clock.now());
  return wakeups;
}

}  // namespace

TEST_CASE("a timer fires within a millisecond after its time and never before it") {
  FakeClock clock;
  TimerWheel wheel{clock.now()};
  clock.advance(300us);
  Probe probe{clock};
  wheel.start(probe.timer, clock.now() + 10ms);
  clock.advance(9999us);
  wheel.advance(clock.now());
  CHECK(probe.fired == 0);
  clock.advance(1ms);
  wheel.advance(clock.now());
  CHECK(probe.fired == 1);
  CHECK_FALSE(probe.timer.armed());
  CHECK(wheel.armed() == 0);
}

TEST_CASE("timers at any distance fire once, on time, and the sleeper wakes a few times only") {
  FakeClock clock;
  TimerWheel wheel{clock.now()};
  for (const Duration delay : {Duration{1ms}, Duration{63ms}, Duration{64ms}, Duration{65ms}, Duration{4095ms},
                               Duration{4096ms}, Duration{30s}, Duration{1h}, Duration{24h * 400}}) {
    Probe probe{clock};
    const Instant due = clock.now() + delay;
    wheel.start(probe.timer, due);
    const int wakeups = sleep_through(clock, wheel, due + 1ms);
    CHECK(probe.fired == 1);
    CHECK(probe.at >= due);
    CHECK(probe.at <= due + 1ms);
    CHECK(wakeups == 1);
  }
}

TEST_CASE("ten thousand random timers, some cancelled and moved, fire exactly once and in order of time") {
  FakeClock clock;
  TimerWheel wheel{clock.now()};
  std::mt19937 random{42};
  std::uniform_int_distribution<int64_t> distance{0, 500'000'000'000};
  std::vector<std::unique_ptr<Probe>> probes;
  for (int i = 0; i < 10'000; ++i) {
    auto& probe = probes.emplace_back(std::make_unique<Probe>(clock));
    for (int moves = 0; moves <= i % 2; ++moves) {
      probe->due = clock.now() + Duration{distance(random)};
      wheel.start(probe->timer, probe->due);
    }
    if (i % 5 == 0) probe->timer.cancel();
    clock.advance(Duration{distance(random) / 100'000});
  }
  sleep_through(clock, wheel, clock.now() + 600s);
  int wrong = 0;
  for (size_t i = 0; i < probes.size(); ++i) {
    const Probe& probe = *probes[i];
    if (i % 5 == 0) {
      wrong += probe.fired != 0 ? 1 : 0;
    } else if (probe.fired != 1 || probe.at < probe.due) {
      ++wrong;
    }
  }
  CHECK(wrong == 0);
  CHECK(wheel.armed() == 0);
  CHECK_FALSE(wheel.next_wakeup().has_value());
}

TEST_CASE("a callback may start its timer again, cancel another that is due, and destroy itself") {
  FakeClock clock;
  TimerWheel wheel{clock.now()};
  struct Cast {
    TimerWheel& wheel;
    FakeClock& clock;
    int again = 0;
    int victim = 0;
    void on_again() {
      ++again;
      doomed.cancel();
      if (again < 3) wheel.start(repeat, clock.now() + 5ms);
    }
    void on_victim() { ++victim; }
    Timer repeat = Timer::of<&Cast::on_again>(this);
    Timer doomed = Timer::of<&Cast::on_victim>(this);
  } cast{wheel, clock};
  wheel.start(cast.repeat, clock.now() + 5ms);
  wheel.start(cast.doomed, clock.now() + 5ms);

  auto* suicide = new std::unique_ptr<Timer>;
  *suicide = std::make_unique<Timer>([](void* self) { delete static_cast<std::unique_ptr<Timer>*>(self); }, suicide);
  wheel.start(**suicide, clock.now() + 5ms);

  for (int i = 0; i < 20; ++i) {
    clock.advance(1ms);
    wheel.advance(clock.now());
  }
  CHECK(cast.again == 3);
  CHECK(cast.victim == 0);
  CHECK(wheel.armed() == 0);
}

TEST_CASE("a timer that dies is not called and leaves no wake-up behind") {
  FakeClock clock;
  TimerWheel wheel{clock.now()};
  {
    Probe probe{clock};
    wheel.start(probe.timer, clock.now() + 3s);
    CHECK(wheel.next_wakeup().has_value());
  }
  CHECK_FALSE(wheel.next_wakeup().has_value());
  CHECK(wheel.armed() == 0);
}
