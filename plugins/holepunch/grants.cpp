// SPDX-License-Identifier: Apache-2.0
// Who may ask for a relay without a key. Any thread.
#include "grants.hpp"

namespace junctor::holepunch {

std::string Grants::key_of(const wire::Address& a, std::string_view id) {
  std::string key{static_cast<char>(a.family)};
  key.append(reinterpret_cast<const char*>(a.ip.data()), a.ip.size());
  return key.append(id);
}

void Grants::grant(const wire::Address& a, std::string_view id, Duration now) {
  std::lock_guard lock{mutex_};
  expire(now);
  std::string key = key_of(a, id);
  if (const auto at = until_.find(key); at != until_.end()) {
    at->second = now + life_;
    return;
  }
  if (until_.size() >= capacity_) return;
  until_.emplace(key, now + life_);
  order_.emplace_back(now + life_, std::move(key));
}

bool Grants::holds(const wire::Address& a, std::string_view id, Duration now) const {
  std::lock_guard lock{mutex_};
  const auto at = until_.find(key_of(a, id));
  return at != until_.end() && at->second > now;
}

size_t Grants::size(Duration now) {
  std::lock_guard lock{mutex_};
  expire(now);
  return until_.size();
}

void Grants::expire(Duration now) {
  while (!order_.empty() && order_.front().first <= now) {
    std::string key = std::move(order_.front().second);
    order_.pop_front();
    const auto at = until_.find(key);
    if (at->second <= now) {
      until_.erase(at);
    } else {
      order_.emplace_back(at->second, std::move(key));
    }
  }
}

}  // namespace junctor::holepunch
