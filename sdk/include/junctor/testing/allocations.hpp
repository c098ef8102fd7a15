// SPDX-License-Identifier: Apache-2.0
// Counts what the global operator new gives out, for tests that say how little a hot path allocates. Include it in one
// file of a test program; not under sanitizers, which have their own. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace junctor::testing {

inline std::atomic<size_t> allocations_so_far{0};

/// How many allocations `work` makes.
template <class Work>
size_t allocations_of(Work&& work) {
  const size_t before = allocations_so_far.load();
  work();
  return allocations_so_far.load() - before;
}

}  // namespace junctor::testing

void* operator new(size_t size) {
  junctor::testing::allocations_so_far.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
