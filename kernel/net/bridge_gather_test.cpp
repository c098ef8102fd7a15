// SPDX-License-Identifier: Apache-2.0
// When a bridge lets small pieces collect, and what it never delays. A loop driven by hand, a clock turned by hand.
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "net/bridge.hpp"
#include "net/streak.hpp"
#include "net/test_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace std::chrono_literals;
using junctor::loop::FakeClock;

namespace {

constexpr std::chrono::microseconds kPause{250};
/// As many small reads begin a pause.
constexpr int kStreak = 9;

struct Ending : BridgeEvents {
  void on_close(Bridge& /*bridge*/, Status why, const BridgeStats& /*stats*/) override {
    ++closes;
    reason = why;
  }
  int closes = 0;
  Status reason = Status::kFault;
};

struct Fixture {
  explicit Fixture(junctor::loop::Duration gather = kPause) {
    std::array<Stream*, 2> streams{};
    for (size_t i = 0; i < 2; ++i) {
      auto [near, far] = tcp_pair();
      for (const Fd* fd : {&near, &far}) set_int(fd->get(), IPPROTO_TCP, TCP_NODELAY, 1);
      client[i] = std::move(near);
      streams[i] = Stream::adopt(hand.net, std::move(far), {}, {});
      streams[i]->attach(owner[i]);
    }
    policy.gather = gather;
    bridge = Bridge::join(*streams[0], *streams[1], policy, ending).bridge;
    REQUIRE(bridge != nullptr);
    hand.settle();
  }

  /// What comes out at the other side without any time going by.
  std::string pass(size_t from, std::string_view text) {
    put(client[from], text);
    return seen(1 - from);
  }
  std::string seen(size_t at) {
    hand.settle();
    sink[at].pull(client[at]);
    return std::exchange(sink[at].text, {});
  }
  void begin_pause() {
    for (int i = 0; i < kStreak; ++i) CHECK(pass(0, "piece") == "piece");
  }
  void wait_out() { clock.advance(kPause); }

  FakeClock clock;
  std::array<Recorder, 2> owner;
  Ending ending;
  HandLoop hand{{}, clock};
  BridgePolicy policy;
  std::array<Fd, 2> client;
  std::array<Sink, 2> sink;
  Bridge* bridge = nullptr;
};

}  // namespace

