// SPDX-License-Identifier: Apache-2.0
// Streams inside TLS against OpenSSL's own client, on a loop driven by hand. Each test runs over both versions.
#include <malloc.h>

#include <array>

#include "net/stream.hpp"
#include "net/tls_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace std::chrono_literals;

namespace {

constexpr int kVersions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

struct Fixture {
  explicit Fixture(int version = TLS1_3_VERSION, const StreamOptions& options = {}) {
    auto [near, far] = tcp_pair();
    client = std::make_unique<TlsClient>(std::move(near), version);
    auto tls = TlsSession::make(*any_context(), far.get());
    const bool done = hand.until([&] {
      const bool theirs = client->handshake();
      return (ours = ours || tls->handshake() == TlsSession::Handshake::kDone) && theirs;
    });
    REQUIRE(done);
    stream = Stream::adopt(hand.net, std::move(far), {}, options, {}, std::move(tls));
    stream->attach(owner);
  }
  void put(std::string_view text) {
    CHECK(hand.until([&] {
      text.remove_prefix(client->put(text));
      return text.empty();
    }));
  }
  bool pulled(const std::string& text) {
    return hand.until([&] { return client->pull(), client->text == text; });
  }
  bool closed() {
    return hand.until([&] { return owner.closes == 1; });
  }

  bool ours = false;
  Recorder owner;
  HandLoop hand;
  std::unique_ptr<TlsClient> client;
  Stream* stream = nullptr;
};

std::string pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

}  // namespace

TEST_CASE("inside TLS a stream echoes and ends in order, over 1.2 and 1.3") {
  for (const int version : kVersions) {
    Fixture f{version};
    f.owner.data_hook = [](Stream& stream, std::span<const std::byte> data, size_t& consumed) {
      consumed = data.size();
      return stream.send(data);
    };
    f.owner.end_hook = [](Stream& stream) { return stream.end(); };
    CHECK(f.stream->tls());
    f.put("hello");
    CHECK(f.pulled("hello"));
    f.client->end();
    CHECK(f.hand.until([&] { return f.client->pull(), f.client->ended; }));
    CHECK(f.closed());
    CHECK(f.owner.reason == Status::kOk);
    CHECK(f.owner.ends == 1);
  }
}

