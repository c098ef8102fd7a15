// SPDX-License-Identifier: Apache-2.0
// How often an id may be registered: RegisterPk at most `limit` times in any `window` (protocol.md 6.1). Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "junctor/result.hpp"

namespace junctor::rendezvous {

/// Memory is fixed (about 0.5 MiB): ids share sets of four entries, where the one that was quiet longest gives way. So
/// a flood of ids can at most make it forget, never grow.
class RegisterRate {
 public:
  static constexpr uint32_t kMostAllowed = 8;

  explicit RegisterRate(const std::array<uint8_t, 16>& key);

  /// `limit` is 1 to kMostAllowed. What was refused does not count.
  void configure(uint32_t limit, Duration window);

  /// May this id register now? If so, it is counted.
  bool allow(std::string_view id, Duration now);

 private:
  struct Entry {
    uint64_t id_hash = 0;
    std::array<uint32_t, kMostAllowed> at_ms{};  // a ring of the last registrations
    uint8_t next = 0;
    uint8_t used = 0;
  };
  static constexpr size_t kWays = 4;
  static constexpr size_t kSets = 2048;
  struct Set {
    std::mutex mutex;
    std::array<Entry, kWays> entries;
  };

  static Entry& entry_of(Set& set, uint64_t id_hash, uint32_t now_ms);
  static uint32_t newest(const Entry& entry);

  std::array<uint8_t, 16> key_;
  std::atomic<uint32_t> limit_{3};
  std::atomic<uint32_t> window_ms_{6000};
  std::unique_ptr<std::array<Set, kSets>> sets_;
};

}  // namespace junctor::rendezvous
