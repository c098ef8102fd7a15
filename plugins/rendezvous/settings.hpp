// SPDX-License-Identifier: Apache-2.0
// The options' values that change while running: written on the home loop, read by every loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "junctor/result.hpp"

namespace junctor::rendezvous {

/// Who is told whether a device is online.
enum class OnlineQuery { kAll, kAllowed, kOff };

struct Settings {
  static constexpr Duration kMessageWindow = std::chrono::minutes{1};
  std::atomic<int64_t> online_timeout_ns{0};
  std::atomic<int64_t> silence_ns{0};
  std::atomic<int64_t> keep_alive_ns{0};
  std::atomic<int64_t> forget_ns{0};
  std::atomic<size_t> message_max{0};
  std::atomic<int64_t> messages{0};
  std::atomic<OnlineQuery> online_query{OnlineQuery::kAll};
  std::atomic<size_t> max_online_query{0};
  std::atomic<size_t> max_lookups{0};
  std::atomic<size_t> max_channels{0};
  std::atomic<bool> encrypt{false};
  std::atomic<bool> change_id{false};

  /// What one message of a connection takes of the window; none: there is no limit.
  Duration message_time() const {
    const int64_t most = messages.load(std::memory_order_relaxed);
    return most > 0 ? kMessageWindow / most : Duration::zero();
  }
  Duration online_timeout() const { return Duration{online_timeout_ns.load(std::memory_order_relaxed)}; }
  Duration silence() const { return Duration{silence_ns.load(std::memory_order_relaxed)}; }
  Duration keep_alive() const { return Duration{keep_alive_ns.load(std::memory_order_relaxed)}; }
  Duration forget() const { return Duration{forget_ns.load(std::memory_order_relaxed)}; }
};

}  // namespace junctor::rendezvous