TEST_CASE("a streak is of small reads, one way, close together") {
  FakeClock clock;
  Streak streak;
  int begun = 0;
  int expected = 0;
  const auto read = [&](size_t way, size_t bytes, junctor::loop::Duration gap) {
    clock.advance(gap);
    if (streak.add(way, bytes, clock.now(), kPause)) ++begun;
  };
  SUBCASE("then the pause begins, and the next one takes as many again") {
    for (int i = 0; i < 2 * kStreak; ++i) read(0, 1400, 180us);
    expected = 2;
  }
  SUBCASE("not where a pause would bring one") {
    for (int i = 0; i < 100; ++i) read(0, 1400, kPause);
  }
  SUBCASE("not with large reads among them") {
    for (int i = 0; i < 100; ++i) read(0, i % 5 == 0 ? 64'000 : 1400, 10us);
  }
  SUBCASE("not where they are answered") {
    for (int i = 0; i < 100; ++i) read(i % 6 == 0 ? 1 : 0, 64, 10us);
  }
  CHECK(begun == expected);
}

TEST_CASE("small pieces that come often collect during the pause, and leave together") {
  Fixture f;
  f.begin_pause();
  CHECK(f.pass(0, "one,").empty());
  CHECK(f.pass(0, "two,").empty());
  f.wait_out();
  CHECK(f.seen(1) == "one,two,");
  CHECK(f.pass(0, "three").empty());  // and so on
  f.wait_out();
  CHECK(f.seen(1) == "three");
}

TEST_CASE("when a pause has brought nothing, the next packet is lone and not delayed") {
  Fixture f;
  f.begin_pause();
  f.wait_out();
  CHECK(f.seen(1).empty());
  CHECK(f.pass(0, "lone") == "lone");
}

TEST_CASE("packets that are answered are never delayed") {
  Fixture f;
  for (int i = 0; i < 50; ++i) {
    CHECK(f.pass(0, "ask") == "ask");
    CHECK(f.pass(1, "answer") == "answer");
  }
}

TEST_CASE("a word the other way ends the pause") {
  Fixture f;
  f.begin_pause();
  CHECK(f.pass(0, "held").empty());
  CHECK(f.pass(1, "answer") == "answer");
  CHECK(f.seen(1) == "held");
  CHECK(f.pass(0, "at once") == "at once");
}

TEST_CASE("where much comes in a pause the next is shorter, until it is worth nothing") {
  Fixture f;
  f.begin_pause();
  const std::string much(60'000, 'm');
  for (auto pause = kPause; pause >= 50us; pause /= 2) {
    CHECK(f.pass(0, much).empty());
    f.clock.advance(pause);
    CHECK(f.seen(1) == much);
  }
  CHECK(f.pass(0, "at once") == "at once");
}

TEST_CASE("off by default, and by a policy that comes during a pause") {
  Fixture off{0us};
  for (int i = 0; i < 50; ++i) CHECK(off.pass(0, "piece") == "piece");

  Fixture live;
  live.begin_pause();
  CHECK(live.pass(0, "held").empty());
  live.bridge->set_policy({});
  CHECK(live.seen(1) == "held");
  for (int i = 0; i < 50; ++i) CHECK(live.pass(0, "piece") == "piece");
}

TEST_CASE("a half-close during a pause comes after everything that was sent before it") {
  Fixture f;
  f.begin_pause();
  CHECK(f.pass(0, "last words").empty());
  ::shutdown(f.client[0].get(), SHUT_WR);
  CHECK(f.seen(1).empty());
  f.wait_out();
  CHECK(f.seen(1) == "last words");
  f.wait_out();
  f.seen(1);
  CHECK(f.sink[1].ended);
  CHECK(f.pass(1, "reply") == "reply");
  ::shutdown(f.client[1].get(), SHUT_WR);
  CHECK(f.hand.until([&] { return f.ending.closes == 1; }));
  CHECK(f.ending.reason == Status::kOk);
}

TEST_CASE("a reset of either side during a pause ends both") {
  for (const size_t gone : {size_t{0}, size_t{1}}) {
    Fixture f;
    f.begin_pause();
    CHECK(f.pass(0, "in flight").empty());
    reset_on_close(f.client[gone].get());
    f.client[gone].reset();
    CHECK(f.hand.until([&] { return f.wait_out(), f.ending.closes == 1; }));
    CHECK(f.ending.reason == Status::kReset);
    if (gone == 0) CHECK(f.seen(1) == "in flight");
  }
}

TEST_CASE("a bridge that is closed, or a loop that ends, during a pause is gone like any other") {
  Fixture f;
  f.begin_pause();
  f.pass(0, "never mind");
  f.bridge->close();
  CHECK(f.hand.until([&] { return f.ending.closes == 1; }));
  CHECK(f.ending.reason == Status::kClosed);
  f.wait_out();
  f.hand.settle();
  CHECK(f.hand.net.idle());

  Fixture loop;
  loop.begin_pause();
  loop.hand.net.close_all();
  CHECK(loop.hand.until([&] { return loop.ending.closes == 1; }));
}

TEST_CASE("bridges of one loop share a pause") {
  Fixture f;
  auto [near_a, far_a] = tcp_pair();
  auto [near_b, far_b] = tcp_pair();
  Ending ending;
  Stream* const a = Stream::adopt(f.hand.net, std::move(far_a), {}, {});
  Stream* const b = Stream::adopt(f.hand.net, std::move(far_b), {}, {});
  std::array<Recorder, 2> owner;
  a->attach(owner[0]);
  b->attach(owner[1]);
  REQUIRE(Bridge::join(*a, *b, f.policy, ending).status == Status::kOk);
  f.hand.settle();
  f.begin_pause();
  f.clock.advance(kPause / 2);
  for (int i = 0; i < kStreak; ++i) {
    put(near_a, "other");
    f.hand.settle();
  }
  Sink sink;
  sink.pull(near_b);
  const size_t before = sink.text.size();
  CHECK(before == kStreak * 5);
  put(near_a, "held");
  CHECK(f.pass(0, "held").empty());
  f.clock.advance(kPause / 2);
  CHECK(f.seen(1) == "held");
  sink.pull(near_b);
  CHECK(sink.text.substr(before) == "held");
  near_a.reset();
  near_b.reset();
  CHECK(f.hand.until([&] { return f.clock.advance(kPause), ending.closes == 1; }));
}
