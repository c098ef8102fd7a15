// SPDX-License-Identifier: Apache-2.0
// LoopSet: threads, synchronous calls, barriers and an orderly end.
#include "loop/loop_set.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>

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
