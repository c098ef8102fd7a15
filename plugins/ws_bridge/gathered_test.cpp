// SPDX-License-Identifier: Apache-2.0
#include "gathered.hpp"

#include <doctest/doctest.h>

using namespace junctor::ws_bridge;

namespace {

TEST_CASE("one client takes its share of the memory, and all together no more than there is") {
  Gathered gathered;
  const auto client = [](char name) { return Gathered::Client{name}; };
  CHECK(gathered.change(client('a'), 0, 40, 100, 40));
  CHECK_FALSE(gathered.change(client('a'), 0, 1, 100, 40));  // of another of its sessions
  CHECK(gathered.change(client('a'), 1, 0, 100, 40));
  CHECK(gathered.change(client('b'), 0, 40, 100, 40));
  CHECK(gathered.change(client('c'), 0, 20, 100, 40));
  CHECK_FALSE(gathered.change(client('d'), 0, 1, 100, 40));
  CHECK(gathered.change(client('d'), 1, 0, 100, 40));
  CHECK(gathered.change(client('a'), 40, 0, 100, 40));
  CHECK(gathered.change(client('d'), 0, 40, 100, 40));
  CHECK(gathered.total() == 100);
}

}  // namespace
