// SPDX-License-Identifier: Apache-2.0
// WorkerPool: its bound and its end.
#include "loop/worker_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>

using namespace junctor::loop;

TEST_CASE("work goes on with new threads where one does not come back") {
  std::promise<void> go;
  std::promise<void> other;
  WorkerPool pool{1, 2};
  REQUIRE(pool.submit([gate = go.get_future().share()] { gate.wait(); }));
  REQUIRE(pool.submit([&other] { other.set_value(); }));
  pool.reinforce(1);
  other.get_future().wait();
  go.set_value();
  pool.stop();
}

TEST_CASE("a full queue refuses and drops, and a stop finishes what was taken") {
  std::promise<void> begun;
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  std::atomic<int> ran{0};
  auto alive = std::make_shared<int>(0);
  WorkerPool pool{1, 2};
  REQUIRE(pool.submit([&begun, gate, &ran] {
    begun.set_value();
    gate.wait();
    ++ran;
  }));
  begun.get_future().wait();
  CHECK(pool.submit([&ran] { ++ran; }));
  CHECK(pool.submit([&ran] { ++ran; }));
  CHECK(pool.waiting() == 2);
  CHECK_FALSE(pool.submit([alive] { ++*alive; }));
  CHECK(alive.use_count() == 1);
  CHECK(pool.refused() == 1);
  go.set_value();
  pool.stop();
  CHECK(ran == 3);
  CHECK_FALSE(pool.submit([&ran] { ++ran; }));
}
