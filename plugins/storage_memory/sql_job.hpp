// SPDX-License-Identifier: Apache-2.0
// A work of database/1 on its way through a queue, and what a backend's threads tell about it.
#pragma once

#include <junctor/service/database.h>

#include <chrono>
#include <string>

#include "storage_memory/fault.hpp"
#include "storage_memory/store.hpp"

namespace junctor::storage {

struct SqlJob {
  jct_sql_work work{};  // its space is not used: prefix is what became of it
  std::string prefix;
  std::chrono::steady_clock::time_point asked{};
};

/// What a job holds is its asker's: queues are bounded by their number alone.
inline size_t cost_of(const SqlJob&) { return 0; }

/// Called from the threads of the database, refused() from any; must not block.
class SqlObserver {
 public:
  virtual ~SqlObserver() = default;
  virtual void waited(std::chrono::nanoseconds in_queue) = 0;
  /// `works` were made durable with one commit.
  virtual void committed(size_t works, std::chrono::nanoseconds took) = 0;
  virtual void read(std::chrono::nanoseconds took) = 0;
  /// So many works were answered with a negative status because of it.
  virtual void failed(const Fault& fault, size_t works) = 0;
  virtual void refused() = 0;
};

/// Answers a job through the courier.
inline void answer(Courier& courier, const SqlJob& job, jct_status status) {
  courier.deliver(job.work.loop, [work = job.work, status] { work.done(work.self, status); });
}

}  // namespace junctor::storage
