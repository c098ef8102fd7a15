// SPDX-License-Identifier: Apache-2.0
// The connections of one loop, whatever they came over, by handle. Lives on that loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "junctor/service/signal.h"

namespace junctor::rendezvous {

class Channels {
 public:
  struct Entry {
    jct_channel channel{};
    jct_transport transport{};
    void* self = nullptr;         // the transport's; null: free
    bool asked_for_echo = false;  // a heartbeat of ours is out: the next one that comes is its echo
    uint32_t generation = 1;      // of the handle
  };

  /// `loop` goes into the handles. `total` counts the channels of all loops together, `max_total` bounds it.
  Channels(uint32_t loop, std::atomic<size_t>& total, const std::atomic<size_t>& max_total)
      : loop_{loop}, total_{total}, max_total_{max_total} {}

  /// Which loop a handle belongs to. [any]
  static uint32_t loop_of(jct_handle handle) { return static_cast<uint32_t>(handle >> kIndexBits) & kLoopMask; }

  /// `channel` comes with everything but its handle. Null when it would be one too many. The pointer is good until the
  /// next attach.
  Entry* attach(const jct_channel& channel, const jct_transport& transport, void* self);
  /// Null for a handle that is stale or of another loop.
  Entry* find(jct_handle handle);
  void detach(jct_handle handle);
  size_t size() const { return entries_.size() - free_.size(); }

 private:
  // A handle is generation (32 bits), loop (10), index (22).
  static constexpr uint32_t kIndexBits = 22;
  static constexpr uint32_t kLoopMask = (1U << 10) - 1;
  static constexpr uint32_t kIndexMask = (1U << kIndexBits) - 1;

  jct_handle handle_of(uint32_t index) const {
    return static_cast<jct_handle>(entries_[index].generation) << 32 | static_cast<jct_handle>(loop_) << kIndexBits |
           index;
  }

  uint32_t loop_;
  std::atomic<size_t>& total_;
  const std::atomic<size_t>& max_total_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> free_;
};

}  // namespace junctor::rendezvous
