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

TEST_CASE("a target is an address, with the stock port where none is given") {
  CHECK(parse_options({"--target", "192.0.2.1"}).target_address.text() == "192.0.2.1:21116");
  CHECK(parse_options({"--target", "[2001:db8::1]:30000"}).target_address.text() == "[2001:db8::1]:30000");
  CHECK_THROWS_AS(parse_options({"--target", "rd.example.org"}), std::invalid_argument);
}

TEST_CASE("a target is not asked for more peers than a stock server takes") {
  CHECK(parse_options({}).peers == 1'000'000);
  CHECK(parse_options({"--target", "192.0.2.1"}).peers == 25);
  CHECK(parse_options({"--target", "192.0.2.1", "--peers", "1000"}).peers == 1000);
}

TEST_CASE("what stands behind --short wins") {
  const Options options = parse_options({"--short", "--rounds", "4"});
  CHECK(options.rounds == 4);
  CHECK(options.peers == 20'000);
}

TEST_CASE("flows are chosen by a part of their name") {
  CHECK(parse_options({}).wants_flow("16 KiB"));
  CHECK(parse_options({"--only", "KiB"}).wants_flow("16 KiB"));
  CHECK_FALSE(parse_options({"--only", "1400 B"}).wants_flow("16 KiB"));
}

TEST_CASE("what cannot be meant is refused") {
  CHECK_THROWS_AS(parse_options({"--rounds"}), std::invalid_argument);
  CHECK_THROWS_AS(parse_options({"--rounds", "0"}), std::invalid_argument);
  CHECK_THROWS_AS(parse_options({"--seconds", "1s"}), std::invalid_argument);
  CHECK_THROWS_AS(parse_options({"--nonsense", "1"}), std::invalid_argument);
  CHECK_THROWS_AS(parse_options({"--netns", "--target", "192.0.2.1:21117"}), std::invalid_argument);
}

}  // namespace junctor::bench
