// SPDX-License-Identifier: Apache-2.0
// Task: what it runs, keeps and drops.
#include "loop/task.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>

using junctor::loop::Task;

TEST_CASE("a task runs what it was given and drops the capture exactly once") {
  auto alive = std::make_shared<int>(0);
  {
    Task task{[alive] { ++*alive; }};
    Task moved{std::move(task)};
    CHECK_FALSE(static_cast<bool>(task));
    CHECK(alive.use_count() == 2);
    moved();
    CHECK(*alive == 1);
    moved.reset();
    CHECK(alive.use_count() == 1);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a capture too large for the inside of a task works as well") {
  auto alive = std::make_shared<int>(0);
  std::array<char, 200> large{};
  large[199] = 7;
  Task task{[alive, large] { *alive = large[199]; }};
  Task other;
  other = std::move(task);
  other();
  CHECK(*alive == 7);
  other = Task{};
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a task may own what cannot be copied") {
  int got = 0;
  Task task{[value = std::make_unique<int>(5), &got] { got = *value; }};
  task();
  CHECK(got == 5);
}
