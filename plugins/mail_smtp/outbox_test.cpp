// SPDX-License-Identifier: Apache-2.0
#include "outbox.hpp"

#include <doctest/doctest.h>

namespace junctor::mail_smtp {
namespace {

constexpr int64_t kNow = 1'800'000'000;

Mail to(const std::string& address) { return {address, "test", {}, 0, 0, false}; }

TEST_CASE("a mail is due at once, and again after waits that double up to the longest") {
  Outbox outbox{{10, 10, 60, 200, 86'400}};
  CHECK(outbox.put(to("a@b"), kNow) == Outbox::Taken::kYes);
  int64_t now = kNow;
  for (const int64_t wait : {60, 120, 200, 200}) {
    auto mail = outbox.due(now);
    REQUIRE(mail);
    CHECK_FALSE(outbox.due(now));
    CHECK(outbox.again(std::move(*mail), now));
    CHECK(outbox.next(now) == wait);
    CHECK_FALSE(outbox.due(now + wait - 1));
    now += wait;
  }
}

TEST_CASE("a mail that is too old is given up") {
  Outbox outbox{{10, 10, 60, 3600, 100}};
  outbox.put(to("a@b"), kNow);
  auto mail = *outbox.due(kNow);
  CHECK(outbox.again(mail, kNow + 99));
  mail = *outbox.due(kNow + 1000);
  CHECK_FALSE(outbox.again(mail, kNow + 1000));
  CHECK(outbox.size() == 0);
}

TEST_CASE("the queue has a bound, and so has each recipient, whatever the case") {
  Outbox outbox{{3, 2, 60, 3600, 86'400}};
  CHECK(outbox.put(to("a@b"), kNow) == Outbox::Taken::kYes);
  CHECK(outbox.put(to("A@B"), kNow) == Outbox::Taken::kYes);
  CHECK(outbox.put(to("a@b"), kNow) == Outbox::Taken::kTooMany);
  CHECK(outbox.put(to("c@d"), kNow) == Outbox::Taken::kYes);
  CHECK(outbox.put(to("e@f"), kNow) == Outbox::Taken::kFull);
  outbox.due(kNow);
  CHECK(outbox.put(to("a@b"), kNow + 3599) == Outbox::Taken::kTooMany);
  CHECK(outbox.put(to("a@b"), kNow + 3600) == Outbox::Taken::kYes);
}

}  // namespace
}  // namespace junctor::mail_smtp
