// SPDX-License-Identifier: Apache-2.0
#include "accounts/login/limits.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

constexpr int64_t kNow = 1'700'000'000;

TEST_CASE("six wrong attempts in a minute make this account wait, from this source alone") {
  FailedLogins failed{LoginLimits{}};
  const FailedLogins::Attempt here{"ada", "1.2.3.4", {}};
  for (int i = 0; i < 6; ++i) {
    CHECK(failed.wait(here, kNow + i) == 0);
    failed.failed(here, kNow + i);
  }
  CHECK(failed.wait(here, kNow + 6) == 54);
  CHECK(failed.wait(here, kNow + 59) == 1);
  CHECK(failed.wait(here, kNow + 60) == 0);
  CHECK(failed.wait({"bob", "1.2.3.4", {}}, kNow + 6) == 0);
  CHECK(failed.wait({"ada", "5.6.7.8", {}}, kNow + 6) == 0);
}

TEST_CASE("asking while one has to wait does not prolong the wait") {
  FailedLogins failed{LoginLimits{}};
  const FailedLogins::Attempt here{"ada", "1.2.3.4", {}};
  for (int i = 0; i < 6; ++i) failed.failed(here, kNow);
  for (int second = 1; second < 60; ++second) CHECK(failed.wait(here, kNow + second) == 60 - second);
}

TEST_CASE("thirty in an hour make it wait for the hour, and alarms come once a bound is passed") {
  FailedLogins failed{LoginLimits{}};
  int rows = 0, minutes = 0, hours = 0;
  for (int i = 0; i < 40; ++i) {
    // Ten sources, so that no bucket is full: the account is under attack all the same.
    const LoginAlarms alarms = failed.failed({"ada", std::to_string(i % 10), {}}, kNow + i * 5);
    rows += alarms.in_a_row;
    minutes += alarms.in_a_minute;
    hours += alarms.in_an_hour;
  }
  CHECK(rows == 1);
  CHECK(minutes >= 1);
  CHECK(hours == 1);
  const FailedLogins::Attempt here{"bob", "1.2.3.4", {}};
  for (int i = 0; i < 30; ++i) failed.failed(here, kNow + i * 100);
  CHECK(failed.wait(here, kNow + 3000) == 600);
}

TEST_CASE("a source that tries many accounts is stopped, but not a device that an account knows") {
  FailedLogins failed{LoginLimits{}};
  for (int i = 0; i < 60; ++i) failed.failed({"user" + std::to_string(i), "office", {}}, kNow);
  CHECK(failed.wait({"ada", "office", {}}, kNow + 1) == 59);
  CHECK(failed.wait({"ada", "office", "her laptop"}, kNow + 1) == 0);
}

TEST_CASE("strangers lock nobody out of a device that he has used before") {
  FailedLogins failed{LoginLimits{}};
  for (int i = 0; i < 100; ++i) failed.failed({"ada", std::to_string(i), {}}, kNow);
  const FailedLogins::Attempt hers{"ada", "home", "her laptop"};
  CHECK(failed.wait(hers, kNow) == 0);
  for (int i = 0; i < 6; ++i) failed.failed(hers, kNow);
  CHECK(failed.wait(hers, kNow) == 60);
}

TEST_CASE("a success empties its own bucket, unlock all of the account's") {
  FailedLogins failed{LoginLimits{}};
  const FailedLogins::Attempt here{"ada", "1", {}}, there{"ada", "2", {}}, other{"bob", "1", {}};
  for (int i = 0; i < 6; ++i) {
    for (const auto& one : {here, there, other}) failed.failed(one, kNow);
  }
  failed.succeeded(here);
  CHECK(failed.wait(here, kNow) == 0);
  CHECK(failed.wait(there, kNow) == 60);
  failed.unlock("ada");
  CHECK(failed.wait(there, kNow) == 0);
  CHECK(failed.wait(other, kNow) == 60);
}

TEST_CASE("a flood of names and sources is bounded; what failed longest ago is forgotten first") {
  LoginLimits limits;
  limits.buckets = 100;
  FailedLogins failed{limits};
  for (int i = 0; i < 10'000; ++i) {
    failed.failed({"user" + std::to_string(i), std::to_string(i), {}}, kNow + i / 100);
    CHECK(failed.buckets() <= 100);
  }
}

TEST_CASE("IPv6 sources are their /64") {
  const uint8_t a[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 9}, b[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 8},
                c[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 2, 9};
  CHECK(source_of(a, 6) == source_of(b, 6));
  CHECK(source_of(a, 6) != source_of(c, 6));
  CHECK(source_of(a, 4).size() == 4);
}

TEST_CASE("many attempts at once are no more than as many one after another") {
  FailedLogins failed{LoginLimits{}};
  const FailedLogins::Attempt here{"ada", "1.2.3.4", {}};
  std::vector<FailedLogins::Trial> trials(10);
  int begun = 0;
  for (auto& trial : trials) begun += failed.begin(here, kNow, &trial) == 0 ? 1 : 0;
  CHECK(begun == 6);
  FailedLogins::Trial other;
  CHECK(failed.begin({"bob", "1.2.3.4", {}}, kNow, &other) == 0);
  for (int i = 0; i < 6; ++i) failed.failed(here, kNow);
  trials.clear();
  CHECK(failed.begin(here, kNow, &other) == 60);
  CHECK(failed.begin(here, kNow + 60, &other) == 0);
}

TEST_CASE("one source's attempts at many accounts at once are bounded too") {
  FailedLogins failed{LoginLimits{}};
  std::vector<FailedLogins::Trial> trials(100);
  int begun = 0;
  for (size_t i = 0; i < trials.size(); ++i) {
    begun += failed.begin({"user" + std::to_string(i), "office", {}}, kNow, &trials[i]) == 0 ? 1 : 0;
  }
  CHECK(begun == 60);
  FailedLogins::Trial hers;
  CHECK(failed.begin({"ada", "office", "her laptop"}, kNow, &hers) == 0);
}

}  // namespace
}  // namespace junctor::accounts
