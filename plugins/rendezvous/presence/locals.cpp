// SPDX-License-Identifier: Apache-2.0
// The few (socket, local address) pairs that peers were seen on. Any thread; reading takes no lock.
#include "presence/locals.hpp"

#include <cstring>

namespace junctor::rendezvous {

bool same_address(const jct_addr& one, const jct_addr& other) {
  return one.port == other.port && one.family == other.family && one.scope == other.scope &&
         std::memcmp(one.ip, other.ip, sizeof one.ip) == 0;
}

namespace {

bool same(const Locals::Pair& a, const Locals::Pair& b) {
  return a.socket == b.socket && same_address(a.local, b.local);
}

}  // namespace

Locals::Locals() : pairs_{std::make_unique<std::array<Pair, kCapacity>>()} {}

uint16_t Locals::index_of(jct_handle socket, const jct_addr& local) {
  const Pair pair{socket, local};
  const uint16_t known = count_.load(std::memory_order_acquire);
  const uint16_t index = find(pair, 0, known);
  return index < known ? index : add(pair);
}

Locals::Pair Locals::at(uint16_t index) const {
  return index < count_.load(std::memory_order_acquire) ? (*pairs_)[index] : Pair{};
}

uint16_t Locals::find(const Pair& pair, uint16_t from, uint16_t to) const {
  uint16_t i = from;
  while (i < to && !same((*pairs_)[i], pair)) ++i;
  return i;
}

uint16_t Locals::add(const Pair& pair) {
  std::lock_guard lock{growing_};
  const uint16_t count = count_.load(std::memory_order_relaxed);
  if (const uint16_t index = find(pair, 0, count); index < count) return index;
  if (count == kCapacity) {
    const uint16_t any = find(Pair{pair.socket, {}}, 0, count);
    return any < count ? any : kNone;
  }
  // The last free place is kept for the socket alone, so that replies still go out when the table is full.
  (*pairs_)[count] = count + 1 < kCapacity ? pair : Pair{pair.socket, {}};
  count_.store(static_cast<uint16_t>(count + 1), std::memory_order_release);
  return count;
}

}  // namespace junctor::rendezvous
