// SPDX-License-Identifier: Apache-2.0
// Bridges between plain sockets, on a loop driven by hand.
#include "net/bridge.hpp"

#include <random>

#include "net/test_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace std::chrono_literals;

namespace {

struct Ending : BridgeEvents {
  void on_close(Bridge& /*bridge*/, Status why, const BridgeStats& at_end) override {
    ++closes;
    reason = why;
    stats = at_end;
  }
  int closes = 0;
  Status reason = Status::kFault;
  BridgeStats stats;
};

struct Fixture {
  explicit Fixture(const PipeOptions& options = {}) : hand{options} {
    for (size_t i = 0; i < 2; ++i) {
      auto [near, far] = tcp_pair();
      client[i] = std::move(near);
      stream[i] = Stream::adopt(hand.net, std::move(far), {}, {});
      stream[i]->attach(owner[i]);
    }
  }
  void join(const BridgePolicy& policy = {}) {
    const auto joined = Bridge::join(*stream[0], *stream[1], policy, ending);
    REQUIRE(joined.status == Status::kOk);
    bridge = joined.bridge;
    hand.settle();
  }
  bool closed() {
    return hand.until([&] { return ending.closes == 1; });
  }
  /// Sends `texts[i]` from client i, reads what comes out of the other one, ends each way when all is sent.
  /// `before` is what a sink gets ahead of it.
  void exchange(const std::array<std::string, 2>& texts, const std::array<std::string, 2>& before = {}) {
    std::array<size_t, 2> at{};
    CHECK(hand.until(
        [&] {
          for (size_t i = 0; i < 2; ++i) {
            sink[i].pull(client[i]);
            if (at[i] == texts[i].size()) continue;
            const ssize_t put = ::send(client[i].get(), texts[i].data() + at[i],
                                       std::min<size_t>(texts[i].size() - at[i], 300'000), MSG_NOSIGNAL);
            if (put > 0) at[i] += static_cast<size_t>(put);
            if (at[i] == texts[i].size()) ::shutdown(client[i].get(), SHUT_WR);
          }
          return sink[0].ended && sink[1].ended;
        },
        60s));
    CHECK((sink[1].text == before[1] + texts[0]));
    CHECK((sink[0].text == before[0] + texts[1]));
  }

  std::array<Recorder, 2> owner;
  Ending ending;
  HandLoop hand;
  std::array<Fd, 2> client;
  std::array<Stream*, 2> stream{};
  std::array<Sink, 2> sink;
  Bridge* bridge = nullptr;
};

std::string noise(size_t size, uint32_t seed) {
  std::mt19937 random{seed};
  std::string out(size, '\0');
  for (size_t i = 0; i + 4 <= size; i += 4) {
    const uint32_t word = random();
    std::memcpy(out.data() + i, &word, 4);
  }
  return out;
}

constexpr size_t kMiB = 1024 * 1024;

}  // namespace

TEST_CASE("64 MiB each way arrive byte for byte, spliced, with half-closes and counts") {
  Fixture f;
  f.join();
  f.exchange({noise(64 * kMiB, 1), noise(64 * kMiB, 2)});
  CHECK(f.closed());
  CHECK(f.ending.reason == Status::kOk);
  CHECK(f.ending.stats.bytes_ab == 64 * kMiB);
  CHECK(f.ending.stats.bytes_ba == 64 * kMiB);
  CHECK(f.hand.net.counters().bridge_spliced.get() == 128 * kMiB);
  CHECK(f.hand.net.counters().copy_fallbacks.get() == 0);
  CHECK(f.hand.pipes.lent() <= 1);
  CHECK(f.hand.net.counters().bridges_open.get() == 0);
  CHECK(f.owner[0].closes + f.owner[1].closes == 0);
}

TEST_CASE("without a pipe the bytes are copied, and nothing fails") {
  Fixture f{{.max_pipes = 0}};
  f.join();
  f.exchange({noise(8 * kMiB, 3), noise(8 * kMiB, 4)});
  CHECK(f.closed());
  CHECK(f.ending.reason == Status::kOk);
  CHECK(f.hand.net.counters().bridge_spliced.get() == 0);
  CHECK(f.hand.net.counters().bridge_bytes.get() == 16 * kMiB);
  CHECK(f.hand.net.counters().copy_fallbacks.get() > 0);
}

TEST_CASE("unsent and then unread bytes go first, joined from inside on_data") {
  Fixture f;
  put(f.client[0], "early0");
  CHECK(f.hand.until([&] { return f.owner[0].text == "early0"; }));
  f.owner[0].data_hook = [](Stream&, std::span<const std::byte>, size_t&) { return Status::kOk; };
  put(f.client[0], "kept;");
  CHECK(f.hand.until([&] { return f.owner[0].last == "kept;"; }));
  f.owner[1].data_hook = [&](Stream& stream, std::span<const std::byte>, size_t& consumed) {
    consumed = 4;
    CHECK(f.stream[1]->send(bytes_of("answer;")) == Status::kOk);
    const auto joined = Bridge::join(*f.stream[0], stream, {}, f.ending);
    CHECK(joined.status == Status::kOk);
    CHECK(Bridge::join(*f.stream[0], stream, {}, f.ending).status == Status::kState);
    CHECK(stream.send(bytes_of("x")) == Status::kState);
    f.bridge = joined.bridge;
    return Status::kOk;
  };
  put(f.client[1], "headrest;");
  CHECK(f.hand.until([&] { return f.bridge != nullptr; }));
  f.exchange({"more0", "more1"}, {"rest;", "answer;kept;"});
  CHECK(f.closed());
}

TEST_CASE("what was queued for a slow side before the bridge comes before the other side's bytes") {
  Fixture f;
  std::string queued;
  const std::string piece(50'000, 'q');
  while (f.stream[1]->send(bytes_of(piece)) == Status::kOk) queued += piece;
  CHECK(f.stream[1]->queued() > 0);
  f.join();
  put(f.client[0], "after");
  CHECK(f.hand.until([&] { return f.sink[1].pull(f.client[1]), f.sink[1].text.size() == queued.size() + 5; }));
  CHECK(f.sink[1].text == queued + "after");
}

TEST_CASE("a half-close before the bridge is passed on, and the other way stays open") {
  Fixture f;
  put(f.client[0], "all I have");
  ::shutdown(f.client[0].get(), SHUT_WR);
  CHECK(f.hand.until([&] { return f.owner[0].ends == 1; }));
  f.join();
  CHECK(f.hand.until([&] { return f.sink[1].pull(f.client[1]), f.sink[1].ended; }));
  put(f.client[1], "reply");
  CHECK(f.hand.until([&] { return f.sink[0].pull(f.client[0]), f.sink[0].text == "reply"; }));
  CHECK(f.ending.closes == 0);
  ::shutdown(f.client[1].get(), SHUT_WR);
  CHECK(f.closed());
  CHECK(f.ending.reason == Status::kOk);
}

// Each FIN that is passed on brings an event, when the streams are gone and the bridge has not changed their watch.
TEST_CASE("two streams that have both ended before the bridge are closed in order") {
  Fixture f;
  for (const Fd& client : f.client) ::shutdown(client.get(), SHUT_WR);
  REQUIRE(f.hand.until([&] { return f.owner[0].ends == 1 && f.owner[1].ends == 1; }));
  f.join();
  CHECK(f.closed());
  CHECK(f.ending.reason == Status::kOk);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(f.hand.until([&] { return f.sink[i].pull(f.client[i]), f.sink[i].ended; }));
  }
}

TEST_CASE("a reset ends both, after what was in flight has been delivered") {
  Fixture f;
  f.join();
  put(f.client[1], "never read");
  put(f.client[0], std::string(500'000, 'f'));
  reset_on_close(f.client[0].get());
  f.client[0].reset();
  CHECK(f.closed());
  CHECK(f.ending.reason == Status::kReset);
  CHECK(f.hand.until([&] { return f.sink[1].pull(f.client[1]), f.sink[1].ended || f.sink[1].error != 0; }));
  CHECK(f.sink[1].text.size() == f.ending.stats.bytes_ab);
  CHECK(f.sink[1].text.size() > 0);
}

TEST_CASE("a silent bridge times out, and its lifetime ends a busy one") {
  Fixture idle;
  idle.join({.idle_timeout = 50ms});
  const auto begin = junctor::loop::SteadyClock::instance().now();
  put(idle.client[0], "x");
  CHECK(idle.closed());
  CHECK(idle.ending.reason == Status::kTimeout);
  CHECK(idle.ending.stats.idle >= 50ms);
  CHECK(junctor::loop::SteadyClock::instance().now() - begin >= 50ms);

  Fixture busy;
  busy.join({.idle_timeout = 10s, .max_lifetime = 60ms});
  CHECK(busy.hand.until([&] {
    if (busy.ending.closes == 0) ::send(busy.client[0].get(), "x", 1, MSG_NOSIGNAL);
    return busy.ending.closes == 1;
  }));
  CHECK(busy.ending.reason == Status::kTimeout);
  CHECK(busy.ending.stats.age >= 60ms);
}

TEST_CASE("a rate bounds each direction, can be lifted, and the loop rests meanwhile") {
  Fixture f;
  f.join({.rate = 8 * kMiB});  // 1 MiB a second
  const std::string text = noise(300'000, 5);
  put(f.client[0], text);
  const auto begin = junctor::loop::SteadyClock::instance().now();
  CHECK(f.hand.until([&] { return f.sink[1].pull(f.client[1]), f.sink[1].text.size() >= 200'000; }));
  const auto took = junctor::loop::SteadyClock::instance().now() - begin;
  CHECK(took >= 120ms);  // a burst of 50 ms is free
  CHECK(f.hand.loop.pulse().turns.load() < 500);
  f.bridge->set_policy({});
  CHECK(f.hand.until([&] { return f.sink[1].pull(f.client[1]), f.sink[1].text == text; }));
}

TEST_CASE("a blocked side makes no busy loop, and its bytes wait in the kernel") {
  Fixture f;
  f.join();
  const std::string piece(100'000, 'p');
  size_t sent = 0;
  // Until the source's own send buffer stays full: everything between is then stuck.
  for (int full = 0; full < 50;) {
    const ssize_t put = ::send(f.client[0].get(), piece.data(), piece.size(), MSG_NOSIGNAL);
    if (put > 0) sent += static_cast<size_t>(put);
    full = put > 0 ? 0 : full + 1;
    f.hand.loop.run_once(1ms);
  }
  const uint64_t turns = f.hand.loop.pulse().turns.load();
  CHECK_FALSE(f.hand.until([] { return false; }, 200ms));
  CHECK(f.hand.loop.pulse().turns.load() - turns < 30);
  put(f.client[1], "other way");
  CHECK(f.hand.until([&] { return f.sink[0].pull(f.client[0]), f.sink[0].text == "other way"; }));
  CHECK(f.hand.until([&] { return f.sink[1].pull(f.client[1]), f.sink[1].text.size() == sent; }));
}

TEST_CASE("a blocked side that resets ends the bridge") {
  Fixture f;
  f.join();
  const std::string piece(100'000, 'p');
  for (int full = 0; full < 50;) {
    full = ::send(f.client[0].get(), piece.data(), piece.size(), MSG_NOSIGNAL) > 0 ? 0 : full + 1;
    f.hand.loop.run_once(1ms);
  }
  reset_on_close(f.client[1].get());
  f.client[1].reset();
  CHECK(f.closed());
  CHECK(f.ending.reason == Status::kReset);
}

TEST_CASE("close ends both sides and is told later; before the bridge has begun it works too") {
  Fixture f;
  f.join();
  f.bridge->close();
  CHECK(f.ending.closes == 0);
  CHECK(f.closed());
  CHECK(f.ending.reason == Status::kClosed);
  CHECK(f.hand.until([&] { return f.sink[0].pull(f.client[0]), f.sink[0].ended; }));

  Fixture early;
  const auto joined = Bridge::join(*early.stream[0], *early.stream[1], {}, early.ending);
  joined.bridge->close();
  CHECK(early.closed());
  CHECK(early.hand.net.idle());
}

TEST_CASE("an idle bridge holds no pipe and less than 1 KiB") {
  CHECK(sizeof(Bridge) <= 1024);
  Fixture f;
  f.join();
  put(f.client[0], std::string(100'000, 'i'));
  CHECK(f.hand.until([&] { return f.sink[1].pull(f.client[1]), f.sink[1].text.size() == 100'000; }));
  CHECK(f.hand.pipes.lent() <= 1);  // the loop's own
  CHECK(f.hand.net.counters().streams_open.get() == 0);
}
