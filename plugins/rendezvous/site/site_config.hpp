// SPDX-License-Identifier: Apache-2.0
// The site's configuration for its clients, by serial (ConfigUpdate). Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "junctor/result.hpp"
#include "wire/rate_limit.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::rendezvous {

class SiteConfig {
 public:
  explicit SiteConfig(const wire::KeyedRate::Secret& secret) : told_{secret}, told_address_{secret} {}

  /// Serial 0: clients are told nothing. In each `interval` one address and port is told once at most, one address
  /// `per_address` times (0: as often as it has ports).
  void set(int32_t serial, const std::vector<std::string>& rendezvous_servers, Duration interval, int64_t per_address);

  int32_t serial() const { return serial_.load(std::memory_order_relaxed); }
  /// The message itself.
  hbb::ConfigUpdate update() const;
  /// The wrapped message, where this address may be told again.
  std::optional<std::string> update_for(const jct_addr& peer, Duration now);

 private:
  wire::KeyedRate told_, told_address_;
  std::atomic<int32_t> serial_{0};
  mutable std::mutex mutex_;
  hbb::ConfigUpdate update_;
};

}  // namespace junctor::rendezvous