TEST_CASE("inside TLS megabytes pass both ways at once, through bounded queues") {
  for (const int version : kVersions) {
    Fixture f{version};
    const std::string out = pattern(8'000'000);
    size_t sent = 0;
    const auto more = [&](Stream& stream) {
      while (sent < out.size() && stream.send(bytes_of(out).subspan(sent, 100'000)) == Status::kOk) sent += 100'000;
      CHECK(stream.queued() <= 256 * 1024);
      return Status::kOk;
    };
    f.owner.writable_hook = more;
    more(*f.stream);
    size_t put = 0;
    CHECK(f.hand.until(
        [&] {
          put += f.client->put(std::string_view{out}.substr(put, 50'000));
          f.client->pull();
          return f.client->text.size() >= out.size() && f.owner.text.size() >= out.size();
        },
        60s));
    CHECK((f.client->text == out));
    CHECK((f.owner.text == out));
    CHECK(f.owner.closes == 0);
  }
}

TEST_CASE("inside TLS pieces leave as if they were one") {
  for (const int version : kVersions) {
    Fixture f{version};
    const std::string head = "head", body = pattern(100'000), tail = "tail";
    std::string expected;
    for (int i = 0; i < 200 && f.stream->queued() == 0; ++i) {
      REQUIRE(f.stream->send(std::array{bytes_of(head), bytes_of(""), bytes_of(body), bytes_of(tail)}) == Status::kOk);
      expected += head + body + tail;
    }
    REQUIRE(f.stream->queued() > 0);
    CHECK(f.pulled(expected));
  }
}

TEST_CASE("inside TLS bytes that wait in the session are given after a pause, and none is lost in a small buffer") {
  Fixture f{TLS1_3_VERSION, {.receive_buffer = 1024}};
  f.stream->pause();
  const std::string text = pattern(40'000);
  f.put(text);
  f.hand.settle();
  CHECK(f.owner.data_calls == 0);
  f.stream->resume();
  CHECK(f.hand.until([&] { return f.owner.text.size() == text.size(); }));
  CHECK((f.owner.text == text));
}

TEST_CASE("inside TLS unconsumed bytes are given again, one byte a record") {
  Fixture f;
  f.owner.data_hook = [&](Stream&, std::span<const std::byte> data, size_t& consumed) {
    consumed = data.size() - data.size() % 10;
    f.owner.text += text_of(data.first(consumed));
    return Status::kOk;
  };
  const std::string text = pattern(100);
  for (const char byte : text) f.put({&byte, 1});
  CHECK(f.hand.until([&] { return f.owner.text == text; }));
}

TEST_CASE("inside TLS a half-close sends what is queued first and leaves the other way open") {
  for (const int version : kVersions) {
    Fixture f{version};
    const std::string large = pattern(250'000);
    for (size_t at = 0; at < large.size(); at += 50'000) {
      CHECK(f.stream->send(bytes_of(large).subspan(at, 50'000)) == Status::kOk);
    }
    CHECK(f.stream->end() == Status::kOk);
    CHECK(f.hand.until([&] { return f.client->pull(), f.client->ended; }));
    CHECK((f.client->text == large));
    f.put("still here");
    CHECK(f.hand.until([&] { return f.owner.text == "still here"; }));
    CHECK(f.owner.closes == 0);
    f.client->end();
    CHECK(f.closed());
    CHECK(f.owner.reason == Status::kOk);
  }
}

TEST_CASE("inside TLS the peer's half-close is told at its close_notify, and the stream may answer on") {
  for (const int version : kVersions) {
    Fixture f{version};
    f.owner.end_hook = [](Stream&) { return Status::kOk; };
    f.put("question");
    f.client->end();
    CHECK(f.hand.until([&] { return f.owner.ends == 1; }));
    CHECK(f.owner.text == "question");
    CHECK(f.stream->send(bytes_of("answer")) == Status::kOk);
    f.stream->close();
    CHECK(f.hand.until([&] { return f.client->pull(), f.client->ended; }));
    CHECK(f.client->text == "answer");
    CHECK(f.closed());
  }
}

TEST_CASE("inside TLS an end without close_notify is a truncation, after the bytes before it") {
  for (const int version : kVersions) {
    Fixture f{version};
    f.put("cut o");
    ::shutdown(f.client->fd().get(), SHUT_WR);
    CHECK(f.closed());
    CHECK(f.owner.text == "cut o");
    CHECK(f.owner.ends == 0);
    CHECK(f.owner.reason == Status::kTruncated);
  }
}

TEST_CASE("inside TLS a truncation behind a pause is told, too") {
  Fixture f;
  f.put("x");
  CHECK(f.hand.until([&] { return f.owner.text == "x"; }));
  f.stream->pause();
  f.stream->end();
  f.hand.settle();
  ::shutdown(f.client->fd().get(), SHUT_WR);
  CHECK(f.closed());
  CHECK(f.owner.reason == Status::kTruncated);
}

TEST_CASE("inside TLS a reset is a reset, also behind close_notify") {
  Fixture f;
  reset_on_close(f.client->fd().get());
  f.client->fd().reset();
  CHECK(f.closed());
  CHECK(f.owner.reason == Status::kReset);

  Fixture g;
  g.owner.end_hook = [](Stream&) { return Status::kOk; };
  g.client->end();
  CHECK(g.hand.until([&] { return g.owner.ends == 1; }));
  reset_on_close(g.client->fd().get());
  g.client->fd().reset();
  CHECK(g.closed());
  CHECK(g.owner.reason == Status::kReset);
}

TEST_CASE("inside TLS a reset that a paused stream's write finds ends it") {
  Fixture f;
  f.stream->pause();
  while (f.stream->send(bytes_of(pattern(100'000))) == Status::kOk) {
  }
  reset_on_close(f.client->fd().get());
  f.client->fd().reset();
  CHECK(f.closed());
  CHECK(f.owner.reason == Status::kReset);
}

TEST_CASE("inside TLS garbage on the wire costs the connection, not the loop") {
  Fixture f;
  put(f.client->fd(), std::string(100, 'x'));
  CHECK(f.closed());
  CHECK(f.owner.reason == Status::kIo);
  CHECK(f.owner.text.empty());
}

TEST_CASE("inside TLS 1.3 a key update in mid-stream changes nothing, even while our queue is full") {
  Fixture f;
  const std::string out = pattern(3'000'000);
  size_t sent = 0;
  const auto more = [&](Stream& stream) {
    while (sent < out.size() && stream.send(bytes_of(out).subspan(sent, 100'000)) == Status::kOk) sent += 100'000;
    return Status::kOk;
  };
  f.owner.writable_hook = more;
  more(*f.stream);
  f.hand.settle();
  for (int i = 0; i < 5; ++i) {
    CHECK(SSL_key_update(f.client->raw(), SSL_KEY_UPDATE_REQUESTED) == 1);
    f.put("after update " + std::to_string(i) + ";");
    f.hand.settle();
  }
  CHECK(f.pulled(out));
  CHECK(f.hand.until(
      [&] { return f.owner.text == "after update 0;after update 1;after update 2;after update 3;after update 4;"; }));
}

TEST_CASE("a client's renegotiation is refused") {
  Fixture f{TLS1_2_VERSION};
  CHECK(SSL_renegotiate(f.client->raw()) == 1);
  SSL_do_handshake(f.client->raw());
  CHECK(f.hand.until([&] { return f.client->pull(), f.client->error != 0; }));
  CHECK(f.owner.text.empty());
}

TEST_CASE("a TLS stream moves to another loop with all it holds, and goes on there") {
  Fixture f;
  HandLoop other;
  f.owner.data_hook = [](Stream& stream, std::span<const std::byte> data, size_t& consumed) {
    if (data.size() < 5) return Status::kOk;
    consumed = data.size();
    return stream.send(data);
  };
  f.put("abc");
  CHECK(f.hand.until([&] { return f.stream->unread() == 3; }));
  bool arrived = false;
  CHECK(f.stream->migrate(other.net, [&] { arrived = true; }) == Status::kOk);
  f.client->put("def");
  f.hand.settle();
  CHECK(other.until([&] { return arrived; }));
  CHECK(other.until([&] { return f.client->pull(), f.client->text == "abcdef"; }));
}

TEST_CASE("an idle TLS stream gives its buffers back") {
  constexpr int kStreams = 100;
  HandLoop hand;
  std::vector<std::unique_ptr<TlsClient>> clients;
  std::vector<std::unique_ptr<TlsSession>> sessions;
  std::vector<Fd> fds;
  size_t bytes = 0;
  for (int i = 0; i < kStreams; ++i) {
    auto [near, far] = tcp_pair();
    clients.push_back(std::make_unique<TlsClient>(std::move(near)));
    const size_t before = ::mallinfo2().uordblks;
    auto tls = TlsSession::make(*any_context(), far.get());
    const size_t made = ::mallinfo2().uordblks;
    bool ours = false;
    size_t clients_share = 0;
    REQUIRE(hand.until([&] {
      const size_t start = ::mallinfo2().uordblks;
      const bool theirs = clients.back()->handshake();
      clients_share += ::mallinfo2().uordblks - start;
      return (ours = ours || tls->handshake() == TlsSession::Handshake::kDone) && theirs;
    }));
    std::byte none[16];
    CHECK(tls->read(none) == -1);
    bytes += made - before + (::mallinfo2().uordblks - made - clients_share);
    sessions.push_back(std::move(tls));
    fds.push_back(std::move(far));
  }
  MESSAGE("user-space bytes of an idle TLS session: ", bytes / kStreams);
  CHECK(bytes / kStreams < 32 * 1024);
}
