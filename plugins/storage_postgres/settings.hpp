// SPDX-License-Identifier: Apache-2.0
// What bounds the store and how a start waits. Values, any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <thread>

#include "storage_postgres/fault.hpp"
#include "storage_postgres/target.hpp"

namespace junctor::storage::postgres {

/// A start that meets a server that is not up yet waits for it a while: both may start with the machine.
struct StartWait {
  Millis longest{0};
  /// Told once; the fault's text says what is waited for.
  std::function<void(const Fault&)> waits = [](const Fault&) {};
};

/// What `open` gives. A DatabaseError that time may mend is thrown once `longest` is over, any other at once.
template <class Open>
auto once_up(const StartWait& wait, Open open) {
  constexpr Millis kPause{100};
  const auto end = std::chrono::steady_clock::now() + wait.longest;
  for (bool told = false;; told = true) {
    try {
      return open();
    } catch (const DatabaseError& error) {
      if (!is_passing(error.fault()) || std::chrono::steady_clock::now() >= end) throw;
      if (!told) wait.waits(error.fault());
    }
    std::this_thread::sleep_for(kPause);
  }
}

struct Settings {
  size_t queue_requests = 100'000;  // of each of the two queues, writes and reads
  size_t queue_bytes = size_t{64} << 20;
  size_t batch = 1000;                    // writes of one commit, at most
  size_t known_bytes = size_t{32} << 20;  // of peers remembered for while the server is away
  size_t retries = 10;                    // of what met another transaction
  StartWait start;
};

}  // namespace junctor::storage::postgres
