// SPDX-License-Identifier: Apache-2.0
// Streams against plain sockets, on a loop driven by hand.
#include "net/stream.hpp"

#include <array>

#include "net/test_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  explicit Fixture(const StreamOptions& options = {}) {
    auto [near, far] = tcp_pair();
    client = std::move(near);
    const Address peer = local_address(client.get());
    stream = Stream::adopt(hand.net, std::move(far), peer, options);
    stream->attach(owner);
  }
  Recorder owner;
  HandLoop hand;
  Fd client;
  Stream* stream = nullptr;
  Sink sink;
};

}  // namespace

TEST_CASE("a stream echoes, knows both addresses, and ends in order when both ends are done") {
  Fixture f;
  f.owner.data_hook = [](Stream& stream, std::span<const std::byte> data, size_t& consumed) {
    consumed = data.size();
    return stream.send(data);
  };
  f.owner.end_hook = [](Stream& stream) { return stream.end(); };
  CHECK(f.stream->peer() == local_address(f.client.get()));
  CHECK(f.stream->local() == peer_address(f.client.get()));
  put(f.client, "hello");
  CHECK(f.hand.until([&] { return f.sink.pull(f.client), f.sink.text == "hello"; }));
  ::shutdown(f.client.get(), SHUT_WR);
  CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
  f.sink.pull(f.client);
  CHECK(f.sink.ended);
  CHECK(f.owner.ends == 1);
  CHECK(f.owner.reason == Status::kOk);
  CHECK(f.hand.net.idle());
}

TEST_CASE("unconsumed bytes are given again with what follows, in one piece") {
  Fixture f;
  f.owner.data_hook = [&](Stream&, std::span<const std::byte> data, size_t& consumed) {
    if (data.size() >= 6) {
      f.owner.text += text_of(data.first(6));
      consumed = 6;
    }
    return Status::kOk;
  };
  for (const char* piece : {"ab", "cd", "efgh", "ijklmn"}) {
    put(f.client, piece);
    const int before = f.owner.data_calls;
    CHECK(f.hand.until([&] { return f.owner.data_calls > before; }));
  }
  CHECK(f.owner.text == "abcdefghijkl");
  CHECK(f.owner.last == "ghijklmn");
  CHECK(f.stream->unread() == 2);
}

TEST_CASE("bytes that came with a reset are delivered before the close") {
  Fixture f;
  put(f.client, "last words");
  reset_on_close(f.client.get());
  f.client.reset();
  f.owner.close_hook = [&](Stream&) { f.owner.text += "|closed"; };
  CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
  CHECK(f.owner.text == "last words|closed");
  CHECK(f.owner.reason == Status::kReset);
  CHECK(f.hand.net.counters().resets.get() == 1);
}

TEST_CASE("after a reset a send fails, and what the peer had sent is still delivered") {
  Fixture f;
  put(f.client, "last words");
  reset_on_close(f.client.get());
  f.client.reset();
  CHECK(f.stream->send(bytes_of("answer")) == Status::kReset);
  CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
  CHECK(f.owner.text == "last words");
  CHECK(f.owner.reason == Status::kReset);
}

