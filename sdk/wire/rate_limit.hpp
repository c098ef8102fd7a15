// SPDX-License-Identifier: Apache-2.0
// Token buckets: one, one for each key, and one for each client address with one over all. What keeps a flood from
// costing more than its share. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "wire/address.hpp"

namespace junctor::wire {

using Nanos = std::chrono::nanoseconds;

/// `count` in each `window`, and so many at once after a quiet window. A count of 0: no limit.
struct Rate {
  int64_t count = 0;
  Nanos window = std::chrono::minutes{1};
};

/// A bucket as the time at which it will be full again: one number, and nothing to refill.
class TokenBucket {
 public:
  explicit TokenBucket(Rate rate = {}) { configure(rate); }
  void configure(Rate rate);

  /// `now`: any clock that does not go back. What was refused costs nothing.
  bool allow(Nanos now);
  /// Would `allow` say yes? Takes nothing.
  bool has(Nanos now) const;

 private:
  std::atomic<int64_t> interval_{0};  // ns for a token
  std::atomic<int64_t> burst_{0};     // ns that a full bucket is worth
  std::atomic<int64_t> full_at_{INT64_MIN};
};

/// A bucket for each key in memory of fixed size (about 0.5 MiB): keys share sets of four places, where the fullest
/// bucket gives way, as it has least to remember. So a flood of keys can at most make it forget, never grow.
class KeyedRate {
 public:
  using Secret = std::array<uint8_t, 16>;
  /// `secret` is random: keys come from the network and must not be made to collide.
  explicit KeyedRate(const Secret& secret, Rate rate = {});
  void configure(Rate rate);

  /// `cost`: so many at once. `share`: this key stands for many and has so many times the rate.
  bool allow(std::string_view key, Nanos now, int64_t cost = 1, int64_t share = 1);
  bool has(std::string_view key, Nanos now, int64_t share = 1) const;

 private:
  struct Bucket {
    uint64_t key_hash = 0;
    int64_t full_at = INT64_MIN;
  };
  static constexpr size_t kWays = 4;
  static constexpr size_t kSets = 4096;
  struct Set {
    mutable std::mutex mutex;
    std::array<Bucket, kWays> buckets;
  };

  uint64_t hash(std::string_view key) const;

  Secret secret_;
  std::atomic<int64_t> interval_{0};
  std::atomic<int64_t> burst_{0};
  std::unique_ptr<std::array<Set, kSets>> sets_;
};

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 one. Ports play no part.
std::array<char, 9> client_key(const Address& address);
/// What one customer may hold in all: an IPv4 /24, an IPv6 /48; beside no client_key.
std::array<char, 9> site_key(const Address& address);

/// Whose clients no limit holds for: the operator's own list.
class ExemptNetworks {
 public:
  void set(std::vector<Network> networks);
  bool contains(const Address& client) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Network> networks_;
};

/// A bucket for each client, one for the networks around it, and one for all; those in exempt networks pass all. Who is
/// given a /56 or a /48 is 256 or 65,536 clients: a /56 has 4 times a client's rate, a /48 and an IPv4 /24 16 times.
class AddressLimit {
 public:
  /// `exempt` outlives it; several limits may share one.
  AddressLimit(const KeyedRate::Secret& secret, const ExemptNetworks& exempt) : each_{secret}, exempt_{exempt} {}
  void configure(Rate each, Rate total = {});

  /// A client over its own limit does not use up what is there for all.
  bool allow(const Address& client, Nanos now, int64_t cost = 1);
  bool has(const Address& client, Nanos now) const;

 private:
  KeyedRate each_;
  TokenBucket total_;
  const ExemptNetworks& exempt_;
};

}  // namespace junctor::wire
