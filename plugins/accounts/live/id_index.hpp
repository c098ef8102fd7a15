// SPDX-License-Identifier: Apache-2.0
// From an id to its place in a table of cards: open addressing with numbers of four bytes, as there may be a million.
// Guarded by its owner.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace junctor::accounts {

/// `id_at(place)` gives the id of a place that is in the index.
class IdIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  template <class IdAt>
  uint32_t find(std::string_view id, const IdAt& id_at) const {
    if (slots_.empty()) return kNone;
    for (size_t slot = home(id);; slot = next(slot)) {
      if (slots_[slot] == kNone) return kNone;
      if (id_at(slots_[slot]) == id) return slots_[slot];
    }
  }
  /// The id must not be in it.
  template <class IdAt>
  void insert(std::string_view id, uint32_t place, const IdAt& id_at) {
    if (2 * (count_ + 1) > slots_.size()) grow(id_at);
    put(id, place);
    ++count_;
  }
  /// While id_at still gives the id. Closes the gap, so that no search ends too early.
  template <class IdAt>
  void erase(std::string_view id, const IdAt& id_at) {
    if (slots_.empty()) return;
    size_t slot = home(id);
    while (slots_[slot] != kNone && id_at(slots_[slot]) != id) slot = next(slot);
    if (slots_[slot] == kNone) return;
    slots_[slot] = kNone;
    --count_;
    for (size_t at = next(slot); slots_[at] != kNone; at = next(at)) {
      const uint32_t moved = std::exchange(slots_[at], kNone);
      put(id_at(moved), moved);
    }
  }
  size_t size() const { return count_; }
  size_t bytes() const { return slots_.capacity() * sizeof(uint32_t); }
  void clear() { slots_.clear(), count_ = 0; }

 private:
  size_t home(std::string_view id) const { return std::hash<std::string_view>{}(id) & (slots_.size() - 1); }
  size_t next(size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
  void put(std::string_view id, uint32_t place) {
    size_t slot = home(id);
    while (slots_[slot] != kNone) slot = next(slot);
    slots_[slot] = place;
  }
  template <class IdAt>
  void grow(const IdAt& id_at) {
    std::vector<uint32_t> old(std::max<size_t>(16, slots_.size() * 2), kNone);
    old.swap(slots_);
    for (const uint32_t place : old) {
      if (place != kNone) put(id_at(place), place);
    }
  }

  std::vector<uint32_t> slots_;  // a power of two
  size_t count_ = 0;
};

}  // namespace junctor::accounts
