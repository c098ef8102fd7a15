// SPDX-License-Identifier: Apache-2.0
// What a relayed MiB allocates: nothing, spliced or copied; and what a connection and a session keep. Not under
// sanitizers.
#include <array>

#include "junctor/testing/allocations.hpp"
#include "net/bridge.hpp"
#include "net/test_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using junctor::testing::allocations_of;

namespace {

constexpr size_t kPiece = 64 * 1024;
constexpr size_t kMiB = 1024 * 1024;

struct Joined : BridgeEvents {
  explicit Joined(const PipeOptions& options) : hand{options} {
    for (size_t i = 0; i < 2; ++i) {
      auto [near, far] = tcp_pair();
      client[i] = std::move(near);
      stream[i] = Stream::adopt(hand.net, std::move(far), {}, {});
      stream[i]->attach(owner[i]);
    }
    REQUIRE(Bridge::join(*stream[0], *stream[1], {}, *this).status == Status::kOk);
    hand.settle();
  }
  void on_close(Bridge& /*bridge*/, Status /*why*/, const BridgeStats& /*at_end*/) override { closed = true; }

  /// From client 0 to client 1, with nothing of its own on the heap.
  void pass(size_t total) {
    size_t sent = 0, got = 0;
    while (got < total && !closed) {
      const size_t wanted = std::min(kPiece, total - sent);
      const ssize_t put = wanted == 0 ? 0 : ::send(client[0].get(), piece.data(), wanted, MSG_NOSIGNAL);
      if (put > 0) sent += static_cast<size_t>(put);
      hand.loop.run_once(std::chrono::milliseconds{1});
      for (ssize_t n = 1; n > 0;) {
        n = ::recv(client[1].get(), piece.data(), piece.size(), MSG_DONTWAIT);
        if (n > 0) got += static_cast<size_t>(n);
      }
    }
  }

  std::array<std::byte, kPiece> piece{};
  bool closed = false;
  std::array<Recorder, 2> owner;
  HandLoop hand;
  std::array<Fd, 2> client;
  std::array<Stream*, 2> stream{};
};

}  // namespace

TEST_CASE("a relayed MiB allocates nothing, spliced or copied") {
  for (const uint32_t pipes : {16U, 0U}) {
    Joined joined{{.max_pipes = pipes}};
    joined.pass(kMiB);
    CHECK(allocations_of([&] { joined.pass(16 * kMiB); }) == 0);
    CHECK_FALSE(joined.closed);
    CHECK(joined.hand.net.counters().bridge_bytes.get() == 17 * kMiB);
    CHECK((joined.hand.net.counters().bridge_spliced.get() > 0) == (pipes > 0));
  }
}

TEST_CASE("a stream and a bridge stay small: there are as many as clients and sessions") {
  CHECK(sizeof(Stream) <= 296);
  CHECK(sizeof(Bridge) <= 392);
}
