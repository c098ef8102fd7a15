// SPDX-License-Identifier: Apache-2.0
// Handles that are stale, foreign or made up lead nowhere.
#include "api/handle_table.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace junctor::api;

namespace {

struct Thing {
  int value = 0;
};

Thing* find(const HandleTable<Thing>& table, jct_handle handle) {
  uint32_t loop = 0;
  return table.find(handle, &loop);
}

}  // namespace

TEST_CASE("a handle leads to its object and its loop until it is removed") {
  HandleTable<Thing> table{Kind::kTimer};
  Thing thing;
  const jct_handle handle = table.add(&thing, 3);
  CHECK(handle != 0);
  uint32_t loop = 0;
  CHECK(table.find(handle, &loop) == &thing);
  CHECK(loop == 3);
  table.set_loop(handle, 5);
  CHECK(table.find(handle, &loop) == &thing);
  CHECK(loop == 5);
  CHECK(table.size() == 1);
  table.remove(handle);
  CHECK(find(table, handle) == nullptr);
  CHECK(table.size() == 0);
  table.remove(handle);  // twice is once
  CHECK(table.size() == 0);
}

TEST_CASE("a slot that is used again has another handle") {
  HandleTable<Thing> table{Kind::kStream};
  Thing first;
  Thing second;
  const jct_handle old = table.add(&first, 0);
  table.remove(old);
  const jct_handle now = table.add(&second, 0);
  CHECK(old != now);
  CHECK((old >> 32) == (now >> 32));  // the same slot
  CHECK(find(table, old) == nullptr);
  CHECK(find(table, now) == &second);
  table.set_loop(old, 9);
  uint32_t loop = 0;
  table.find(now, &loop);
  CHECK(loop == 0);
}

TEST_CASE("handles of another kind, zero and random numbers are nobody's") {
  HandleTable<Thing> timers{Kind::kTimer};
  HandleTable<Thing> streams{Kind::kStream};
  Thing thing;
  const jct_handle timer = timers.add(&thing, 0);
  streams.add(&thing, 0);
  CHECK(find(streams, timer) == nullptr);
  for (const jct_handle bad : {jct_handle{0}, jct_handle{1}, UINT64_MAX, timer + 1, timer + (uint64_t{1} << 32),
                               timer | uint64_t{0xFFFFFF} << 32}) {
    CHECK(find(timers, bad) == nullptr);
    timers.remove(bad);
  }
  CHECK(find(timers, timer) == &thing);
}

TEST_CASE("an even generation, which marks a free slot, is never a handle") {
  HandleTable<Thing> table{Kind::kTimer};
  Thing thing;
  const jct_handle handle = table.add(&thing, 0);
  table.remove(handle);
  CHECK(find(table, handle + 1) == nullptr);  // the generation that the free slot has now
}

TEST_CASE("objects are found by loop, and the table grows by chunks") {
  HandleTable<Thing> table{Kind::kStream};
  std::vector<Thing> things(3000);
  for (size_t i = 0; i < things.size(); ++i) CHECK(table.add(&things[i], static_cast<uint32_t>(i % 3)) != 0);
  CHECK(table.on_loop(1).size() == 1000);
  CHECK(table.all().size() == 3000);
}

TEST_CASE("look-ups beside adding and removing see the object or nothing") {
  HandleTable<Thing> table{Kind::kStream};
  Thing thing;
  std::atomic<jct_handle> shared{table.add(&thing, 0)};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::thread reader{[&] {
    while (!over) {
      Thing* found = find(table, shared);
      if (found != nullptr && found != &thing) ++wrong;
    }
  }};
  for (int i = 0; i < 20'000; ++i) {
    table.remove(shared);
    shared = table.add(&thing, 0);
  }
  over = true;
  reader.join();
  CHECK(wrong == 0);
}
