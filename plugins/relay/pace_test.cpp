// SPDX-License-Identifier: Apache-2.0
#include "pace.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using junctor::relay::Pace;

namespace {

/// Bytes that pass within `time`, a piece whenever one may.
size_t pass(Pace& pace, junctor::Duration from, junctor::Duration time, size_t piece) {
  size_t passed = 0;
  for (auto now = from; now < from + time;) {
    const auto wait = pace.wait(now);
    now += wait;
    if (wait > 0ns) continue;
    pace.take(piece);
    passed += piece;
  }
  return passed;
}

TEST_CASE("without a rate everything may pass at once") {
  Pace pace{0, 0ns};
  for (int i = 0; i < 100; ++i) {
    pace.take(1 << 20);
    CHECK(pace.wait(0ns) == 0ns);
  }
}

TEST_CASE("what passes in ten seconds is what the rate allows, for small pieces and large ones") {
  for (const size_t piece : {100, 1400, 65536}) {
    Pace pace{8'000'000, 0ns};
    const size_t passed = pass(pace, 0ns, 10s, piece);
    CHECK(passed > 9'900'000);
    CHECK(passed < 10'200'000);
  }
}

TEST_CASE("a pause saves no more than one burst") {
  Pace pace{8'000'000, 0ns};
  pass(pace, 0ns, 1s, 1000);
  CHECK(pass(pace, 1h, 1s, 1000) < 1'100'000);
}

}  // namespace
