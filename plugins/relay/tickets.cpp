// SPDX-License-Identifier: Apache-2.0
// The uuids that signalling has seen for allowed pairs. Any thread.
#include "tickets.hpp"

namespace junctor::relay {

bool Tickets::expect(std::string_view uuid, std::string_view id, Duration now, Duration until, bool* awaited) {
  const std::lock_guard lock{mutex_};
  expire(now);
  const auto known = tickets_.find(uuid);
  if (known != tickets_.end()) drop(known);
  if (tickets_.size() >= capacity_) return false;
  const auto at = tickets_.emplace(std::string{uuid}, Ticket{std::string{id}, until}).first;
  by_age_.emplace(until, &at->first);
  if (awaited != nullptr) *awaited = awaited_.count(at->first) > 0;
  return true;
}

bool Tickets::await(std::string_view uuid, Duration now) {
  const std::lock_guard lock{mutex_};
  expire(now);
  if (tickets_.find(uuid) != tickets_.end()) return false;
  awaited_.emplace(uuid);
  return true;
}

void Tickets::await_no_more(std::string_view uuid) {
  const std::lock_guard lock{mutex_};
  const auto at = awaited_.find(uuid);
  if (at != awaited_.end()) awaited_.erase(at);
}

Tickets::Answer Tickets::check(std::string_view uuid, std::string_view id, Duration now) {
  const std::lock_guard lock{mutex_};
  expire(now);
  const auto at = tickets_.find(uuid);
  if (at == tickets_.end()) return Answer::kNone;
  const std::string& meant = at->second.id;
  if (!meant.empty() && !id.empty() && meant != id) return Answer::kOtherId;
  return Answer::kGood;
}

void Tickets::used(std::string_view uuid) {
  const std::lock_guard lock{mutex_};
  const auto at = tickets_.find(uuid);
  if (at != tickets_.end()) drop(at);
}

void Tickets::set_capacity(size_t capacity) {
  const std::lock_guard lock{mutex_};
  capacity_ = capacity;
}

size_t Tickets::capacity() const {
  const std::lock_guard lock{mutex_};
  return capacity_;
}

size_t Tickets::size(Duration now) {
  const std::lock_guard lock{mutex_};
  expire(now);
  return tickets_.size();
}

void Tickets::expire(Duration now) {
  while (!by_age_.empty() && by_age_.begin()->first <= now) drop(tickets_.find(*by_age_.begin()->second));
}

void Tickets::drop(Table::iterator at) {
  by_age_.erase({at->second.until, &at->first});
  tickets_.erase(at);
}

}  // namespace junctor::relay
