// SPDX-License-Identifier: Apache-2.0
// Clients that have shown lately that they receive what is sent to their address, by a TCP connection (a stock client
// makes one for its NAT test as it starts). A datagram's sender may be anybody. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "junctor/result.hpp"
#include "wire/rate_limit.hpp"

namespace junctor::rendezvous {

/// Memory is fixed (about 0.5 MiB): in a set of four one of the same network (a /48, an IPv4 /24) gives way, else the
/// one seen longest ago. So nobody who has a whole network holds more than a quarter.
class ProvenClients {
 public:
  static constexpr Duration kLife = std::chrono::hours{1};

  explicit ProvenClients(const wire::KeyedRate::Secret& secret);

  void note(const wire::Address& client, Duration now);
  bool has(const wire::Address& client, Duration now) const;

 private:
  struct Entry {
    uint64_t key_hash = 0;
    uint64_t site_hash = 0;
    Duration until{};
  };
  static constexpr size_t kSets = 4096;
  struct Set {
    std::mutex mutex;
    std::array<Entry, 4> entries;
  };

  uint64_t hash(const std::array<char, 9>& key) const;

  wire::KeyedRate::Secret secret_;
  std::unique_ptr<std::array<Set, kSets>> sets_;
};

}  // namespace junctor::rendezvous
