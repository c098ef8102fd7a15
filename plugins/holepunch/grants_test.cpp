// SPDX-License-Identifier: Apache-2.0
// Tests of Grants.
#include "grants.hpp"

#include <doctest/doctest.h>

#include <string>

namespace junctor::holepunch {
namespace {

using namespace std::chrono_literals;

wire::Address at(std::string_view text) { return *wire::Address::parse(text); }

TEST_CASE("a grant is for an IP and an id, whatever the port, for two minutes") {
  Grants grants{10, 2min};
  grants.grant(at("198.51.100.1:5000"), "123456789", {}, 100s);
  CHECK(grants.find(at("198.51.100.1:6000"), "123456789", 100s));
  CHECK(grants.find(at("198.51.100.1:6000"), "123456789", 219s));
  CHECK_FALSE(grants.find(at("198.51.100.1:6000"), "123456789", 220s));
  CHECK_FALSE(grants.find(at("198.51.100.2:5000"), "123456789", 100s));
  CHECK_FALSE(grants.find(at("198.51.100.1:5000"), "987654321", 100s));
}

TEST_CASE("asking again renews a grant") {
  Grants grants{1, 2min};
  grants.grant(at("198.51.100.1:1"), "123456789", {}, 0s);
  grants.grant(at("198.51.100.1:1"), "123456789", {}, 100s);
  grants.grant(at("198.51.100.2:1"), "123456789", {}, 130s);  // the first one's old end is past
  CHECK(grants.find(at("198.51.100.1:1"), "123456789", 200s));
  CHECK_FALSE(grants.find(at("198.51.100.2:1"), "123456789", 200s));
}

TEST_CASE("a full table keeps the fresh ones and takes new ones when they end") {
  Grants grants{2, 2min};
  for (int i = 0; i < 5; ++i) grants.grant(at("198.51.100.1:1"), "flood" + std::to_string(i), {}, 0s);
  CHECK(grants.find(at("198.51.100.1:1"), "flood1", 1s));
  CHECK_FALSE(grants.find(at("198.51.100.1:1"), "flood2", 1s));
  grants.grant(at("198.51.100.1:1"), "later1", {}, 121s);
  CHECK(grants.find(at("198.51.100.1:1"), "later1", 121s));
}

}  // namespace
}  // namespace junctor::holepunch
