// SPDX-License-Identifier: Apache-2.0
// Bridges with one or both sides inside TLS, on a loop driven by hand.
#include "net/bridge.hpp"
#include "net/tls_kit.hpp"

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

/// A client, plain or inside TLS, with the same words for both.
struct Client {
  Fd plain;
  std::unique_ptr<TlsClient> tls;
  Sink sink;

  size_t put(std::string_view text) {
    if (tls) return tls->put(text);
    const ssize_t sent = ::send(plain.get(), text.data(), text.size(), MSG_NOSIGNAL);
    return sent > 0 ? static_cast<size_t>(sent) : 0;
  }
  void end() {
    if (tls) return tls->end();
    ::shutdown(plain.get(), SHUT_WR);
  }
  void pull() {
    if (!tls) return sink.pull(plain);
    tls->pull();
    sink.text += std::exchange(tls->text, {});
    sink.ended = tls->ended;
    sink.error = tls->error;
  }
  Fd& fd() { return tls ? tls->fd() : plain; }
};

struct Fixture {
  explicit Fixture(std::array<bool, 2> inside, int version = TLS1_3_VERSION) {
    for (size_t i = 0; i < 2; ++i) {
      auto [near, far] = tcp_pair();
      std::unique_ptr<TlsSession> session;
      if (inside[i]) {
        client[i].tls = std::make_unique<TlsClient>(std::move(near), version);
        session = TlsSession::make(*any_context(), far.get());
        bool ours = false;
        REQUIRE(hand.until([&] {
          const bool theirs = client[i].tls->handshake();
          return (ours = ours || session->handshake() == TlsSession::Handshake::kDone) && theirs;
        }));
      } else {
        client[i].plain = std::move(near);
      }
      stream[i] = Stream::adopt(hand.net, std::move(far), {}, {}, {}, std::move(session));
      stream[i]->attach(owner[i]);
    }
  }
  void join(const BridgePolicy& policy = {}) {
    const auto joined = Bridge::join(*stream[0], *stream[1], policy, ending);
    REQUIRE(joined.status == Status::kOk);
    hand.settle();
  }
  bool closed() {
    return hand.until([&] { return ending.closes == 1; });
  }
  /// Each client sends its text in pieces and ends; true when both have seen the other's end.
  bool exchange(const std::array<std::string, 2>& texts, size_t piece) {
    std::array<size_t, 2> at{};
    std::array<bool, 2> done{};
    return hand.until(
        [&] {
          for (size_t i = 0; i < 2; ++i) {
            client[i].pull();
            at[i] += client[i].put(std::string_view{texts[i]}.substr(at[i], piece));
            if (at[i] == texts[i].size() && !std::exchange(done[i], true)) client[i].end();
          }
          return client[0].sink.ended && client[1].sink.ended;
        },
        120s);
  }

  std::array<Recorder, 2> owner;
  Ending ending;
  HandLoop hand;
  std::array<Client, 2> client;
  std::array<Stream*, 2> stream{};
};

std::string pattern(size_t size, unsigned seed) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) {
    seed = seed * 1664525 + 1013904223;
    text[i] = static_cast<char>(seed >> 24);
  }
  return text;
}

constexpr std::array<std::array<bool, 2>, 2> kPairs = {{{true, false}, {true, true}}};

}  // namespace

