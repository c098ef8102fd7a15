// SPDX-License-Identifier: Apache-2.0
// Who may ask for a relay without a key. Any thread.
#include "grants.hpp"

#include <utility>

namespace junctor::holepunch {

std::string Grants::key_of(const wire::Address& a, std::string_view id) {
  std::string key{static_cast<char>(a.family)};
  key.append(reinterpret_cast<const char*>(a.ip.data()), a.ip.size());
  return key.append(id);
}

void Grants::grant(const wire::Address& a, std::string_view id, Credentials credentials, Duration now) {
  std::lock_guard lock{mutex_};
  expire(now);
  std::string key = key_of(a, id);
  if (const auto at = grants_.find(key); at != grants_.end()) {
    at->second = {now + life_, std::move(credentials)};
    return;
  }
  if (grants_.size() >= capacity_) return;
  grants_.emplace(key, Grant{now + life_, std::move(credentials)});
  order_.emplace_back(now + life_, std::move(key));
}

std::optional<Credentials> Grants::find(const wire::Address& a, std::string_view id, Duration now) const {
  std::lock_guard lock{mutex_};
  const auto at = grants_.find(key_of(a, id));
  if (at == grants_.end() || at->second.until <= now) return std::nullopt;
  return at->second.credentials;
}

size_t Grants::size(Duration now) {
  std::lock_guard lock{mutex_};
  expire(now);
  return grants_.size();
}

void Grants::expire(Duration now) {
  while (!order_.empty() && order_.front().first <= now) {
    std::string key = std::move(order_.front().second);
    order_.pop_front();
    const auto at = grants_.find(key);
    if (at->second.until <= now) {
      grants_.erase(at);
    } else {
      order_.emplace_back(at->second.until, std::move(key));
    }
  }
}

}  // namespace junctor::holepunch
