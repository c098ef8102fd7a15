// SPDX-License-Identifier: Apache-2.0
// What all sockets of one loop share: the read buffer, counters, the spare descriptor, a pipe at hand, and the lists by
// which everything is found at the end. Lives on its loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "loop/event_loop.hpp"
#include "net/counters.hpp"
#include "net/pause_choice.hpp"
#include "net/pipe_pool.hpp"
#include "net/socket.hpp"

namespace junctor::net {

class Stream;
class Bridge;

class NetLoop {
 public:
  /// Room for a WebSocket message of 64 KiB with its header, and for what follows it.
  static constexpr size_t kScratch = 80 * 1024;

  /// `loop` and `pipes` outlive it.
  /// `cpu`: what the loop's thread has worked.
  NetLoop(loop::EventLoop& loop, PipePool& pipes, const loop::Clock& cpu = loop::ThreadClock::instance());
  /// Closes what is left, without callbacks. close_all() first, where owners should be told.
  ~NetLoop();
  NetLoop(const NetLoop&) = delete;
  NetLoop& operator=(const NetLoop&) = delete;

  /// [any]
  loop::EventLoop& loop() { return loop_; }
  /// [any]
  const NetCounters& counters() const { return counters_; }
  NetCounters& count() { return counters_; }

  /// [any] How long a datagram may wait until more have come, where they come in many small pieces; zero: never.
  void set_datagram_pause(loop::Duration pause) { datagram_pause_.store(pause.count(), std::memory_order_relaxed); }
  loop::Duration datagram_pause() const { return loop::Duration{datagram_pause_.load(std::memory_order_relaxed)}; }

  /// Resets every stream and closes every bridge; their on_close calls follow in this or the next turn. What arrives
  /// later (accepted, connected, moved here) is closed at once.
  void close_all();
  bool closing() const { return closing_; }
  bool idle() const { return streams_.empty() && bridges_.empty() && gathering_.empty(); }

  /// Reads from it again after `pause`, or earlier: with all others that gather, so that one wake-up serves them.
  void gather(Bridge& bridge, loop::Duration pause);
  /// How long that is best, for all of them.
  PauseChoice& bridge_pause() { return bridge_pause_; }

  /// Bytes that are being read or copied; whoever is on the loop's stack owns them until it returns to the loop.
  std::span<std::byte> scratch() { return {scratch_.get(), kScratch}; }

  /// From the loop's own spare one, else from the pool.
  Pipe borrow_pipe();
  void give_back_pipe(Pipe pipe, bool empty);

  /// Descriptors ran out: closes the spare one so that one accept may succeed. False when there is none, or when
  /// another loop is doing it: descriptors are the process's, and whoever accepts meanwhile would take this one for
  /// good.
  bool drop_spare();
  /// Descriptors ran out, and this client wants one: of the client that has most on this loop, where that is many more
  /// than he has, the connection silent for longest is reset. False where there is none such.
  bool make_room_for(const Address& client);
  /// Behind drop_spare().
  void take_back_spare();
  /// Where it was lost all the same: as soon as the system allows.
  void restore_spare();
  /// [any] Nobody accepts while one loop has dropped its spare.
  static bool shedding() { return shedding_.load(std::memory_order_relaxed); }

 private:
  friend class Stream;
  friend class Bridge;

  void read_gathered();

  loop::EventLoop& loop_;
  PipePool& pipes_;
  NetCounters counters_;
  bool closing_ = false;
  std::atomic<int64_t> datagram_pause_{0};  // ns
  std::unique_ptr<std::byte[]> scratch_;
  Pipe pipe_;
  static inline std::atomic<bool> shedding_{false};
  Fd spare_;
  loop::List<Stream> streams_;
  loop::List<Bridge> bridges_;
  loop::List<Bridge> gathering_;  // those that wait for read_gathered()
  loop::ShortTimer pause_;
  loop::Instant pause_ends_;
  PauseChoice bridge_pause_;
};

}  // namespace junctor::net
