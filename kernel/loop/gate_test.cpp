// SPDX-License-Identifier: Apache-2.0
// Gate: counting, refusing, and telling when the last has left.
#include "loop/gate.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <vector>

using namespace junctor::loop;

TEST_CASE("a closed gate refuses, and when_empty runs when the last token leaves") {
  Gate gate;
  Gate::Token a = gate.enter();
  Gate::Token b = gate.enter();
  CHECK(a);
  CHECK(gate.in_flight() == 2);
  bool empty = false;
  gate.when_empty([&] { empty = true; });
  CHECK_FALSE(gate.enter());
  a.leave();
  CHECK_FALSE(empty);
  Gate::Token moved = std::move(b);
  CHECK_FALSE(empty);
  moved.leave();
  CHECK(empty);
}

TEST_CASE("when_empty of an empty gate runs at once") {
  Gate gate;
  bool empty = false;
  gate.when_empty([&] { empty = true; });
  CHECK(empty);
  CHECK(gate.closed());
}

TEST_CASE("the last of many threads may destroy the gate") {
  for (int round = 0; round < 50; ++round) {
    auto* gate = new Gate;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([token = gate->enter()]() mutable { token.leave(); });
    gate->when_empty([gate] { delete gate; });
    for (auto& thread : threads) thread.join();
  }
}
