// SPDX-License-Identifier: Apache-2.0
// Gathering on machines of several kinds against senders of several habits, by clocks of their own: nothing sleeps.
#include "net/gather.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <random>
#include <vector>

using namespace junctor::net;
using namespace std::chrono_literals;
using junctor::loop::Duration;
using junctor::loop::FakeClock;
using junctor::loop::Instant;

namespace {

constexpr Duration kPause = 500us;

/// What the thread pays.
struct Machine {
  Duration wake;   // by an arrival
  Duration timer;  // by the clock, with what has gone cold
  Duration read = 1us;
  Duration datagram = 1500ns;
};
/// A wake-up goes through the hypervisor; one by the clock costs about the same for many datagrams.
constexpr Machine kDearWakes{10us, 12us};
/// As on bare metal: but to be woken by a timer, on cold caches, costs what a dozen arrivals do.
constexpr Machine kCheapWakes{800ns, 20us};

struct Outcome {
  double datagrams = 0;
  double reads = 0;
  double put_off = 0;
  Duration cpu{0};
  double per_read() const { return datagrams / std::max(reads, 1.0); }
  double cost() const { return static_cast<double>(cpu.count()) / datagrams; }
};

/// One socket on one thread.
class Server {
 public:
  explicit Server(const Machine& machine, Duration pause = kPause) : machine_{machine}, pause_{pause} {}

  /// Senders that go on by themselves, at random times: `rate` a second together.
  Outcome stream(double rate, Duration time) {
    std::exponential_distribution<double> gap{rate};
    const Instant end = now_ + time;
    for (Instant at = now_; at < end;) {
      at += Duration{1 + static_cast<int64_t>(gap(random_) * 1e9)};
      arrivals_.push(at);
    }
    return run(end, 0ns);
  }

  /// So many at once, again and again.
  Outcome bursts(int size, Duration every, Duration time) {
    const Instant end = now_ + time;
    for (Instant at = now_; at < end; at += every) {
      for (int i = 0; i < size; ++i) arrivals_.push(at);
    }
    return run(end, 0ns);
  }

  /// Clients that send again about `think` after they have been answered.
  Outcome closed_loop(int clients, Duration think, Duration time) {
    for (int i = 0; i < clients; ++i) arrivals_.push(now_ + i * 1us);
    const Outcome out = run(now_ + time, think);
    arrivals_ = {};
    return out;
  }

  Gather& gather() { return gather_; }
  Instant now() const { return now_; }

 private:
  void work(Duration cost) {
    now_ += cost;
    cpu_.advance(cost);
  }

  Outcome run(Instant end, Duration think) {
    Outcome out;
    const Instant cpu = cpu_.now();
    std::uniform_int_distribution<int64_t> jitter{0, think.count()};
    bool by_clock = false;
    while (now_ < end && !arrivals_.empty()) {
      if (!by_clock && arrivals_.top() > now_) {
        now_ = arrivals_.top();
        work(machine_.wake);
      }
      work(machine_.read);
      size_t count = 0;
      for (; !arrivals_.empty() && arrivals_.top() <= now_; arrivals_.pop()) ++count;
      work(static_cast<int64_t>(count) * machine_.datagram);
      for (size_t i = 0; think > 0ns && i < count; ++i) arrivals_.push(now_ + think / 2 + Duration{jitter(random_)});
      ++out.reads;
      out.datagrams += static_cast<double>(count);
      const Duration wait = gather_.after_read(count, now_, pause_);
      by_clock = wait > 0ns;
      if (!by_clock) continue;
      ++out.put_off;
      now_ += wait;
      work(machine_.timer);
    }
    out.cpu = cpu_.now() - cpu;
    return out;
  }

  Machine machine_;
  Duration pause_;
  FakeClock cpu_;
  Gather gather_{cpu_};
  Instant now_{1s};
  std::mt19937 random_{7};
  std::priority_queue<Instant, std::vector<Instant>, std::greater<>> arrivals_;
};

}  // namespace

