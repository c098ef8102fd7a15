// SPDX-License-Identifier: Apache-2.0
// TaskQueue: order, refusal, and that no wake-up is lost.
#include "loop/task_queue.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <unistd.h>

#include <memory>
#include <thread>
#include <vector>

using namespace junctor::loop;

TEST_CASE("tasks run in order, and one posted by a task waits for the next round") {
  TaskQueue queue;
  std::vector<int> ran;
  queue.push([&] {
    ran.push_back(1);
    queue.push([&] { ran.push_back(3); });
  });
  queue.push([&] { ran.push_back(2); });
  CHECK(queue.run() == 2);
  CHECK(ran == std::vector<int>{1, 2});
  CHECK(queue.run() == 1);
  CHECK(ran == std::vector<int>{1, 2, 3});
}

TEST_CASE("a closed queue drops what is pushed") {
  TaskQueue queue;
  auto alive = std::make_shared<int>(0);
  queue.close();
  CHECK_FALSE(queue.push([alive] { ++*alive; }));
  CHECK(alive.use_count() == 1);
  CHECK(queue.run() == 0);
}

TEST_CASE("four producers wake a sleeping consumer for every one of their tasks") {
  TaskQueue queue;
  constexpr int kEach = 5000;
  int ran = 0;
  std::vector<std::thread> producers;
  for (int i = 0; i < 4; ++i) {
    producers.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) queue.push([&ran] { ++ran; });
    });
  }
  while (ran < 4 * kEach) {
    if (queue.may_sleep()) {
      pollfd fd{queue.fd(), POLLIN, 0};
      REQUIRE(poll(&fd, 1, 10'000) == 1);
      uint64_t count = 0;
      REQUIRE(read(queue.fd(), &count, sizeof count) == sizeof count);
    }
    queue.awake();
    queue.run();
  }
  for (auto& producer : producers) producer.join();
  CHECK(ran == 4 * kEach);
  CHECK(queue.posted() == 4 * kEach);
}
