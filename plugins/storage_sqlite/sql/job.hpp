// SPDX-License-Identifier: Apache-2.0
// Settings of database/1 on a file.
#pragma once

#include <chrono>

#include "storage_memory/sql_job.hpp"
#include "storage_sqlite/file.hpp"
#include "storage_sqlite/start_wait.hpp"

namespace junctor::storage {

struct SqlSettings {
  size_t queue = 10'000;  // of each of the two queues, writes and reads
  size_t batch = 200;     // works of one commit, at most
  size_t readers = 2;
  std::chrono::milliseconds patience{30'000};  // with one statement
  Tuning tuning;
  StartWait start;
};

}  // namespace junctor::storage
