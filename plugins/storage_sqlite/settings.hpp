// SPDX-License-Identifier: Apache-2.0
// What may be changed while the database is open. Any thread.
#pragma once

#include <cstddef>
#include <mutex>

#include "storage_sqlite/database.hpp"
#include "storage_sqlite/start_wait.hpp"

namespace junctor::storage {

struct Settings {
  size_t queue_requests = 100'000;  // of each of the two queues, writes and reads
  size_t queue_bytes = size_t{64} << 20;
  size_t batch = 1000;  // writes of one commit, at most
  Tuning tuning;
  StartWait start;  // of the first opening alone
};

/// Settings with a number that changes with them, so that a thread sees between batches that it must tune again.
class SharedSettings {
 public:
  explicit SharedSettings(const Settings& settings) : settings_{settings} {}

  void set(const Settings& settings) {
    const std::lock_guard lock{mutex_};
    settings_ = settings;
    ++version_;
  }
  Settings get() const {
    const std::lock_guard lock{mutex_};
    return settings_;
  }
  /// True, with the settings in `out`, when they are newer than `seen`, which is moved up.
  bool changed(unsigned& seen, Settings& out) const {
    const std::lock_guard lock{mutex_};
    if (seen == version_) return false;
    seen = version_;
    out = settings_;
    return true;
  }

 private:
  mutable std::mutex mutex_;
  Settings settings_;
  unsigned version_ = 0;
};

}  // namespace junctor::storage
