// SPDX-License-Identifier: Apache-2.0
// Shares a loop among the connections that have sent more than one turn of it may take. Lives on that loop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>

#include "junctor/host.hpp"

namespace junctor::rendezvous {

/// However much has come on however many connections, one turn of the loop serves no more than kPerTurn of it; then the
/// loop looks at its sockets (heartbeats among them) before the next. Who waits is not read meanwhile, so what a
/// stranger pipelines stays in his own socket.
class ReadTurns {
 public:
  /// What a message costs of a turn: one, and one more for each kPiece bytes of it.
  static constexpr size_t kPerTurn = 64;
  static constexpr size_t kPiece = 256;
  /// How long a connection over its limit is not read.
  static constexpr Duration kHold = std::chrono::seconds{1};

  class Member {
   public:
    /// Its turn has come: read on. Not called once it has left.
    virtual void go_on() = 0;

   protected:
    ~Member() = default;

   private:
    friend class ReadTurns;
    std::list<Member*>* queue_ = nullptr;
    std::list<Member*>::iterator place_;
  };

  explicit ReadTurns(const Host& host) : host_{host} {}

  /// May one more message be looked at in this turn? If so, tell with `took` what it was.
  bool has_room();
  void took(size_t bytes) { left_ -= std::min(left_, 1 + bytes / kPiece); }

  /// Until one of the next turns, in order.
  void wait(Member& member);
  /// For kHold at most.
  void hold(Member& member);
  void leave(Member& member);
  /// [control] Once no callback runs any more.
  void stop() { release_.cancel(); }

 private:
  void enlist(Member& member, std::list<Member*>& queue);
  void next_turn();
  void let_on(std::list<Member*>& queue, size_t most);

  const Host& host_;
  Duration turn_{-1};
  size_t left_ = kPerTurn;
  bool posted_ = false;
  std::list<Member*> waiting_, held_;
  Timer release_;
};

}  // namespace junctor::rendezvous
