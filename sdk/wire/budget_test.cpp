// SPDX-License-Identifier: Apache-2.0
#include "wire/budget.hpp"

#include <doctest/doctest.h>

using junctor::wire::Budget;

namespace {

TEST_CASE("one client takes its share of the memory, and all together no more than there is") {
  Budget budget;
  const auto client = [](char name) { return Budget::Client{name}; };
  CHECK(budget.change(client('a'), 0, 40, 100, 40));
  CHECK_FALSE(budget.change(client('a'), 0, 1, 100, 40));  // of another of its sessions
  CHECK(budget.change(client('a'), 1, 0, 100, 40));
  CHECK(budget.change(client('b'), 0, 40, 100, 40));
  CHECK(budget.change(client('c'), 0, 20, 100, 40));
  CHECK_FALSE(budget.change(client('d'), 0, 1, 100, 40));
  CHECK(budget.change(client('d'), 1, 0, 100, 40));
  CHECK(budget.change(client('a'), 40, 0, 100, 40));
  CHECK(budget.change(client('d'), 0, 40, 100, 40));
  CHECK(budget.total() == 100);
  budget.give_back(client('d'), 40);
  CHECK(budget.total() == 60);
}

}  // namespace
