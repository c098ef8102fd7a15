// SPDX-License-Identifier: Apache-2.0
// Who may ask for a relay without a key, because its PunchHoleRequest was accepted lately (protocol.md 6.5). Any
// thread.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "junctor/result.hpp"
#include "wire/address.hpp"

namespace junctor::holepunch {

/// What the accepted request said of who asks, for a RequestRelay that says nothing.
struct Credentials {
  std::string token;
  std::string switch_code;
};

class Grants {
 public:
  /// `capacity` bounds the table: whoever may punch fills it. When it is full nobody fresh gives way; the new one then
  /// counts among those who did not ask before.
  Grants(size_t capacity, Duration life) : capacity_{capacity}, life_{life} {}
  void configure(size_t capacity) {
    std::lock_guard lock{mutex_};
    capacity_ = capacity;
  }

  void grant(const wire::Address& a, std::string_view id, Credentials credentials, Duration now);
  /// Nothing where there is no grant.
  std::optional<Credentials> find(const wire::Address& a, std::string_view id, Duration now) const;
  /// Those that still hold.
  size_t size(Duration now);

 private:
  static std::string key_of(const wire::Address& a, std::string_view id);
  void expire(Duration now);

  mutable std::mutex mutex_;
  size_t capacity_;
  const Duration life_;
  struct Grant {
    Duration until{};
    Credentials credentials;
  };
  std::unordered_map<std::string, Grant> grants_;
  std::deque<std::pair<Duration, std::string>> order_;  // by when it may end; renewed ones go to the back
};

}  // namespace junctor::holepunch
