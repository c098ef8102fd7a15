// SPDX-License-Identifier: Apache-2.0
// What the system says of this process. Any thread; reads /proc, so nothing for a loop.
#pragma once

#include <cstdint>

namespace junctor {

struct ProcessFacts {
  int64_t resident_bytes = 0;
  int64_t virtual_bytes = 0;
  int64_t threads = 0;
  int64_t cpu_ns = 0;
  int64_t start_ns = 0;  ///< since 1970
  int64_t open_fds = 0;
  int64_t max_fds = 0;
};

ProcessFacts process_facts();

}  // namespace junctor