TEST_CASE("64 MiB each way at once cross a bridge with TLS on one side or both, and both ends arrive") {
  const std::array<std::string, 2> texts = {pattern(64 << 20, 1), pattern(64 << 20, 2)};
  for (const auto& inside : kPairs) {
    Fixture f{inside};
    f.join();
    CHECK(f.exchange(texts, 300'000));
    CHECK((f.client[1].sink.text == texts[0]));
    CHECK((f.client[0].sink.text == texts[1]));
    CHECK(f.closed());
    CHECK(f.ending.reason == Status::kOk);
    CHECK(f.ending.stats.bytes_ab == texts[0].size());
    CHECK(f.ending.stats.bytes_ba == texts[1].size());
    CHECK(f.hand.net.counters().bridge_spliced.get() == 0);
    CHECK(f.hand.net.counters().copy_fallbacks.get() == 0);
  }
}

TEST_CASE("pieces of every size cross a bridge inside TLS 1.2") {
  const std::array<std::string, 2> texts = {pattern(300'000, 3), pattern(300'000, 4)};
  for (const size_t piece : {size_t{7}, size_t{1400}, size_t{16 * 1024}, size_t{70'000}}) {
    Fixture f{{true, true}, TLS1_2_VERSION};
    f.join();
    const std::array<std::string, 2> some = {texts[0].substr(0, piece * 40), texts[1].substr(0, piece * 30)};
    CHECK(f.exchange(some, piece));
    CHECK((f.client[1].sink.text == some[0]));
    CHECK((f.client[0].sink.text == some[1]));
    CHECK(f.closed());
  }
}

TEST_CASE("a half-close crosses a bridge inside TLS while the other way goes on") {
  for (const auto& inside : kPairs) {
    Fixture f{inside};
    f.join();
    f.client[0].put("last");
    f.client[0].end();
    CHECK(f.hand.until([&] { return f.client[1].pull(), f.client[1].sink.ended; }));
    CHECK(f.client[1].sink.text == "last");
    const std::string back = pattern(5'000'000, 5);
    size_t at = 0;
    CHECK(f.hand.until([&] {
      at += f.client[1].put(std::string_view{back}.substr(at, 100'000));
      f.client[0].pull();
      return f.client[0].sink.text.size() == back.size();
    }));
    f.client[1].end();
    CHECK(f.hand.until([&] { return f.client[0].pull(), f.client[0].sink.ended; }));
    CHECK((f.client[0].sink.text == back));
    CHECK(f.closed());
    CHECK(f.ending.reason == Status::kOk);
  }
}

TEST_CASE("what was unread and unsent when a bridge inside TLS began goes first, a record cut in two included") {
  Fixture f{{true, true}};
  f.owner[0].data_hook = [](Stream&, std::span<const std::byte>, size_t&) { return Status::kOk; };
  f.client[0].put("unread ");
  CHECK(f.hand.until([&] { return f.stream[0]->unread() == 7; }));
  std::string unsent;
  const std::string piece = pattern(50'000, 6);
  while (f.stream[1]->queued() == 0 || unsent.size() < 300'000) {
    if (f.stream[1]->send(bytes_of(piece)) != Status::kOk) break;
    unsent += piece;
  }
  CHECK(f.stream[1]->queued() > 0);
  f.join();
  f.client[0].put("fresh");
  f.client[0].end();
  CHECK(f.hand.until([&] { return f.client[1].pull(), f.client[1].sink.ended; }));
  CHECK((f.client[1].sink.text == unsent + "unread fresh"));
}

TEST_CASE("a slow reader inside TLS holds the other side back, and a bounded queue is all it costs") {
  Fixture f{{false, true}};
  f.join();
  const std::string piece = pattern(1 << 20, 7);
  size_t sent = 0;
  size_t still = 0;
  while (still < 50) {
    const size_t put = f.client[0].put(piece);
    sent += put;
    still = put == 0 ? still + 1 : 0;
    f.hand.loop.run_once(1ms);
  }
  CHECK(sent < size_t{64} << 20);  // what the sockets hold
  f.client[0].end();
  CHECK(f.hand.until([&] { return f.client[1].pull(), f.client[1].sink.ended; }));
  CHECK(f.client[1].sink.text.size() == sent);
}

TEST_CASE("a rate holds for a bridge inside TLS, and what waits inside the session is not forgotten") {
  Fixture f{{true, false}};
  f.join({.rate = 8 * 200'000});
  const std::string text = pattern(60'000, 8);
  const auto start = std::chrono::steady_clock::now();
  CHECK(f.exchange({text, ""}, 60'000));
  CHECK((f.client[1].sink.text == text));
  CHECK(std::chrono::steady_clock::now() - start > 150ms);
}

TEST_CASE("a side that is cut off or reset inside TLS ends the bridge as a reset, after its bytes") {
  for (const bool reset : {false, true}) {
    Fixture f{{true, true}};
    f.join();
    f.client[0].put("last");
    if (reset) reset_on_close(f.client[0].fd().get());
    f.client[0].fd().reset();
    CHECK(f.hand.until([&] { return f.client[1].pull(), f.client[1].sink.ended; }));
    CHECK(f.client[1].sink.text == "last");
    CHECK(f.closed());
    CHECK(f.ending.reason == Status::kReset);
  }
}

TEST_CASE("an idle bridge inside TLS ends by its timeout, and says so to both sides") {
  Fixture f{{true, false}};
  f.join({.idle_timeout = 50ms});
  CHECK(f.closed());
  CHECK(f.ending.reason == Status::kTimeout);
  CHECK(f.hand.until([&] { return f.client[0].pull(), f.client[0].sink.ended; }));
}
