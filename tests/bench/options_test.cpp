// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace junctor::bench {

TEST_CASE("without words everything is measured with defaults") {
  const Options options = parse_options({});
  CHECK(options.rounds == 5);
  CHECK(options.wants("cost"));
  CHECK_FALSE(options.netns);
}

TEST_CASE("parts and options may be mixed") {
  const Options options = parse_options({"cost", "--rounds", "3", "--json", "setup"});
  CHECK(options.rounds == 3);
  CHECK(options.json);
  CHECK(options.wants("setup"));
  CHECK_FALSE(options.wants("memory"));
}

TEST_CASE("what cannot be meant is refused") {
  CHECK_THROWS_AS(parse_options({"--rounds"}), std::invalid_argument);
  CHECK_THROWS_AS(parse_options({"--rounds", "0"}), std::invalid_argument);
  CHECK_THROWS_AS(parse_options({"--seconds", "1s"}), std::invalid_argument);
  CHECK_THROWS_AS(parse_options({"--nonsense", "1"}), std::invalid_argument);
  CHECK_THROWS_AS(parse_options({"--netns", "--target", "192.0.2.1:21117"}), std::invalid_argument);
}

}  // namespace junctor::bench
