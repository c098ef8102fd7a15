// SPDX-License-Identifier: Apache-2.0
// Tests of Turns.
#include "registration/turns.hpp"

#include <doctest/doctest.h>

namespace junctor::rendezvous {
namespace {

AttemptPtr attempt(const std::string& id, const std::string& uuid = "uuid") {
  return std::make_shared<const Attempt>(Attempt{id, uuid, "key", {}});
}

TEST_CASE("one attempt at an id goes, the newest of the others is next") {
  Turns turns{10};
  AttemptPtr dropped;
  CHECK(turns.begin(attempt("a", "1"), dropped) == Turns::Begin::kGo);
  CHECK(turns.begin(attempt("a", "2"), dropped) == Turns::Begin::kWaits);
  CHECK(dropped == nullptr);
  CHECK(turns.begin(attempt("a", "3"), dropped) == Turns::Begin::kWaits);
  CHECK(dropped->uuid == "2");
  CHECK(turns.end("a")->uuid == "3");
  CHECK(turns.end("a") == nullptr);
  CHECK(turns.begin(attempt("a"), dropped) == Turns::Begin::kGo);
}

TEST_CASE("ids under way are bounded, and room that is given back is used") {
  Turns turns{1};
  AttemptPtr dropped;
  CHECK(turns.begin(attempt("a"), dropped) == Turns::Begin::kGo);
  CHECK(turns.begin(attempt("b"), dropped) == Turns::Begin::kFull);
  turns.end("a");
  CHECK(turns.begin(attempt("b"), dropped) == Turns::Begin::kGo);
}

}  // namespace
}  // namespace junctor::rendezvous
