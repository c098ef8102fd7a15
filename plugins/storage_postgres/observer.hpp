// SPDX-License-Identifier: Apache-2.0
// What the threads of storage/1 tell about themselves, for metrics and the log.
#pragma once

#include <chrono>
#include <cstddef>

#include "storage_postgres/link.hpp"

namespace junctor::storage::postgres {

/// Called from the writer's and the reader's thread, refused() from any; must not block.
class Observer {
 public:
  virtual ~Observer() = default;
  /// `writes` were made durable with one commit. `waiting`: requests that wait for the next.
  virtual void committed(size_t writes, std::chrono::nanoseconds took, size_t waiting) = 0;
  virtual void read(size_t reads, std::chrono::nanoseconds took) = 0;
  /// So many requests were answered kIo.
  virtual void write_failed(const Fault& fault, size_t writes) = 0;
  virtual void read_failed(const Fault& fault, size_t reads) = 0;
  /// A transaction met another one, or lost its connection before its commit, and is run again.
  virtual void retried() = 0;
  /// A request met a full queue.
  virtual void refused() = 0;
};

}  // namespace junctor::storage::postgres
