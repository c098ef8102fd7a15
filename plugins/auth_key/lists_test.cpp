// SPDX-License-Identifier: Apache-2.0
// What allow and deny lists say together.
#include "auth_key/lists.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "auth_key/test_values.hpp"

namespace junctor::auth {
namespace {

TEST_CASE("without lists everybody may") {
  CHECK(NetworkRule{}.allows(address("203.0.113.7")));
  CHECK(NetworkRule{}.allows({}));
  CHECK(IdRule{}.allows("123456789"));
}

TEST_CASE("of networks, denial wins over the allow list, and the allow list leaves out all others") {
  const NetworkRule rule{{{"10.0.0.0/8", "2001:db8::/32"}, {"10.1.0.0/16"}}};
  CHECK(rule.allows(address("10.2.3.4")));
  CHECK(rule.allows(address("2001:db8::5")));
  CHECK_FALSE(rule.allows(address("10.1.3.4")));
  CHECK_FALSE(rule.allows(address("203.0.113.7")));
  CHECK(rule.allows({}));
}

TEST_CASE("of ids, too, and a pattern stands for many") {
  const IdRule rule{{{"office-*", "123456789"}, {"office-guest", "*-lab"}}};
  CHECK(rule.allows("office-7"));
  CHECK(rule.allows("123456789"));
  CHECK(rule.allows(""));
  for (const char* id : {"office-guest", "office-lab", "12345678", "home-1"}) CHECK_FALSE(rule.allows(id));
}

TEST_CASE("a list with something else in it is refused with that text") {
  const Texts texts{{}, {"10.0.0.0/8", "ten"}};
  CHECK_THROWS_WITH_AS(NetworkRule{texts}, "\"ten\" is not a network (10.0.0.0/8, 2001:db8::/32)",
                       std::invalid_argument);
}

TEST_CASE("a star stands for any number of characters, and the whole id has to fit") {
  const auto fits = [](const char* pattern, const char* text) { return matches(pattern, text); };
  CHECK(fits("*", ""));
  CHECK(fits("*", "abc"));
  CHECK(fits("a*", "a"));
  CHECK(fits("*c", "abc"));
  CHECK(fits("a*c", "abcbc"));
  CHECK(fits("*b*b*", "abcb"));
  CHECK(fits("abc", "abc"));
  CHECK(fits("", ""));
  CHECK_FALSE(fits("a*", "ba"));
  CHECK_FALSE(fits("a*c", "abcb"));
  CHECK_FALSE(fits("abc", "abcd"));
  CHECK_FALSE(fits("abcd", "abc"));
  CHECK_FALSE(fits("*b*b*", "abc"));
  CHECK_FALSE(fits("", "a"));
}

}  // namespace
}  // namespace junctor::auth
