// SPDX-License-Identifier: Apache-2.0
// Tickets on their way to one relay. One thread.
#include "outbox.hpp"

#include <utility>

namespace junctor::relay_tickets {

bool Outbox::add(Ticket ticket, uint64_t now) {
  if (tickets_.size() >= capacity_) forget_expired(now);
  if (tickets_.size() >= capacity_) return false;
  tickets_.push_back(std::move(ticket));
  return true;
}

const Ticket* Outbox::next(uint64_t now) {
  forget_expired(now);
  return sent_ < tickets_.size() ? &tickets_[sent_] : nullptr;
}

/// They are in the order of their times, but for clocks that were set.
void Outbox::forget_expired(uint64_t now) {
  auto first = tickets_.begin() + static_cast<std::ptrdiff_t>(sent_);
  auto fresh = first;
  while (fresh != tickets_.end() && fresh->expires <= now) ++fresh;
  expired_ += static_cast<size_t>(fresh - first);
  tickets_.erase(first, fresh);
}

bool Outbox::answered() {
  if (sent_ == 0) return false;
  --sent_;
  tickets_.pop_front();
  return true;
}

size_t Outbox::take_expired() { return std::exchange(expired_, 0); }

}  // namespace junctor::relay_tickets
