// SPDX-License-Identifier: Apache-2.0
#include "hooks.hpp"

#include <doctest/doctest.h>

#include "junctor/testing/fake_config.hpp"

namespace junctor::webhook {
namespace {

TEST_CASE("events are taken by name or by beginning") {
  const Patterns some{{"auth.blocked", "accounts.*"}};
  CHECK(some.match("auth.blocked"));
  CHECK_FALSE(some.match("auth.blocked_too"));
  CHECK(some.match("accounts.login"));
  CHECK_FALSE(some.match("account"));
  CHECK(Patterns{{"*"}}.match("anything.at_all"));
  CHECK_FALSE(Patterns{}.match("anything"));
  for (const char* wrong : {"", "a b", "auth.*.x", "Auth", "**"}) CHECK_THROWS_AS(Patterns{{wrong}}, Error);
}

}  // namespace
}  // namespace junctor::webhook
