// SPDX-License-Identifier: Apache-2.0
// When sessions were last used: gathered in memory, as it changes with each call, and written in batches. Any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "accounts/store/sessions.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

class SessionUse {
 public:
  /// `most`: marks between two flushes; beyond it the next flush has them.
  explicit SessionUse(size_t most) : most_{most} {}

  /// `hash`: of the session's token.
  void note(std::string_view hash) {
    const std::lock_guard lock{mutex_};
    if (used_.size() < most_) used_.emplace(hash);
  }
  /// One write for all of them. A flush that fails costs the times of one period.
  void flush(const Store& store) {
    std::unordered_set<std::string> used;
    {
      const std::lock_guard lock{mutex_};
      used.swap(used_);
    }
    if (used.empty()) return;
    store.write(
        [used = std::move(used), now = store.now()](const Sql& sql, Touched&) {
          for (const std::string& hash : used) note_session_use(sql, hash, now);
          return Unit{};
        },
        [](Outcome<Unit>&) {});
  }

 private:
  const size_t most_;
  std::mutex mutex_;
  std::unordered_set<std::string> used_;
};

}  // namespace junctor::accounts
