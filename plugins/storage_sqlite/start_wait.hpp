// SPDX-License-Identifier: Apache-2.0
// A start that meets a file in somebody's hands waits for him a while: most are junctorctl or a backup, and soon done.
// The control thread.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "storage_sqlite/fault.hpp"

namespace junctor::storage {

struct StartWait {
  std::chrono::milliseconds longest{0};
  /// Told once for each file that is waited for; the fault's text names the holder.
  std::function<void(const Fault&)> waits = [](const Fault&) {};
};

/// What `open` gives. A DatabaseError that the file is locked is thrown once `longest` is over, any other at once.
template <class Open>
auto once_free(const StartWait& wait, Open open) {
  constexpr std::chrono::milliseconds kPause{20};
  const auto end = std::chrono::steady_clock::now() + wait.longest;
  for (bool told = false;; told = true) {
    try {
      return open();
    } catch (const DatabaseError& error) {
      if (error.fault().reason != "locked" || std::chrono::steady_clock::now() >= end) throw;
      if (!told) wait.waits(error.fault());
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace junctor::storage
