// SPDX-License-Identifier: Apache-2.0
// Gathering against senders of several habits, by a clock of its own: nothing sleeps.
#include "net/gather.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace junctor::net;
using namespace std::chrono_literals;
using junctor::loop::Duration;
using junctor::loop::Instant;

namespace {

constexpr Duration kPause = 500us;

struct Outcome {
  int datagrams = 0;
  int reads = 0;
  int put_off = 0;  // reads that were
  double per_read() const { return static_cast<double>(datagrams) / std::max(reads, 1); }
};

/// Senders that go on by themselves, at random times: `rate` a second together, for `time`.
Outcome stream(Gather& gather, Instant& now, double rate, Duration time, Duration pause = kPause) {
  std::mt19937 random{7};
  std::exponential_distribution<double> gap{rate};
  const auto next_gap = [&] { return Duration{1 + static_cast<int64_t>(gap(random) * 1e9)}; };
  Outcome out;
  const Instant end = now + time;
  Instant arrival = now + next_gap();
  while (arrival < end) {
    if (!gather.gathering()) now = std::max(arrival, now);
    size_t count = 0;
    for (; arrival <= now; arrival += next_gap()) ++count;
    ++out.reads;
    out.datagrams += static_cast<int>(count);
    const Duration wait = gather.after_read(count, now, pause);
    if (wait > 0ns) ++out.put_off;
    now += wait;
  }
  return out;
}

/// Clients that send again `think` after they have been answered: a read brings what all of them have sent.
Outcome ping_pong(Gather& gather, Instant& now, size_t clients, Duration think, Duration time) {
  Outcome out;
  const Instant end = now + time;
  while (now < end) {
    now += think;
    ++out.reads;
    out.datagrams += static_cast<int>(clients);
    const Duration wait = gather.after_read(clients, now, kPause);
    if (wait > 0ns) ++out.put_off;
    now += wait;
  }
  return out;
}

}  // namespace

TEST_CASE("a stream of 50,000 a second is gathered, and one of 5,000 too") {
  for (const double rate : {5'000.0, 50'000.0}) {
    Gather gather;
    Instant now{1s};
    stream(gather, now, rate, 100ms);
    const Outcome steady = stream(gather, now, rate, 1s);
    CHECK(steady.per_read() > 0.8 * rate * 0.0005);
    CHECK(gather.gathering());
  }
}

TEST_CASE("a stream of 2,000 a second is read as it comes") {
  Gather gather;
  Instant now{1s};
  const Outcome all = stream(gather, now, 2'000, 60s);
  CHECK(all.datagrams > 100'000);
  CHECK(all.put_off == 0);
}

TEST_CASE("lone datagrams are never put off, however long they come") {
  Gather gather;
  Instant now{1s};
  for (int i = 0; i < 10'000; ++i) {
    now += 3ms;
    CHECK(gather.after_read(1, now, kPause) == 0ns);
  }
}

TEST_CASE("clients that wait for their answers are hardly ever made to") {
  for (const Duration think : {15us, 50us, 200us}) {
    Gather gather;
    Instant now{1s};
    const Outcome all = ping_pong(gather, now, 1, think, 10s);
    CHECK(all.put_off < 100);
    CHECK(all.put_off * 500 < all.reads);
  }
}

TEST_CASE("reads that bring much already are not put off") {
  Gather gather;
  Instant now{1s};
  for (int i = 0; i < 10'000; ++i) {
    now += 300us;
    CHECK(gather.after_read(40, now, kPause) == 0ns);
  }
}

TEST_CASE("gathering ends when the stream does, and when it is switched off") {
  Gather gather;
  Instant now{1s};
  stream(gather, now, 50'000, 200ms);
  REQUIRE(gather.gathering());
  int reads = 0;
  while (gather.gathering() && ++reads < 1000) now += gather.after_read(0, now, kPause);
  CHECK(reads <= 80);
  stream(gather, now, 50'000, 200ms);
  REQUIRE(gather.gathering());
  CHECK(gather.after_read(25, now, 0ns) == 0ns);
  CHECK_FALSE(gather.gathering());
}
