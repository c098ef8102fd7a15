// SPDX-License-Identifier: Apache-2.0
// Devices that have asked to be admitted and wait for an operator's word. In memory only: each asks again every 30 s,
// so after a restart they are all here within half a minute. The network feeds it, so it is bounded in all and by
// address, and what has asked lately is never evicted. One thread at a time.
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth_key/network.hpp"

namespace junctor::auth {

using Duration = std::chrono::nanoseconds;

/// Who asks: the id that it wants, and the hash of the uuid and the key that it has (claim.hpp).
struct Device {
  std::string id;
  std::string claim;
  Address address;
};

class Waiting {
 public:
  struct Limits {
    size_t total;
    size_t per_address;  ///< of an IPv4 address, of an IPv6 /64
    Duration keep;       ///< since it asked last
  };
  struct Entry {
    Device device;
    Duration first, last;  ///< when it asked
  };
  enum class Note { kNew, kKnown, kFull };

  explicit Waiting(const Limits& limits) : limits_{limits} {}
  /// What is there beyond lowered limits goes by expiry.
  void set_limits(const Limits& limits) { limits_ = limits; }

  /// kFull: it is not listed; for that everybody who is has asked within the last kFresh.
  Note note(const Device& device, Duration now);
  /// Of all who want this id.
  std::vector<Entry> of(std::string_view id) const;
  /// The operator has spoken about this id.
  void forget(std::string_view id);
  void expire(Duration now);

  size_t size() const { return entries_.size(); }
  /// Those who asked last come last.
  const std::list<Entry>& entries() const { return entries_; }

  /// Ten times the interval in which a client asks.
  static constexpr Duration kFresh = std::chrono::minutes{5};

 private:
  using Entries = std::list<Entry>;
  using Key = std::pair<std::string, std::string>;  // id, claim

  bool make_room(const Network& client, Duration now);
  void erase(Entries::iterator entry);

  Limits limits_;
  Entries entries_;
  std::map<Key, Entries::iterator> by_key_;
  std::map<Network, size_t> by_address_;
};

}  // namespace junctor::auth
