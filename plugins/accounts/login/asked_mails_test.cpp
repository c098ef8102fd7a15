// SPDX-License-Identifier: Apache-2.0
#include "accounts/login/asked_mails.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

using namespace std::chrono_literals;

TEST_CASE("an account gets so many mails in an hour, and another is not touched by that") {
  AskedMails mails{{1}};
  mails.configure(3);
  for (int i = 0; i < 3; ++i) CHECK(mails.allow("ada", "198.51.100." + std::to_string(i), 1h));
  CHECK_FALSE(mails.allow("ada", "198.51.100.9", 1h));
  CHECK(mails.allow("bob", "198.51.100.9", 1h));
  CHECK(mails.allow("ada", "198.51.100.9", 1h + 21min));
}

TEST_CASE("a source may ask for several accounts, and no more; a /64 is one") {
  AskedMails mails{{1}};
  mails.configure(2);
  for (int i = 0; i < 8; ++i) CHECK(mails.allow(std::to_string(i), "2001:db8::" + std::to_string(i + 1), 1h));
  CHECK_FALSE(mails.allow("another", "2001:db8::99", 1h));
  CHECK(mails.allow("another", "2001:db8:0:1::1", 1h));
  CHECK(mails.allow("ada", "no address", 1h));
}

}  // namespace
}  // namespace junctor::accounts
