// SPDX-License-Identifier: Apache-2.0
// Both directions at once over every pair of TCP, TLS, WS and WSS, through the relay and the ws_bridge themselves:
// what arrives is what was sent. JUNCTOR_TEST_BULK_MIB=1024 makes it 1 GiB each way. Two threads, one a side.
#include <doctest/doctest.h>
#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>
#include <thread>

#include "party.hpp"

namespace junctor::site {
namespace {

using testing::patient;

constexpr size_t kFill = 256 * 1024;  // bytes ready to be sent
const Millis kStandstill{10'000};

size_t bulk_bytes() {
  const char* given = std::getenv("JUNCTOR_TEST_BULK_MIB");
  const int mib = given == nullptr ? testing::scaled(64) : std::atoi(given);
  return static_cast<size_t>(mib) << 20;
}

/// Bytes in order, and where each message ended, in one number.
struct Digest {
  uint64_t hash = 0;
  uint64_t bytes = 0;
  void add(std::string_view message) {
    hash = (hash ^ std::hash<std::string_view>{}(message)) * 0x9E3779B97F4A7C15ULL;
    bytes += message.size();
  }
};

/// Messages of all sizes, cut from a block of random bytes.
class Source {
 public:
  explicit Source(uint32_t seed) : random_{seed}, block_(4 << 20, '\0') {
    for (size_t i = 0; i + 4 <= block_.size(); i += 4) {
      const uint32_t word = random_();
      block_.replace(i, 4, reinterpret_cast<const char*>(&word), 4);
    }
  }
  std::string_view next() {
    const size_t size = 1 + random_() % (random_() % 64 == 0 ? 1'000'000 : 40'000);
    return std::string_view{block_}.substr(random_() % (block_.size() - size), size);
  }
  uint32_t number() { return random_(); }

 private:
  std::mt19937 random_;
  std::string block_;
};

/// One side: sends `total` bytes and takes in as many, at once.
class Side {
 public:
  Side(Party& party, uint32_t seed, size_t total) : party_{party}, source_{seed}, total_{total} {}

  void run() {
    while (received.bytes < total_ || sent.bytes < total_ || at_ < out_.size()) {
      const bool wrote = write(), read = take_in();
      if (failed_) return;
      if (!wrote && !read && !wait()) return;
    }
  }

  Digest sent, received;

 private:
  bool write() {
    if (at_ == out_.size()) refill();
    if (at_ == out_.size()) return false;
    std::string_view rest = std::string_view{out_}.substr(at_);
    const Tube::Went went = party_.tube().write(rest);
    at_ = out_.size() - rest.size();
    failed_ = failed_ || went == Tube::Went::kBroken;
    return went == Tube::Went::kOn;
  }
  void refill() {
    out_.clear();
    at_ = 0;
    while (sent.bytes < total_ && out_.size() < kFill) {
      const std::string_view message = source_.next();
      party_.encode(message, out_, source_.number(), source_.number() % 16 == 0 ? 3 : 1);
      sent.add(message);
    }
  }
  bool take_in() {
    const Tube::Went went = party_.read();
    while (const auto message = party_.next()) received.add(*message);
    failed_ = failed_ || (went != Tube::Went::kOn && went != Tube::Went::kWait);
    return went == Tube::Went::kOn;
  }
  bool wait() {
    pollfd ready{party_.tube().fd(), static_cast<short>(at_ < out_.size() ? POLLIN | POLLOUT : POLLIN), 0};
    return ::poll(&ready, 1, static_cast<int>(patient(kStandstill).count())) > 0;
  }

  Party& party_;
  Source source_;
  const size_t total_;
  std::string out_;
  size_t at_ = 0;  // of out_
  bool failed_ = false;
};

TEST_CASE("both directions at once arrive unchanged over every pair of transports") {
  FourWays ways;
  ways.start();
  const size_t total = bulk_bytes();
  uint32_t seed = 1;
  for (const Transport of_a : kTransports) {
    for (const Transport of_b : kTransports) {
      if (of_b < of_a) continue;
      const std::string pair = std::string{name_of(of_a)} + "-" + name_of(of_b);
      CAPTURE(pair);
      Pair session{ways, pair, of_a, of_b};
      Side a{session.a, ++seed, total}, b{session.b, ++seed, total};
      const auto begin = std::chrono::steady_clock::now();
      const double cpu = ways.server().cpu_seconds();
      std::thread other{[&] { b.run(); }};
      a.run();
      other.join();
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      MESSAGE(pair, ": ", total >> 20, " MiB each way in ", seconds, " s, server CPU ",
              ways.server().cpu_seconds() - cpu, " s");
      CHECK(b.received.bytes == a.sent.bytes);
      CHECK(b.received.hash == a.sent.hash);
      CHECK(a.received.bytes == b.sent.bytes);
      CHECK(a.received.hash == b.sent.hash);
    }
  }
  CHECK(testing::eventually([&] { return ways.idle(); }));
}

}  // namespace
}  // namespace junctor::site