TEST_CASE("where wake-ups are dear a stream is gathered, and costs less for it") {
  for (const double rate : {5'000.0, 10'000.0, 50'000.0}) {
    CAPTURE(rate);
    Server server{kDearWakes};
    server.stream(rate, 1s);
    const Outcome steady = server.stream(rate, 10s);
    CHECK(server.gather().gathering());
    CHECK(steady.per_read() > 0.6 * rate * 0.0005);
    CHECK(steady.cost() < 0.75 * Server{kDearWakes, 0ns}.stream(rate, 10s).cost());
  }
}

TEST_CASE("where they are cheap it is read as it comes, but for a look at the other way now and then") {
  for (const double rate : {5'000.0, 10'000.0}) {
    CAPTURE(rate);
    Server server{kCheapWakes};
    server.stream(rate, 1s);
    const Outcome steady = server.stream(rate, 60s);
    CHECK(steady.put_off < 0.01 * steady.reads);
    CHECK(steady.cost() < 1.05 * Server{kCheapWakes, 0ns}.stream(rate, 60s).cost());
  }
}

TEST_CASE("a machine that changes is found out") {
  Server server{kCheapWakes};
  server.stream(50'000, 5s);
  const Outcome dense = server.stream(50'000, 5s);
  CHECK(dense.per_read() > 4);  // a timer that is dear for few is worth it for many
  CHECK(dense.cost() < Server{kCheapWakes, 0ns}.stream(50'000, 5s).cost());
  server.stream(5'000, 35s);
  const Outcome thin = server.stream(5'000, 5s);
  CHECK(thin.put_off < 0.1 * thin.reads);
}

TEST_CASE("of equal costs the shortest wait is taken") {
  constexpr Machine kFree{0ns, 0ns, 0ns};
  Server server{kFree};
  server.stream(20'000, 1s);
  const Outcome steady = server.stream(20'000, 20s);
  CHECK(steady.put_off < 0.01 * steady.reads);
}

TEST_CASE("clients that wait for their answers are not slowed") {
  for (const Machine& machine : {kDearWakes, kCheapWakes}) {
    for (const int clients : {1, 16, 64}) {
      for (const Duration think : {15us, 200us}) {
        CAPTURE(machine.wake.count());
        CAPTURE(clients);
        CAPTURE(think.count());
        Server bare{machine, 0ns};
        Server server{machine};
        bare.closed_loop(clients, think, 1s);
        server.closed_loop(clients, think, 1s);
        const double free = bare.closed_loop(clients, think, 4s).datagrams;
        CHECK(server.closed_loop(clients, think, 4s).datagrams > 0.95 * free);
      }
    }
  }
}

TEST_CASE("a stream of 2,000 a second, and lone datagrams, are read as they come") {
  Server server{kDearWakes};
  const Outcome thin = server.stream(2'000, 20s);
  CHECK(thin.datagrams > 30'000);
  CHECK(thin.put_off == 0);
  CHECK(server.bursts(1, 3ms, 30s).put_off == 0);
}

TEST_CASE("bursts that a read takes whole are not put off") {
  for (const int size : {8, 40, 400}) CHECK(Server{kDearWakes}.bursts(size, 300us, 2s).put_off == 0);
}

TEST_CASE("gathering ends when the stream does, and when it is switched off") {
  Server server{kDearWakes};
  server.stream(50'000, 2s);
  Gather& gather = server.gather();
  REQUIRE(gather.gathering());
  Instant now = server.now();
  int reads = 0;
  while (gather.gathering() && ++reads < 1000) now += std::max<Duration>(gather.after_read(0, now, kPause), 1us);
  CHECK(reads <= 80);
  server.stream(50'000, 2s);
  REQUIRE(gather.gathering());
  CHECK(gather.after_read(25, server.now() + 1ms, 0ns) == 0ns);
  CHECK_FALSE(gather.gathering());
}