TEST_CASE("a half-close sends what is queued first and leaves the other way open") {
  Fixture f;
  const std::string large(3'000'000, 'x');
  for (size_t at = 0; at < large.size(); at += 100'000) {
    while (f.stream->send(bytes_of(large).subspan(at, 100'000)) == Status::kAgain) {
      f.sink.pull(f.client);
      f.hand.loop.run_once(1ms);
    }
  }
  CHECK(f.stream->end() == Status::kOk);
  CHECK(f.stream->send(bytes_of("late")) == Status::kClosed);
  CHECK(f.hand.until([&] { return f.sink.pull(f.client), f.sink.ended; }));
  CHECK(f.sink.text == large);
  put(f.client, "still here");
  CHECK(f.hand.until([&] { return f.owner.text == "still here"; }));
  CHECK(f.owner.closes == 0);
}

TEST_CASE("pieces leave as if they were one, whatever the system takes of them at once") {
  Fixture f;
  const std::string head(10, 'h'), body(100'000, 'b'), tail(50'000, 't');
  const std::array pieces{bytes_of(head), bytes_of(""), bytes_of(body), bytes_of(tail)};
  std::string expected;
  for (int i = 0; i < 200 && f.stream->queued() == 0; ++i) {
    REQUIRE(f.stream->send(pieces) == Status::kOk);
    expected += head + body + tail;
  }
  REQUIRE(f.stream->queued() > 0);  // of the last ones the system has taken a part
  CHECK(f.hand.until([&] { return f.sink.pull(f.client), f.sink.text.size() == expected.size(); }));
  CHECK((f.sink.text == expected));
  const std::array<std::span<const std::byte>, Stream::kMostPieces + 1> many{};
  CHECK(f.stream->send(many) == Status::kLimit);
}

TEST_CASE("a full queue answers kAgain, takes nothing, and on_writable follows at the low mark") {
  Fixture f{{.send_high = 100'000, .send_low = 10'000}};
  const std::string piece(50'000, 'y');
  size_t taken = 0;
  while (f.stream->send(bytes_of(piece)) == Status::kOk) taken += piece.size();
  CHECK(f.stream->send(bytes_of(piece)) == Status::kAgain);
  CHECK(f.stream->queued() <= 100'000);
  f.hand.settle();
  CHECK(f.owner.writable_calls == 0);
  CHECK(f.hand.until([&] { return f.sink.pull(f.client), f.owner.writable_calls == 1; }));
  CHECK(f.stream->queued() <= 10'000);
  CHECK(f.hand.until([&] { return f.sink.pull(f.client), f.sink.text.size() == taken; }));
  CHECK(f.owner.writable_calls == 1);
  CHECK(f.hand.net.counters().send_again.get() == 2);
}

TEST_CASE("a send larger than any queue is refused for good") {
  Fixture f;
  const std::string huge(2'000'000, 'z');
  CHECK(f.stream->send(bytes_of(huge)) == Status::kLimit);
  CHECK(f.stream->queued() == 0);
}

TEST_CASE("a full receive buffer of which nothing is consumed closes the stream") {
  Fixture f{{.receive_buffer = 4096}};
  size_t most = 0;
  f.owner.data_hook = [&](Stream&, std::span<const std::byte> data, size_t&) {
    most = std::max(most, data.size());
    return Status::kOk;
  };
  put(f.client, std::string(10'000, 'q'));
  CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
  CHECK(f.owner.reason == Status::kLimit);
  CHECK(most == 4096);
  CHECK(f.hand.net.counters().receive_full.get() == 1);
}

TEST_CASE("an idle stream is closed, and bytes put it off") {
  junctor::loop::FakeClock clock;
  Recorder owner;
  HandLoop hand{{}, clock};
  auto [client, far] = tcp_pair();
  Stream::adopt(hand.net, std::move(far), {}, {.idle = 60ms})->attach(owner);
  const auto pass = [&](junctor::loop::Duration time) {
    clock.advance(time);
    hand.settle();
  };
  pass(59ms);
  put(client, "x");
  hand.settle();
  CHECK(owner.text == "x");
  pass(59ms);
  CHECK(owner.closes == 0);
  pass(2ms);
  CHECK(owner.closes == 1);
  CHECK(owner.reason == Status::kTimeout);
  CHECK(hand.net.counters().idle_timeouts.get() == 1);
}

TEST_CASE("a paused stream gives nothing, not even the rest, until it is resumed") {
  Fixture f;
  f.owner.data_hook = [&](Stream& stream, std::span<const std::byte> data, size_t& consumed) {
    f.owner.text += text_of(data.first(1));
    consumed = 1;
    return stream.pause();
  };
  put(f.client, "abc");
  CHECK(f.hand.until([&] { return f.owner.text == "a"; }));
  ::shutdown(f.client.get(), SHUT_WR);
  f.hand.settle();
  CHECK(f.owner.text == "a");
  f.stream->resume();
  CHECK(f.owner.text == "a");
  CHECK(f.hand.until([&] { return f.owner.text == "ab"; }));
  f.stream->resume();
  CHECK(f.hand.until([&] { return f.owner.text == "abc"; }));
  CHECK(f.owner.ends == 0);
  f.stream->resume();
  CHECK(f.hand.until([&] { return f.owner.ends == 1; }));
}

TEST_CASE("a reset is told to a paused stream at once, but not past unread bytes") {
  Fixture quiet;
  quiet.stream->pause();
  reset_on_close(quiet.client.get());
  quiet.client.reset();
  CHECK(quiet.hand.until([&] { return quiet.owner.closes == 1; }));
  CHECK(quiet.owner.reason == Status::kReset);

  Fixture f;
  f.stream->pause();
  put(f.client, "unread");
  reset_on_close(f.client.get());
  f.client.reset();
  f.hand.settle();
  CHECK(f.owner.closes == 0);
  f.stream->resume();
  CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
  CHECK(f.owner.text == "unread");
}

TEST_CASE("attach hands the stream and its unread bytes to another owner") {
  Recorder next;
  Fixture f;
  f.owner.data_hook = [&](Stream& stream, std::span<const std::byte>, size_t& consumed) {
    consumed = 4;
    stream.attach(next);
    CHECK(next.data_calls == 0);
    return Status::kOk;
  };
  put(f.client, "headbody");
  CHECK(f.hand.until([&] { return next.text == "body"; }));
  CHECK(f.owner.data_calls == 1);
  f.stream->close();
  CHECK(f.hand.until([&] { return next.closes == 1; }));
  CHECK(f.owner.closes == 0);
}

TEST_CASE("attach to a stream that has ended tells the end again") {
  Recorder next;
  Fixture f;
  ::shutdown(f.client.get(), SHUT_WR);
  CHECK(f.hand.until([&] { return f.owner.ends == 1; }));
  f.stream->attach(next);
  CHECK(f.hand.until([&] { return next.ends == 1; }));
}

TEST_CASE("closing from inside each callback works and on_close is not inline") {
  for (int where = 0; where < 3; ++where) {
    CAPTURE(where);
    for (const bool abort : {false, true}) {
      Fixture f;
      const auto close = [&](Stream& stream) {
        CHECK((abort ? stream.abort() : stream.close()) == Status::kOk);
        CHECK(f.owner.closes == 0);
        CHECK(stream.send(bytes_of("x")) == Status::kClosed);
        return Status::kOk;
      };
      if (where == 0) {
        f.owner.data_hook = [&](Stream& stream, std::span<const std::byte>, size_t&) { return close(stream); };
        put(f.client, "go");
      } else if (where == 1) {
        f.owner.end_hook = close;
        ::shutdown(f.client.get(), SHUT_WR);
      } else {
        f.owner.close_hook = [&](Stream& stream) { CHECK(stream.close() == Status::kClosed); };
        close(*f.stream);
      }
      CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
      CHECK(f.owner.reason == Status::kOk);
      f.client.reset();
      CHECK(f.hand.until([&] { return f.hand.net.idle(); }));
    }
  }
}

TEST_CASE("a close sends what is queued, and input that still comes does not destroy it") {
  Fixture f;
  const std::string answer(200'000, 'a');
  size_t sent = 0;
  while (sent < 10 * answer.size() && f.stream->send(bytes_of(answer)) == Status::kOk) sent += answer.size();
  f.stream->close();
  f.hand.settle();
  put(f.client, "noise");
  CHECK(f.hand.until([&] { return f.sink.pull(f.client), f.sink.ended; }));
  CHECK(f.sink.text.size() == sent);
  CHECK(f.sink.error == 0);
  CHECK(f.owner.closes == 1);
  put(f.client, "more noise");
  f.client.reset();
  CHECK(f.hand.until([&] { return f.hand.net.idle(); }));
}

TEST_CASE("a close whose queue nobody reads is bounded by the linger time") {
  Fixture f{{.linger = 30ms}};
  while (f.stream->send(bytes_of(std::string(100'000, 'a'))) == Status::kOk) continue;
  f.stream->close();
  CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
  CHECK(f.hand.net.idle());
}

TEST_CASE("an abort resets the peer") {
  Fixture f;
  f.stream->abort();
  CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
  f.sink.pull(f.client);
  CHECK(f.sink.error == ECONNRESET);
}

TEST_CASE("a negative status from a callback costs the connection") {
  Fixture f;
  f.owner.data_hook = [](Stream&, std::span<const std::byte>, size_t&) { return Status::kFault; };
  put(f.client, "x");
  CHECK(f.hand.until([&] { return f.owner.closes == 1; }));
  CHECK(f.owner.reason == Status::kFault);
}

TEST_CASE("an idle stream keeps no buffer") {
  CHECK(sizeof(Stream) <= 512);
  Fixture f;
  put(f.client, std::string(30'000, 'b'));
  CHECK(f.hand.until([&] { return f.owner.text.size() == 30'000; }));
  CHECK(f.stream->unread() == 0);
}

TEST_CASE("connect tells when it is there, takes what was queued before, and dials from the address asked for") {
  Recorder owner;
  HandLoop hand;
  Fd door = open_socket(4, SOCK_STREAM);
  sockaddr_storage storage{};
  const socklen_t size = Address::v4(127, 0, 0, 1, 0).to(storage);
  REQUIRE(::bind(door.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0);
  REQUIRE(::listen(door.get(), 4) == 0);
  const Address from = Address::v4(127, 0, 0, 3, 0);
  const auto dialed = Stream::connect(hand.net, local_address(door.get()), &from, 5s, {}, owner);
  REQUIRE(dialed.stream != nullptr);
  CHECK(dialed.stream->send(bytes_of("early")) == Status::kOk);
  CHECK(owner.writable_calls == 0);
  CHECK(hand.until([&] { return owner.writable_calls == 1; }));
  const Fd accepted{::accept4(door.get(), nullptr, nullptr, SOCK_NONBLOCK)};
  REQUIRE(accepted);
  CHECK(peer_address(accepted.get()).ip == from.ip);
  Sink sink;
  CHECK(hand.until([&] { return sink.pull(accepted), sink.text == "early"; }));
}

TEST_CASE("a refused connect and one that takes too long end in on_close") {
  Recorder refused;
  Recorder slow;
  HandLoop hand;
  Address closed_port;
  {
    auto [near, far] = tcp_pair();
    closed_port = local_address(near.get());
  }
  const auto dialed = Stream::connect(hand.net, closed_port, nullptr, 5s, {}, refused);
  if (dialed.stream != nullptr) {
    CHECK(hand.until([&] { return refused.closes == 1; }));
    CHECK(refused.reason == Status::kIo);
  } else {
    CHECK(dialed.status == Status::kIo);
  }
  CHECK(hand.net.counters().dial_failed.get() == 1);

  // A listener whose queue is full does not answer.
  Fd door = open_socket(4, SOCK_STREAM);
  sockaddr_storage storage{};
  const socklen_t size = Address::v4(127, 0, 0, 1, 0).to(storage);
  REQUIRE(::bind(door.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0);
  REQUIRE(::listen(door.get(), 0) == 0);
  const Address full = local_address(door.get());
  const Fd first = dial(full);
  REQUIRE(Stream::connect(hand.net, full, nullptr, 50ms, {}, slow).stream != nullptr);
  CHECK(hand.until([&] { return slow.closes == 1; }));
  CHECK(slow.reason == Status::kTimeout);
  CHECK(slow.writable_calls == 0);
}
