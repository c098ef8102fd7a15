// SPDX-License-Identifier: Apache-2.0
// Tickets on their way to one relay, in order: those that were sent and have no answer yet, then those that wait. A
// value; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "ticket.hpp"

namespace junctor::relay_tickets {

class Outbox {
 public:
  explicit Outbox(size_t capacity) : capacity_{capacity} {}
  void set_capacity(size_t capacity) { capacity_ = capacity; }

  /// False: full of fresh ones, none of which gives way. `now` as a ticket's times.
  bool add(Ticket ticket, uint64_t now);
  /// The next to be sent; null where none waits. Those whose time is over are forgotten on the way.
  const Ticket* next(uint64_t now);
  /// It was sent.
  void sent() { ++sent_; }
  /// The oldest that was sent has its answer. False: none was.
  bool answered();
  /// The connection is gone: what has no answer is sent anew.
  void lost() { sent_ = 0; }

  size_t size() const { return tickets_.size(); }
  /// How many have been forgotten for their age since the last call.
  size_t take_expired();

 private:
  void forget_expired(uint64_t now);

  size_t capacity_;
  std::deque<Ticket> tickets_;
  size_t sent_ = 0;
  size_t expired_ = 0;
};

}  // namespace junctor::relay_tickets
