// SPDX-License-Identifier: Apache-2.0
#include "body_memory.hpp"

#include <doctest/doctest.h>

namespace junctor::http {
namespace {

TEST_CASE("one client's bodies take no more than its share, and give it back when they are done") {
  wire::Budget all;
  const wire::Budget::Client one{'1'}, other{'2'};
  {
    BodyMemory first{all, one}, second{all, one}, theirs{all, other};
    CHECK(first.grow(60, 200, 100));
    CHECK_FALSE(second.grow(60, 200, 100));
    CHECK(second.grow(40, 200, 100));
    CHECK(theirs.grow(100, 200, 100));
    CHECK(all.total() == 200);
    BodyMemory third{all, wire::Budget::Client{'3'}};
    CHECK_FALSE(third.grow(1, 200, 100));
  }
  CHECK(all.total() == 0);
}

}  // namespace
}  // namespace junctor::http
