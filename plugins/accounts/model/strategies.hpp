// SPDX-License-Identifier: Apache-2.0
// Strategies: settings pushed to controlled devices with their heartbeats (accounts.md 6). Which one applies, and what
// the answer to a heartbeat carries. Values; the caller holds what was sent to each device.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "accounts/model/ref.hpp"

namespace junctor::accounts {

/// Keys and values in the order of their keys. "" is the explicit default: the device drops its own value.
using StrategyOptions = std::vector<std::pair<std::string, std::string>>;
/// Sorted. Shared between the devices of one strategy.
using StrategyKeys = std::vector<std::string>;

struct Strategy {
  Ref ref = kNoRef;
  uint32_t revision = 0;  ///< never 0 for a strategy; another with each change of content or of `enabled`
  bool enabled = false;
  bool enforce = false;
  StrategyOptions options;
  std::shared_ptr<const StrategyKeys> keys;  ///< of `options`

  /// Sorts, and fills `keys`. Of a key that comes twice the last value counts.
  void set_options(StrategyOptions given);
};

/// One only, never merged: the first level that has any; where that one is disabled, none. nullptr: not assigned.
inline const Strategy* effective_strategy(const Strategy* device, const Strategy* owner, const Strategy* group,
                                          const Strategy* fallback) {
  const Strategy* winner = device ? device : owner ? owner : group ? group : fallback;
  return winner && winner->enabled ? winner : nullptr;
}

enum class OnRelease : uint8_t { kClear, kKeep };

struct DeliveryPolicy {
  OnRelease on_release = OnRelease::kClear;
  int64_t enforce_every_ms = 300'000;
};

/// What was last sent to a device. stamp 0: nothing ever.
struct SentStrategy {
  Ref strategy = kNoRef;
  uint32_t revision = 0;
  int64_t stamp = 0;
  int64_t pushed_ms = 0;
  bool received = false;                     ///< a heartbeat came with `stamp`
  std::shared_ptr<const StrategyKeys> keys;  ///< all that the device may hold of ours

  bool waiting() const { return stamp != 0 && !received; }
};

struct Delivery {
  int64_t modified_at = 0;
  StrategyOptions options;  ///< those that leave come with ""
};

/// What is due on a heartbeat that carries `device_stamp`; nullopt: neither key. Changes `sent` where a new stamp is
/// made or a receipt came: see its stamp and `received`. `now_ms`: Unix time.
std::optional<Delivery> deliver(SentStrategy& sent, const Strategy* effective, int64_t device_stamp, int64_t now_ms,
                                const DeliveryPolicy& policy);

}  // namespace junctor::accounts
