// SPDX-License-Identifier: Apache-2.0
#include "accounts/login/passwords.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <set>
#include <vector>

#include "accounts/api/refused.hpp"
#include "accounts/login/common_passwords.hpp"

namespace junctor::accounts {
namespace {

PasswordPolicy quick() {
  PasswordPolicy policy;
  policy.memory = 1 << 20;
  policy.passes = 1;
  return policy;
}

TEST_CASE("a password is right against its own hash alone, and each hash is another") {
  const Passwords passwords{quick()};
  const std::string stored = passwords.hash("correct horse");
  CHECK(stored.substr(0, 10) == "$argon2id$");
  CHECK(passwords.verify(stored, "correct horse").right);
  CHECK_FALSE(passwords.verify(stored, "correct horse").rehash);
  CHECK_FALSE(passwords.verify(stored, "Correct horse").right);
  CHECK_FALSE(passwords.verify(stored, "").right);
  CHECK(passwords.hash("correct horse") != stored);
  for (const char* none : {"", "x", "$argon2id$broken", "$2y$broken", "plain"}) {
    CHECK_FALSE(passwords.verify(none, "correct horse").right);
    CHECK_FALSE(passwords.verify(none, none).right);
  }
}

TEST_CASE("an imported bcrypt and older parameters are right, and to be stored anew") {
  const Passwords passwords{quick()};
  // htpasswd -bnBC 5 "" 'correct horse'
  const std::string bcrypt = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
  CHECK(passwords.verify(bcrypt, "correct horse").right);
  CHECK(passwords.verify(bcrypt, "correct horse").rehash);
  CHECK_FALSE(passwords.verify(bcrypt, "wrong horse").right);
  PasswordPolicy stronger = quick();
  stronger.passes = 2;
  const auto verdict = Passwords{stronger}.verify(passwords.hash("correct horse"), "correct horse");
  CHECK(verdict.right);
  CHECK(verdict.rehash);
}

TEST_CASE("short, long, most used ones and one's own name are refused in words") {
  const PasswordPolicy policy;
  const auto why = [&](const std::string& password) -> std::string {
    try {
      check_password(policy, password, "Ada Lovelace", "ada@example.org");
    } catch (const Refused& refused) {
      return refused.what();
    }
    return "";
  };
  CHECK(why("123456789") == "A password has at least 10 characters");
  CHECK(why(std::string(257, 'a')) == "A password has at most 256 characters");
  CHECK(why("ada lovelace") == "A password must not be the user's name or mail address");
  CHECK(why("ADA@example.org") == "A password must not be the user's name or mail address");
  CHECK(why("1234567890") == "This password is one of the most used ones; choose another");
  CHECK(why("QWERTYuiop") == "This password is one of the most used ones; choose another");
  CHECK(why("no rule of composition").empty());
  CHECK(why("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc").empty());
  CHECK(common_passwords().size() > 10'000);
}

TEST_CASE("random passwords pass their own rules and do not repeat") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string password = random_password();
    check_password(PasswordPolicy{}, password, "admin", "");
    CHECK(seen.insert(password).second);
  }
}

TEST_CASE("whoever does not exist costs what a wrong password costs") {
  PasswordPolicy policy = quick();
  policy.memory = 8 << 20;
  const Passwords passwords{policy};
  const std::string stored = passwords.hash("correct horse");
  const auto worked = [] {  // by this thread: what others do beside it is no cost of its
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const auto cost = [&](const std::string& with) {
    std::vector<double> times;
    for (int i = 0; i < 15; ++i) {
      const double begin = worked();
      CHECK_FALSE(passwords.verify(with, "wrong horse").right);
      times.push_back(worked() - begin);
    }
    std::sort(times.begin(), times.end());
    return times.front();  // the least disturbed
  };
  const double known = cost(stored), unknown = cost("");
  CHECK(unknown > known * 0.5);
  CHECK(unknown < known * 2);
}

}  // namespace
}  // namespace junctor::accounts
