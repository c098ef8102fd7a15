// SPDX-License-Identifier: Apache-2.0
// EventLoop driven by hand.
#include "loop/event_loop.hpp"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace junctor::loop;
using namespace std::chrono_literals;

namespace {

struct Watched final : FdHandler {
  explicit Watched(EventLoop& owner) : loop{owner}, fd{eventfd(1, EFD_NONBLOCK)} { loop.watch(fd, EPOLLIN, this); }
  ~Watched() {
    loop.unwatch(fd, this);
    close(fd);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  void on_fd(uint32_t /*events*/) override {
    ++calls;
    if (victim != nullptr) victim->reset();
  }
  EventLoop& loop;
  int fd;
  int calls = 0;
  std::unique_ptr<Watched>* victim = nullptr;
};

}  // namespace

TEST_CASE("a handler destroyed by another of the same batch is not called") {
  EventLoop loop{0};
  auto a = std::make_unique<Watched>(loop);
  auto b = std::make_unique<Watched>(loop);
  a->victim = &b;
  b->victim = &a;
  loop.run_once(1s);
  CHECK((a == nullptr) != (b == nullptr));
  CHECK((a ? a : b)->calls == 1);
}

TEST_CASE("a turn runs events, timers, tasks, put-off work and gathering in this order") {
  FakeClock clock;
  EventLoop loop{0, clock};
  std::vector<int> order;
  struct Step {
    std::vector<int>& order;
    int number;
    void run() { order.push_back(number); }
    Deferred deferred = Deferred::of<&Step::run>(this);
    Timer timer = Timer::of<&Step::run>(this);
  };
  Step timer{order, 1};
  Step put_off{order, 3};
  Step last{order, 4};
  loop.at_turn_end(last.deferred);
  loop.at_turn_end(last.deferred);
  loop.defer(put_off.deferred);
  loop.post([&] { order.push_back(2); });
  loop.start(timer.timer, 1ms);
  clock.advance(2ms);
  loop.run_once(0ms);
  CHECK(order == std::vector<int>{1, 2, 3, 4});
  loop.run_once(0ms);
  CHECK(order.size() == 4);
}

TEST_CASE("work put off by put-off work waits for the next turn, which comes at once") {
  EventLoop loop{0};
  struct Again {
    EventLoop& loop;
    int runs = 0;
    void run() {
      if (++runs < 3) loop.defer(deferred);
    }
    Deferred deferred = Deferred::of<&Again::run>(this);
  } again{loop};
  loop.defer(again.deferred);
  loop.run_once(10s);
  CHECK(again.runs == 1);
  loop.run_once(10s);
  loop.run_once(10s);
  CHECK(again.runs == 3);
}

TEST_CASE("a post from another thread wakes a sleeping loop, and never runs inline") {
  EventLoop loop{7};
  std::thread thread{[&] { loop.run(); }};
  std::thread::id ran_on;
  bool was_current = false;
  CHECK(loop.post([&] {
    ran_on = std::this_thread::get_id();
    was_current = EventLoop::current() == &loop && loop.here();
    loop.stop();
  }));
  const auto expected = thread.get_id();
  thread.join();
  CHECK(ran_on == expected);
  CHECK(was_current);
  CHECK(EventLoop::current() == nullptr);
  CHECK_FALSE(loop.here());
  loop.adopt();
  CHECK(loop.here());
}

TEST_CASE("a timer of a real loop fires, never early") {
  EventLoop loop{0};
  struct Probe {
    Instant at;
    bool fired = false;
    void fire() {
      fired = true;
      at = SteadyClock::instance().now();
    }
    Timer timer = Timer::of<&Probe::fire>(this);
  } probe;
  const Instant begin = SteadyClock::instance().now();
  loop.start(probe.timer, 20ms);
  int turns = 0;
  while (!probe.fired && ++turns < 100) loop.run_once(10s);
  CHECK(probe.fired);
  CHECK(probe.at - begin >= 20ms);
  CHECK(turns < 10);
}

TEST_CASE("short timers fire in the order of their times, and a moved or cancelled one not at its old time") {
  FakeClock clock;
  EventLoop loop{0, clock};
  std::vector<int> order;
  struct Step {
    std::vector<int>& order;
    int number;
    void run() { order.push_back(number); }
    ShortTimer timer = ShortTimer::of<&Step::run>(this);
  };
  Step late{order, 3}, early{order, 1}, middle{order, 2}, moved{order, 4}, cancelled{order, 5};
  loop.start(late.timer, 300us);
  loop.start(early.timer, 100us);
  loop.start(moved.timer, 50us);
  loop.start(middle.timer, 200us);
  loop.start(cancelled.timer, 200us);
  loop.start(moved.timer, 400us);
  cancelled.timer.cancel();
  clock.advance(99us);
  loop.run_once(0ms);
  CHECK(order.empty());
  clock.advance(201us);
  loop.run_once(0ms);
  CHECK(order == std::vector<int>{1, 2, 3});
  CHECK(moved.timer.armed());
  clock.advance(100us);
  loop.run_once(0ms);
  CHECK(order.back() == 4);
}

TEST_CASE("a short timer started again by its callback waits for the next turn, and one may destroy another") {
  FakeClock clock;
  EventLoop loop{0, clock};
  struct Again {
    explicit Again(EventLoop& owner) : loop{owner} {}
    EventLoop& loop;
    int runs = 0;
    std::unique_ptr<Again> victim;
    void run() {
      ++runs;
      victim.reset();
      loop.start(timer, 0us);
    }
    ShortTimer timer = ShortTimer::of<&Again::run>(this);
  } again{loop};
  again.victim.reset(new Again{loop});
  loop.start(again.timer, 10us);
  loop.start(again.victim->timer, 10us);
  clock.advance(10us);
  loop.run_once(0ms);
  CHECK(again.runs == 1);
  loop.run_once(1h);
  CHECK(again.runs == 2);
}

TEST_CASE("a loop sleeps until a short timer is due, never early and without spinning") {
  EventLoop loop{0};
  struct Probe {
    int fired = 0;
    void fire() { ++fired; }
    ShortTimer timer = ShortTimer::of<&Probe::fire>(this);
  } probe;
  const Instant begin = SteadyClock::instance().now();
  int turns = 0;
  for (int i = 1; i <= 100; ++i) {
    loop.start(probe.timer, 200us);
    while (probe.fired < i && ++turns < 1000) loop.run_once(10s);
  }
  const Duration took = SteadyClock::instance().now() - begin;
  CHECK(probe.fired == 100);
  CHECK(took >= 20ms);
  CHECK(turns < 200);
}

TEST_CASE("the pulse shows a running turn and whose code it is") {
  EventLoop loop{0};
  CHECK(loop.pulse().turn_started.load() == 0);
  loop.post([&] {
    const BusyLabel label{loop, "relay"};
    CHECK(loop.pulse().turn_started.load() != 0);
    CHECK(std::string{loop.pulse().busy.load()} == "relay");
  });
  loop.run_once(0ms);
  CHECK(loop.pulse().turn_started.load() == 0);
  CHECK(loop.pulse().busy.load() == nullptr);
  CHECK(loop.pulse().turns.load() == 1);
}
