// SPDX-License-Identifier: Apache-2.0
// The connections of one loop by handle. Lives on that loop.
#include "signalling/channels.hpp"

namespace junctor::rendezvous {

Channels::Entry* Channels::attach(const jct_channel& channel, const jct_transport& transport, void* self,
                                  uint32_t tick) {
  if (total_.load(std::memory_order_relaxed) >= max_total_.load(std::memory_order_relaxed)) return nullptr;
  if (free_.empty()) {
    if (entries_.size() > kIndexMask) return nullptr;
    free_.push_back(static_cast<uint32_t>(entries_.size()));
    entries_.emplace_back();
    pulses_.emplace_back();
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  Entry& entry = entries_[index];
  entry.channel = channel;
  entry.channel.handle = handle_of(index);
  entry.transport = &transport;
  entry.self = self;
  entry.echo_due = false;
  pulses_[index] = {tick, tick, 0, false, true};
  total_.fetch_add(1, std::memory_order_relaxed);
  return &entry;
}

Channels::Entry* Channels::find(jct_handle handle) {
  const size_t index = index_of(handle);
  if (index >= entries_.size() || loop_of(handle) != loop_) return nullptr;
  Entry& entry = entries_[index];
  return entry.self != nullptr && entry.channel.handle == handle ? &entry : nullptr;
}

void Channels::detach(jct_handle handle) {
  Entry* entry = find(handle);
  if (entry == nullptr) return;
  entry->self = nullptr;
  entry->id = {};
  pulse(*entry).used = false;
  entry->generation = entry->generation == UINT32_MAX ? 1 : entry->generation + 1;
  free_.push_back(static_cast<uint32_t>(index_of(handle)));
  total_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace junctor::rendezvous
