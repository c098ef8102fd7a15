// SPDX-License-Identifier: Apache-2.0
// Streams that move between loops.
#include <atomic>
#include <thread>

#include "loop/loop_set.hpp"
#include "net/stream.hpp"
#include "net/test_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace junctor::loop;
using namespace std::chrono_literals;

namespace {

struct TwoLoops {
  TwoLoops() { loops.start(); }
  ~TwoLoops() {
    for (uint32_t i = 0; i < 2; ++i) {
      loops.run_on(i, [&] { net(i).close_all(); });
    }
    loops.barrier();
    loops.stop();
  }
  TwoLoops(const TwoLoops&) = delete;
  TwoLoops& operator=(const TwoLoops&) = delete;
  NetLoop& net(uint32_t index) { return index == 0 ? first : second; }

  LoopSet loops{2};
  PipePool pipes;
  NetLoop first{loops.at(0), pipes};
  NetLoop second{loops.at(1), pipes};
};

/// Echoes, and changes the loop after each piece.
struct Wanderer : StreamEvents {
  explicit Wanderer(TwoLoops& where) : both{where} {}
  Status on_data(Stream& stream, std::span<const std::byte> data, size_t& consumed) override {
    stream.home()->loop().assert_here();
    consumed = std::max<size_t>(1, data.size() / 2);
    pending.append(text_of(data.first(consumed)));
    push(stream);
    const uint32_t next = 1 - stream.home()->loop().index();
    stream.migrate(both.net(next), [this] { ++arrivals; });
    CHECK(stream.send(bytes_of("x")) == Status::kState);
    return Status::kOk;
  }
  Status on_writable(Stream& stream) override {
    push(stream);
    return Status::kOk;
  }
  Status on_end(Stream& stream) override {
    ended = true;
    push(stream);
    return Status::kOk;
  }
  void on_close(Stream& /*stream*/, Status why) override {
    reason = why;
    closes.fetch_add(1, std::memory_order_release);
  }
  void push(Stream& stream) {
    if (!pending.empty() && stream.send(bytes_of(pending)) == Status::kOk) pending.clear();
    if (ended && pending.empty()) stream.end();
  }

  TwoLoops& both;
  std::string pending;
  bool ended = false;
  std::atomic<int> arrivals{0};
  std::atomic<int> closes{0};
  Status reason = Status::kFault;
};

bool wait_for(const std::function<bool()>& done) {
  const auto end = SteadyClock::instance().now() + 20s;
  while (!done()) {
    if (SteadyClock::instance().now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

TEST_CASE("a stream that moves under traffic loses, doubles and swaps nothing") {
  TwoLoops both;
  Wanderer wanderer{both};
  auto [client, far] = tcp_pair();
  Fd server = std::move(far);
  both.loops.run_on(0, [&] { Stream::adopt(both.first, std::move(server), {}, {})->attach(wanderer); });
  std::string sent;
  for (int i = 0; i < 40'000; ++i) sent += std::to_string(i) + ",";
  size_t at = 0;
  Sink sink;
  const Fd& fd = client;
  CHECK(wait_for([&] {
    if (at < sent.size()) {
      const ssize_t put = ::send(fd.get(), sent.data() + at, std::min<size_t>(sent.size() - at, 3000), MSG_NOSIGNAL);
      if (put > 0) at += static_cast<size_t>(put);
      if (at == sent.size()) ::shutdown(fd.get(), SHUT_WR);
    }
    sink.pull(fd);
    return sink.ended || sink.error != 0;
  }));
  CHECK(sink.text == sent);
  CHECK(wait_for([&] { return wanderer.closes.load(std::memory_order_acquire) == 1; }));
  CHECK(wanderer.reason == Status::kOk);
  CHECK(wanderer.arrivals > 10);
}

TEST_CASE("a reset on the way is told on the new loop, after the arrival and the bytes") {
  TwoLoops both;
  struct Mover : Recorder {
    EventLoop* closed_on = nullptr;
  } owner;
  std::atomic<bool> closed{false};
  std::string order;
  owner.data_hook = [&](Stream&, std::span<const std::byte> data, size_t& consumed) {
    order += text_of(data);
    consumed = data.size();
    return Status::kOk;
  };
  owner.close_hook = [&](Stream&) {
    order += "|closed";
    owner.closed_on = EventLoop::current();
    closed.store(true, std::memory_order_release);
  };
  auto pair = tcp_pair();
  both.loops.run_on(0, [&] {
    Stream* stream = Stream::adopt(both.first, std::move(pair.second), {}, {});
    stream->attach(owner);
    put(pair.first, "unread");
    stream->migrate(both.second, [&] { order += "arrived|"; });
    reset_on_close(pair.first.get());
    pair.first.reset();
  });
  CHECK(wait_for([&] { return closed.load(std::memory_order_acquire); }));
  CHECK(order == "arrived|unread|closed");
  CHECK(owner.closed_on == &both.loops.at(1));
  CHECK(owner.reason == Status::kReset);
}

TEST_CASE("a stream that cannot arrive any more still tells its end and drops its task") {
  Recorder owner;
  HandLoop hand;
  EventLoop gone{1};
  PipePool pipes;
  NetLoop there{gone, pipes};
  gone.close();
  auto alive = std::make_shared<int>(0);
  auto pair = tcp_pair();
  Stream* stream = Stream::adopt(hand.net, std::move(pair.second), {}, {});
  stream->attach(owner);
  CHECK(stream->migrate(there, [alive] { ++*alive; }) == Status::kOk);
  hand.settle();
  CHECK(owner.closes == 1);
  CHECK(owner.reason == Status::kClosed);
  CHECK(alive.use_count() == 1);
  CHECK(*alive == 0);
}
