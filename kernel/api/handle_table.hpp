// SPDX-License-Identifier: Apache-2.0
// Objects behind 64-bit handles: index, generation and kind, so that stale or foreign use is noticed and never
// followed. Looking up takes no lock; adding and removing take one for a few memory accesses. [any]; what is found may
// be touched only on its loop.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "junctor/abi.h"

namespace junctor::api {

enum class Kind : uint8_t { kTimer = 1, kListener, kDatagrams, kStream, kBridge, kMetric, kWatch };

template <class T>
class HandleTable {
 public:
  /// Where the object is while it moves between loops.
  static constexpr uint32_t kMoving = UINT32_MAX - 1;

  explicit HandleTable(Kind kind) : kind_{kind} {}
  ~HandleTable() {
    for (auto& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
  }
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;

  /// 0 when the table is full.
  jct_handle add(T* object, uint32_t loop) {
    const std::lock_guard lock{mutex_};
    if (free_.empty() && !grow()) return 0;
    const uint32_t index = free_.back();
    free_.pop_back();
    Slot& slot = at(index);
    slot.loop.store(loop, std::memory_order_relaxed);
    slot.object.store(object, std::memory_order_relaxed);
    const uint32_t generation = slot.generation.load(std::memory_order_relaxed) + 1;  // odd: in use
    slot.generation.store(generation, std::memory_order_release);
    ++size_;
    return encode(index, generation);
  }

  void remove(jct_handle handle) {
    const std::lock_guard lock{mutex_};
    Slot* slot = live(handle);
    if (slot == nullptr) return;
    slot->generation.fetch_add(1, std::memory_order_release);
    slot->object.store(nullptr, std::memory_order_relaxed);
    free_.push_back(index_of(handle));
    --size_;
  }

  /// Null for a stale or foreign handle. `*loop` is where it lives; touch the object only there.
  T* find(jct_handle handle, uint32_t* loop) const {
    Slot* slot = live(handle);
    if (slot == nullptr) return nullptr;
    *loop = slot->loop.load(std::memory_order_acquire);
    return slot->object.load(std::memory_order_relaxed);
  }

  void set_loop(jct_handle handle, uint32_t loop) {
    if (Slot* slot = live(handle)) slot->loop.store(loop, std::memory_order_release);
  }

  size_t size() const {
    const std::lock_guard lock{mutex_};
    return size_;
  }

  /// Those on one loop, as of now; call it there.
  std::vector<T*> on_loop(uint32_t loop) const {
    return collect([loop](const Slot& slot) { return slot.loop.load(std::memory_order_relaxed) == loop; });
  }
  std::vector<T*> all() const {
    return collect([](const Slot&) { return true; });
  }

 private:
  static constexpr uint32_t kChunk = 1024;
  static constexpr uint32_t kChunks = 4096;

  struct Slot {
    std::atomic<uint32_t> generation{0};
    std::atomic<uint32_t> loop{0};
    std::atomic<T*> object{nullptr};
  };

  jct_handle encode(uint32_t index, uint32_t generation) const {
    return static_cast<uint64_t>(kind_) << 56 | static_cast<uint64_t>(index) << 32 | generation;
  }
  static uint32_t index_of(jct_handle handle) { return static_cast<uint32_t>(handle >> 32) & 0xFFFFFF; }

  Slot& at(uint32_t index) const { return chunks_[index / kChunk].load(std::memory_order_acquire)[index % kChunk]; }

  Slot* live(jct_handle handle) const {
    const uint32_t index = index_of(handle);
    if (handle >> 56 != static_cast<uint64_t>(kind_) || index >= capacity_.load(std::memory_order_acquire)) {
      return nullptr;
    }
    Slot& slot = at(index);
    return slot.generation.load(std::memory_order_acquire) == static_cast<uint32_t>(handle) ? &slot : nullptr;
  }

  bool grow() {
    const uint32_t capacity = capacity_.load(std::memory_order_relaxed);
    if (capacity == kChunk * kChunks) return false;
    chunks_[capacity / kChunk].store(new Slot[kChunk], std::memory_order_release);
    for (uint32_t i = kChunk; i > 0; --i) free_.push_back(capacity + i - 1);
    capacity_.store(capacity + kChunk, std::memory_order_release);
    return true;
  }

  template <class Wanted>
  std::vector<T*> collect(Wanted wanted) const {
    const std::lock_guard lock{mutex_};
    std::vector<T*> found;
    for (uint32_t i = 0, n = capacity_.load(std::memory_order_relaxed); i < n; ++i) {
      const Slot& slot = at(i);
      if (slot.generation.load(std::memory_order_relaxed) % 2 == 1 && wanted(slot)) {
        found.push_back(slot.object.load(std::memory_order_relaxed));
      }
    }
    return found;
  }

  const Kind kind_;
  mutable std::mutex mutex_;
  std::vector<uint32_t> free_;
  size_t size_ = 0;
  std::atomic<uint32_t> capacity_{0};
  std::array<std::atomic<Slot*>, kChunks> chunks_{};
};

}  // namespace junctor::api
