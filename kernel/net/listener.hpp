// SPDX-License-Identifier: Apache-2.0
// Accepts TCP connections for one owner, on one loop or on several. Opened and closed by [control]; each acceptor lives
// on its loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loop/event_loop.hpp"
#include "net/entrance.hpp"
#include "net/held_sockets.hpp"
#include "net/limits.hpp"
#include "net/socket_store.hpp"
#include "net/stream.hpp"

namespace junctor::net {

struct ListenOptions {
  StreamOptions stream{};
  LimitOptions limits{};
  EntranceOptions entrance{};
  int backlog = 4096;
  uint32_t accepts_per_turn = 64;
  loop::Duration shed_pause = std::chrono::milliseconds{50};  // without accepting, after descriptors ran out
};

class ListenerGroup;

class AcceptEvents {
 public:
  /// On the stream's loop. Attach the stream before returning, or it is closed.
  virtual void on_accept(ListenerGroup& listener, Stream& stream) = 0;
  /// A connection was closed before on_accept; it was counted. `detail` is for people, and may be empty.
  virtual void on_refused(ListenerGroup& listener, const Address& peer, Refusal reason, const char* detail);

 protected:
  ~AcceptEvents() = default;
};

class ListenerGroup {
 public:
  /// Opens or adopts the sockets of all addresses; accepts on each of `loops` (one socket of each family per loop).
  /// Throws NetError. Nothing is accepted before start(). `store`, `loops` and `events` outlive it.
  ListenerGroup(SocketStore& store, std::vector<NetLoop*> loops, std::span<const Address> addresses,
                const ListenOptions& options, AcceptEvents& events);
  /// After close() and a barrier over the loops.
  ~ListenerGroup();
  ListenerGroup(const ListenerGroup&) = delete;
  ListenerGroup& operator=(const ListenerGroup&) = delete;

  /// [any] Accepting begins on each loop as its turn comes.
  void start();
  /// [any] Stops accepting: at once on the calling loop, on the others as their turn comes (until then on_accept may
  /// still be called). The sockets stay in the store, with their queues.
  void close();
  /// [control] After close(): gives the sockets back to the store. The destructor does it too.
  void release();

  /// [any] Bound addresses, port 0 resolved.
  const std::vector<Address>& addresses() const { return held_.addresses(); }
  /// Families that the host lacks, for the log.
  const std::vector<std::string>& notes() const { return held_.notes(); }
  /// [any]
  Limits& limits() { return *limits_; }
  EntranceRules& entrance() { return entrance_; }
  /// Of its owner: a handle.
  uint64_t user = 0;

 private:
  class Acceptor;

  ListenOptions options_;
  AcceptEvents& events_;
  std::shared_ptr<Limits> limits_;
  EntranceRules entrance_;
  HeldSockets held_;
  std::atomic<bool> closed_{false};
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
};

}  // namespace junctor::net
