// SPDX-License-Identifier: Apache-2.0
// Ids on trial: how many, for how long, and who gives way.
#include "registration/fresh_ids.hpp"

#include <doctest/doctest.h>

namespace junctor::rendezvous {
namespace {

constexpr int64_t kDay = 86'400;

bool nobody(std::string_view) { return false; }
bool everybody(std::string_view) { return true; }

struct Trial {
  Trial() { ids.configure(3, 7 * kDay); }
  /// "no", "yes", or who gave way.
  std::string takes(const std::string& id, int64_t now, const FreshIds::IsHere& is_here = nobody) {
    std::optional<std::string> evicted;
    if (!ids.make_room(now, is_here, &evicted)) return "no";
    ids.add(id, now);
    return evicted.value_or("yes");
  }
  FreshIds ids;
};

TEST_CASE("an id that does not come back is over after its days, the oldest first, and one that does is not") {
  Trial trial;
  CHECK(trial.takes("first", kDay) == "yes");
  CHECK(trial.takes("second", 2 * kDay) == "yes");
  CHECK(trial.ids.expired(8 * kDay - 1, 10).empty());
  CHECK(trial.ids.expired(9 * kDay, 10) == std::vector<std::string>{"first", "second"});
  CHECK(trial.ids.expired(9 * kDay, 1) == std::vector<std::string>{"first"});
  CHECK(trial.ids.settle("first"));
  CHECK_FALSE(trial.ids.settle("first"));
  CHECK(trial.ids.expired(9 * kDay, 10) == std::vector<std::string>{"second"});
}

TEST_CASE("where all places are taken the oldest gives way, but not one that is there or has come just now") {
  Trial trial;
  for (const char* id : {"a", "b", "c"}) trial.takes(id, 100);
  CHECK(trial.takes("d", 200) == "no");
  CHECK(trial.takes("d", 100 + FreshIds::kGrace, everybody) == "no");
  CHECK(trial.takes("d", 100 + FreshIds::kGrace, [](std::string_view id) { return id == "a"; }) == "b");
  CHECK(trial.ids.has("a"));
  CHECK_FALSE(trial.ids.has("b"));
  CHECK(trial.ids.size() == 3);
}

TEST_CASE("without a time nobody is over") {
  FreshIds ids;
  ids.configure(3, 0);
  ids.add("a", 1);
  CHECK(ids.expired(1000 * kDay, 10).empty());
}

}  // namespace
}  // namespace junctor::rendezvous
