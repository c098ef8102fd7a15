// SPDX-License-Identifier: Apache-2.0
// The options' values that change while running: written on the home loop, read by every loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "junctor/result.hpp"

namespace junctor::rendezvous {

struct Settings {
  std::atomic<int64_t> online_timeout_ns{0};
  std::atomic<int64_t> silence_ns{0};
  std::atomic<int64_t> keep_alive_ns{0};
  std::atomic<int64_t> forget_ns{0};
  std::atomic<size_t> message_max{0};
  std::atomic<size_t> max_online_query{0};
  std::atomic<size_t> max_lookups{0};
  std::atomic<size_t> max_channels{0};
  std::atomic<bool> encrypt{false};
  std::atomic<bool> change_id{false};

  Duration online_timeout() const { return Duration{online_timeout_ns.load(std::memory_order_relaxed)}; }
  Duration silence() const { return Duration{silence_ns.load(std::memory_order_relaxed)}; }
  Duration keep_alive() const { return Duration{keep_alive_ns.load(std::memory_order_relaxed)}; }
  Duration forget() const { return Duration{forget_ns.load(std::memory_order_relaxed)}; }
};

}  // namespace junctor::rendezvous
