// SPDX-License-Identifier: Apache-2.0
// LoopSet: threads, synchronous calls, barriers and an orderly end.
#include "loop/loop_set.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

using namespace junctor::loop;

TEST_CASE("run_on runs on that loop's thread and waits") {
  LoopSet loops{3};
  loops.start();
  for (uint32_t i = 0; i < loops.count(); ++i) {
    uint32_t index = EventLoop::kNoIndex;
    loops.run_on(i, [&] { index = EventLoop::current()->index(); });
    CHECK(index == i);
  }
  loops.stop();
  CHECK(loops.at(0).here());
  bool inline_now = false;
  loops.run_on(0, [&] { inline_now = true; });
  CHECK(inline_now);
}

TEST_CASE("a barrier returns after the put-off work of the turn that was running") {
  LoopSet loops{2};
  loops.start();
  struct Late {
    int runs = 0;
    void run() { ++runs; }
    Deferred deferred = Deferred::of<&Late::run>(this);
  } late;
  for (int i = 1; i <= 100; ++i) {
    loops.at(1).post([&] { loops.at(1).at_turn_end(late.deferred); });
    loops.barrier();
    REQUIRE(late.runs == i);
  }
}

TEST_CASE("a loop that a callback holds is not waited for beyond the patience, and the others serve on") {
  LoopSet loops{2};
  loops.start();
  loops.set_patience(std::chrono::milliseconds{50});
  std::promise<void> begun;
  std::promise<void> go;
  const auto shared = std::make_shared<std::atomic<int>>(0);
  // The callback itself: it owns what it uses, and nobody waits for its end.
  CHECK_FALSE(loops.run_owned_on(0, [&begun, shared, gate = go.get_future().share()] {
    begun.set_value();
    gate.wait();
    ++*shared;
  }));
  begun.get_future().wait();
  int never = 0;
  CHECK_FALSE(loops.run_on(0, [&never] { ++never; }));
  CHECK_FALSE(loops.barrier());
  int other = 0;
  CHECK(loops.run_on(1, [&other] { ++other; }));
  CHECK(other == 1);
  go.set_value();
  loops.set_patience(std::chrono::minutes{1});
  CHECK(loops.barrier());
  CHECK(*shared == 1);
  CHECK(never == 0);
}

TEST_CASE("what has begun on a loop is waited for: it may use what the caller has") {
  LoopSet loops{1};
  loops.start();
  loops.set_patience(std::chrono::milliseconds{20});
  std::promise<void> begun;
  std::promise<void> go;
  std::thread later{[&] {
    begun.get_future().wait();
    std::this_thread::sleep_for(std::chrono::milliseconds{60});
    go.set_value();
  }};
  bool ran = false;
  CHECK(loops.run_on(0, [&] {
    begun.set_value();
    go.get_future().wait();
    ran = true;
  }));
  CHECK(ran);
  later.join();
}

TEST_CASE("what was posted before the stop runs, what comes after is dropped") {
  auto alive = std::make_shared<std::atomic<int>>(0);
  LoopSet loops{2};
  loops.start();
  for (int i = 0; i < 1000; ++i) {
    loops.at(0).post([alive, &loops] { loops.at(1).post([alive] { ++*alive; }); });
  }
  loops.stop();
  CHECK(*alive == 1000);
  CHECK_FALSE(loops.at(0).post([alive] { ++*alive; }));
  CHECK(alive.use_count() == 1);
}
