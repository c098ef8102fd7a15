// SPDX-License-Identifier: Apache-2.0
// The connections of one loop, whatever they came over, by handle. Lives on that loop.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "junctor/service/signal.h"

namespace junctor::rendezvous {

class Channels {
 public:
  struct Entry {
    jct_channel channel{};
    const jct_transport* transport = nullptr;
    void* self = nullptr;     // the transport's; null: free
    std::string id;           // of the peer whose presence hangs on it
    uint32_t generation = 1;  // of the handle
    bool echo_due = false;    // a heartbeat of ours is out: the next one that comes is its echo
  };
  /// When something was heard and when a heartbeat went out, in ticks: apart from the rest, as every tick looks at it.
  struct Pulse {
    uint32_t heard = 0;
    uint32_t beat = 0;
    uint32_t news = 0;  // the last announcement that went out
    bool kept = false;  // held open by heartbeats
    bool used = false;
  };

  /// `loop` goes into the handles. `total` counts the channels of all loops together, `max_total` bounds it.
  Channels(uint32_t loop, std::atomic<size_t>& total, const std::atomic<size_t>& max_total)
      : loop_{loop}, total_{total}, max_total_{max_total} {}

  /// Which loop a handle belongs to. [any]
  static uint32_t loop_of(jct_handle handle) { return static_cast<uint32_t>(handle >> kIndexBits) & kLoopMask; }

  /// `channel` comes with everything but its handle. Null when it would be one too many. `transport` stays valid until
  /// detach.
  Entry* attach(const jct_channel& channel, const jct_transport& transport, void* self, uint32_t tick);
  /// Null for a handle that is stale or of another loop.
  Entry* find(jct_handle handle);
  void detach(jct_handle handle);
  size_t size() const { return entries_.size() - free_.size(); }

  Pulse& pulse(const Entry& entry) { return pulses_[index_of(entry.channel.handle)]; }
  /// Visits `count` places from where the last visit ended: whoever comes every tick sees all of them in turn. `visit`
  /// may detach.
  template <class Visit>
  void some(size_t count, Visit&& visit) {
    for (count = std::min(count, entries_.size()); count > 0; --count) {
      next_ = next_ + 1 < entries_.size() ? next_ + 1 : 0;
      if (pulses_[next_].used) visit(entries_[next_], pulses_[next_]);
    }
  }
  size_t places() const { return entries_.size(); }
  /// Visits those of `count` places from `first` on, which may be detached meanwhile.
  template <class Visit>
  void each(size_t first, size_t count, Visit&& visit) {
    const size_t end = std::min(first + count, entries_.size());
    for (size_t i = first; i < end; ++i) {
      if (pulses_[i].used) visit(entries_[i]);
    }
  }

 private:
  // A handle is generation (32 bits), loop (10), index (22).
  static constexpr uint32_t kIndexBits = 22;
  static constexpr uint32_t kLoopMask = (1U << 10) - 1;
  static constexpr uint32_t kIndexMask = (1U << kIndexBits) - 1;

  jct_handle handle_of(uint32_t index) const {
    return static_cast<jct_handle>(entries_[index].generation) << 32 | static_cast<jct_handle>(loop_) << kIndexBits |
           index;
  }

  static size_t index_of(jct_handle handle) { return static_cast<uint32_t>(handle) & kIndexMask; }

  uint32_t loop_;
  std::atomic<size_t>& total_;
  const std::atomic<size_t>& max_total_;
  std::deque<Entry> entries_;  // grows without room to spare: one for each connection of a peer counts
  std::vector<Pulse> pulses_;  // of the entry at the same index
  std::vector<uint32_t> free_;
  size_t next_ = 0;
};

}  // namespace junctor::rendezvous
