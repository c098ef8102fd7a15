// SPDX-License-Identifier: Apache-2.0
// When lines leave: alone at once, in a burst together, an error without delay. Standard error is a socket meanwhile
// that keeps writes apart.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "ops/log.hpp"

using namespace junctor::ops;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kRest = 5ms;  // of the log, between two writes
constexpr int kTries = 40;   // of which the quickest counts: machines are busy

class Wire {
 public:
  Wire() : stderr_{::dup(STDERR_FILENO)} {
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends_.data()) == 0);
    ::dup2(ends_[1], STDERR_FILENO);
  }
  ~Wire() {
    ::dup2(stderr_, STDERR_FILENO);
    for (const int fd : {stderr_, ends_[0], ends_[1]}) ::close(fd);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// The next write, and how many lines are in it.
  int64_t lines() {
    pollfd ready{ends_[0], POLLIN, 0};
    if (::poll(&ready, 1, 10'000) != 1) return 0;
    const ssize_t n = ::recv(ends_[0], bytes_.data(), bytes_.size(), 0);
    return std::count(bytes_.begin(), bytes_.begin() + std::max<ssize_t>(n, 0), '\n');
  }

 private:
  int stderr_;
  std::array<int, 2> ends_{};
  std::array<char, 128 * 1024> bytes_{};
};

Clock::duration time_of(Log& log, Wire& wire, Level level) {
  const auto begin = Clock::now();
  log.write(level, "test.line", {});
  CHECK(wire.lines() == 1);
  return Clock::now() - begin;
}

}  // namespace

TEST_CASE("a line that comes alone is written at once") {
  Wire wire;
  Clock::duration quickest = Clock::duration::max();
  for (int i = 0; i < kTries; ++i) {
    Log log{LogSettings{}};
    quickest = std::min(quickest, time_of(log, wire, Level::kInfo));
  }
  CHECK(quickest < kRest);
}

TEST_CASE("lines of a burst leave together") {
  constexpr int64_t kLines = 500;
  Wire wire;
  Log log{LogSettings{}};
  const auto begin = Clock::now();
  for (int64_t i = 0; i < kLines; ++i) log.write(Level::kInfo, "test.line", {});
  int64_t got = 0, writes = 0;
  for (int64_t n = 1; got < kLines && n > 0; ++writes) got += n = wire.lines();
  CHECK(got == kLines);
  CHECK(writes <= (Clock::now() - begin) / kRest + 2);
}

TEST_CASE("an error waits for nothing, and takes along what rested before it") {
  Wire wire;
  Log log{LogSettings{}};
  Clock::duration quickest = Clock::duration::max();
  for (int i = 0; i < kTries; ++i) quickest = std::min(quickest, time_of(log, wire, Level::kError));
  CHECK(quickest < kRest);  // each came while the log rested from the one before it

  for (int i = 0; i < 3; ++i) log.write(Level::kInfo, "test.line", {});
  log.write(Level::kError, "test.error", {});
  int64_t got = 0;
  for (int64_t n = 1; got < 4 && n > 0;) got += n = wire.lines();
  CHECK(got == 4);
}
