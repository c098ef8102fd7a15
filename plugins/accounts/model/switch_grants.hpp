// SPDX-License-Identifier: Apache-2.0
// Grants to change sides: who was controlled may control, for half a minute (accounts.md 3.3, http-api.md 3.8). Any
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "wire/address.hpp"

namespace junctor::accounts {

/// What a device posts, as its JSON has it.
struct SwitchGrant {
  std::string id;
  std::string verifier;
  std::string timestamp;  ///< decimal seconds
  std::string signature;  ///< base64 of the detached one
};

/// V of a code C that a client sends; the code's text itself is hashed.
std::string switch_verifier(std::string_view code);

/// kBadTime: the answer carries server_time, and the client signs once more.
enum class GrantCheck : uint8_t { kGood, kBadTime, kBadSignature };

/// `pk`: the device's, 32 bytes; `tolerance` of the clocks in seconds. The time is looked at first, as only then it is
/// worth a second try.
GrantCheck check_grant(const SwitchGrant& grant, std::string_view pk, int64_t now, int64_t tolerance);

class SwitchGrants {
 public:
  using Nanos = std::chrono::nanoseconds;
  struct Limits {
    size_t capacity = 10'000;
    Nanos life = std::chrono::seconds{30};
  };
  explicit SwitchGrants(Limits limits) : limits_{limits} {}

  /// False when full of what has not expired. A second grant for an id takes the first one's place.
  bool put(std::string_view id, std::string_view verifier, Nanos now);
  /// May be asked several times: a client makes several requests. The first source that fits keeps it.
  bool fits(std::string_view id, std::string_view code, const wire::Address& source, Nanos now);
  size_t size() const;

 private:
  struct Grant {
    std::string verifier;
    Nanos until{};
    std::optional<wire::Address> source;
  };
  void expire(Nanos now);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Grant> grants_;
  std::deque<std::pair<Nanos, std::string>> ends_;
};

}  // namespace junctor::accounts
