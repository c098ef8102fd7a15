// SPDX-License-Identifier: Apache-2.0
// Relay sessions over WebSocket against the real server: both directions at once, half-closes, slow readers, refusals.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <thread>

#include "ws_relay_side.hpp"

namespace junctor::site {
namespace {

/// Sanitizers keep what was freed for a while.
constexpr int64_t kMoreMemoryKib = testing::kBuildScale > 1 ? 65'536 : 4096;

using namespace std::chrono_literals;
using testing::patient;

constexpr const char* kBridge = "[ws_bridge]\n";
const Millis kWhile = patient(10s);

/// Bytes in order, and where each message ended, in one number.
struct Digest {
  uint64_t hash = 0;
  uint64_t bytes = 0;
  void add(const std::string& message) {
    hash = (hash ^ std::hash<std::string>{}(message)) * 0x9E3779B97F4A7C15ULL;
    bytes += message.size();
  }
};

Digest send_all(RelaySide& side, size_t total, uint32_t seed) {
  std::mt19937 random{seed};
  Digest sent;
  while (sent.bytes < total) {
    std::string message(1 + random() % (random() % 8 == 0 ? 1'000'000 : 40'000), '\0');
    for (size_t i = 0; i < message.size(); i += 4) message[i] = static_cast<char>(random());
    side.send(message, random);
    sent.add(message);
  }
  return sent;
}

Digest receive_all(RelaySide& side, size_t total) {
  Digest got;
  while (got.bytes < total) {
    const auto message = side.receive(kWhile);
    if (!message) break;
    got.add(*message);
  }
  return got;
}

/// Sends and receives on both at once; whether everything arrived as it was sent.
void exchange(RelaySide& a, RelaySide& b, size_t total) {
  Digest a_sent, b_sent, a_got, b_got;
  {
    std::thread writer_a{[&] { a_sent = send_all(a, total, 1); }}, writer_b{[&] { b_sent = send_all(b, total, 2); }};
    std::thread reader_a{[&] { a_got = receive_all(a, total); }}, reader_b{[&] { b_got = receive_all(b, total); }};
    for (std::thread* thread : {&writer_a, &writer_b, &reader_a, &reader_b}) thread->join();
  }
  CHECK(b_got.bytes == a_sent.bytes);
  CHECK(b_got.hash == a_sent.hash);
  CHECK(a_got.bytes == b_sent.bytes);
  CHECK(a_got.hash == b_sent.hash);
}

TEST_CASE("64 MiB each way at once arrive unchanged, WebSocket to TCP and to WebSocket") {
  Site site{kBridge};
  site.start();
  const std::string key = site.key();
  const auto total = static_cast<size_t>(testing::scaled(64)) << 20;
  for (const bool other_ws : {false, true}) {
    const std::string uuid = other_ws ? "ws-ws" : "ws-tcp";
    RelaySide b{site, true, relay_request(uuid, key)};
    RelaySide a{site, other_ws, relay_request(uuid, key, "123456789")};
    const auto begin = std::chrono::steady_clock::now();
    const double cpu = site.server().cpu_seconds();
    exchange(a, b, total);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    MESSAGE(uuid, ": ", (total >> 20) * 2, " MiB in ", seconds, " s, server CPU ", site.server().cpu_seconds() - cpu,
            " s");
    const auto rows = site.server().ctl("sessions").object()->getArray("rows");
    CHECK(rows->getObject(0)->getValue<std::string>("transport") == (other_ws ? "ws-ws" : "tcp-ws"));
  }
}

TEST_CASE("one byte at a time, both sides of a session are the same") {
  Site site{kBridge};
  site.start();
  const std::string key = site.key();
  RelaySide b{site, false, relay_request("u", key)};
  WsClient a{site, {.offset = 3}};
  std::mt19937 random{3};
  std::string stream = ws_bridge::testing::binary(wire::wrap_message(relay_request("u", key, "123456789")));
  stream += ClientFrame{2, "frag", false}.bytes() + ws_bridge::testing::ping("p") + ClientFrame{0, "ment"}.bytes() +
            ws_bridge::testing::binary("") + ws_bridge::testing::binary(std::string(300, 'x'));
  for (const char byte : stream) a.send_bytes({&byte, 1});
  CHECK(b.receive(kWhile) == "fragment");
  CHECK(b.receive(kWhile) == std::string(300, 'x'));
  std::string frames;
  for (const std::string& text : {std::string{"answer"}, std::string{}, std::string(200, 'y')}) {
    wire::append_frame(text, frames);
  }
  for (const char byte : frames) b.socket().send_raw({&byte, 1});
  CHECK(a.receive(kWhile) == "answer");
  CHECK(a.receive(kWhile) == std::string(200, 'y'));
}

TEST_CASE("a TCP side's half-close: all that was in flight, a Close, and the WebSocket's last words still pass") {
  Site site{kBridge};
  site.start();
  const std::string key = site.key();
  RelaySide ws{site, true, relay_request("u", key)};
  RelaySide tcp{site, false, relay_request("u", key, "123456789")};
  std::mt19937 random{5};
  const std::string large(3 << 20, 'x');
  std::thread writer{[&] {
    tcp.send(large, random);
    tcp.finish();
  }};
  const auto got = ws.receive(kWhile);
  writer.join();
  REQUIRE(got);
  CHECK(*got == large);
  CHECK_FALSE(ws.receive(kWhile));
  CHECK(ws.ws()->close_code() == 1000);
  ws.send("last words", random);
  ws.finish();
  CHECK(tcp.receive(kWhile) == "last words");
  CHECK(tcp.wait_end(kWhile));
  CHECK(ws.socket().wait_end(kWhile));
  CHECK(site.server().log_has("event=relay.stop", "reason=finished"));
}

TEST_CASE("a WebSocket's Close: all that it sent arrives, and the answer carries its code") {
  Site site{kBridge};
  site.start();
  const std::string key = site.key();
  for (const bool other_ws : {false, true}) {
    const std::string uuid = other_ws ? "u" : "v";
    RelaySide ws{site, true, relay_request(uuid, key)};
    RelaySide other{site, other_ws, relay_request(uuid, key, "123456789")};
    std::mt19937 random{6};
    const std::string large(1 << 20, 'x');
    ws.send("before", random);
    CHECK(other.receive(kWhile).value_or("nothing") == "before");
    std::thread writer{[&] {
      ws.send(large, random);
      ws.ws()->send_bytes(ws_bridge::testing::close_frame(4001));
    }};
    CHECK((other.receive(kWhile) == large));
    writer.join();
    CHECK_FALSE(other.receive(kWhile));
    other.finish();
    CHECK(ws.ws()->wait_close(kWhile) == 4001);
    CHECK(ws.socket().wait_end(kWhile));
  }
}

TEST_CASE("a slow reader costs a bounded buffer, whichever side it is on") {
  Site site{kBridge};
  site.start();
  const std::string key = site.key();
  int round = 0;
  for (const bool reader_ws : {true, false}) {
    for (const bool writer_ws : {true, false}) {
      if (!reader_ws && !writer_ws) continue;
      const std::string uuid = "u" + std::to_string(++round);
      RelaySide reader{site, reader_ws, relay_request(uuid, key)};
      RelaySide writer{site, writer_ws, relay_request(uuid, key, "123456789")};
      std::string frame;
      if (writer_ws) {
        frame = ws_bridge::testing::binary(std::string(1 << 20, 'x'));
      } else {
        wire::append_frame(std::string(1 << 20, 'x'), frame);
      }
      const int64_t before = site.memory_kib();
      size_t sent = 0;  // until nothing has gone for a second
      for (auto last = std::chrono::steady_clock::now(); std::chrono::steady_clock::now() - last < 1s;) {
        const size_t at = sent % frame.size();
        const ssize_t put =
            ::send(writer.socket().fd(), frame.data() + at, frame.size() - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put > 0) {
          sent += static_cast<size_t>(put);
          last = std::chrono::steady_clock::now();
        } else {
          std::this_thread::sleep_for(2ms);
        }
      }
      MESSAGE((sent >> 20), " MiB were taken, memory grew by ", site.memory_kib() - before, " KiB");
      CHECK(sent < 64U << 20);
      CHECK(site.memory_kib() - before < kMoreMemoryKib);
      const size_t whole = sent / frame.size();
      for (size_t i = 0; i < whole; ++i) CHECK(reader.receive(kWhile).value_or("").size() == 1U << 20);
    }
  }
}

TEST_CASE("who is refused hears why in a close code, and harms nobody") {
  Site site{"[relay]\nwait = \"1s\"\n[ws_bridge]\nrelay_message_max = \"1MiB\"\nhandshake_timeout = \"1s\"\n"};
  site.start();
  const std::string key = site.key();
  RelaySide wrong{site, true, relay_request("u", "wrong")};
  CHECK(wrong.ws()->wait_close(kWhile) == 1008);
  RelaySide lonely{site, true, relay_request("lonely", key)};
  CHECK(lonely.ws()->wait_close(kWhile) == 1000);
  WsClient nonsense{site, {.offset = 3}};
  nonsense.send("nonsense");
  CHECK(nonsense.wait_close(kWhile) == 1008);
  WsClient mute{site, {.offset = 3}};
  CHECK(mute.tcp().wait_end(kWhile));

  RelaySide a{site, true, relay_request("u", key)}, b{site, true, relay_request("u", key, "123456789")};
  std::mt19937 random{8};
  a.send("hello", random);
  CHECK(b.receive(kWhile).value_or("nothing") == "hello");
  RelaySide third{site, true, relay_request("u", key)};
  CHECK(third.ws()->wait_close(kWhile) == 1008);
  b.send("still here", random);
  CHECK(a.receive(kWhile) == "still here");
  a.ws()->send(std::string((1 << 20) + 1, 'x'));
  CHECK(a.ws()->wait_close(kWhile) == 1009);
  CHECK(b.socket().wait_end(kWhile));
  CHECK(site.metric("ws_bridge", "refused", "reason=too_large") == 1);
}

}  // namespace
}  // namespace junctor::site
