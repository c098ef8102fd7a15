// SPDX-License-Identifier: Apache-2.0
// Gives the memory of connections that have ended back to the system. [control]
#include "watch/heap_trim.hpp"

#include <malloc.h>

#include <utility>

namespace junctor {

void HeapTrim::every(loop::Duration interval) {
  interval_ = interval;
  timer_.cancel();
  if (interval > loop::Duration::zero()) kernel_.loops.control().start(timer_, interval);
}

void HeapTrim::on_time() {
  const Traffic now = traffic();
  const bool moved = now != std::exchange(seen_, now);
  // Once more behind the last of them: some of what they used is freed later than they are counted.
  const bool settling = std::exchange(moved_, moved);
  if (moved || settling) kernel_.pool.submit([] { ::malloc_trim(0); });
  kernel_.loops.control().start(timer_, interval_);
}

HeapTrim::Traffic HeapTrim::traffic() const {
  Traffic sum;
  for (const auto& loop : kernel_.net) {
    sum.accepted += loop->counters().accepted.get();
    sum.open += loop->counters().streams_open.get();
  }
  return sum;
}

}  // namespace junctor
