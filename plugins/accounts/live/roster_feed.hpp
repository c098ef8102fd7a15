// SPDX-License-Identifier: Apache-2.0
// Fills the model in memory at the start, in pages, and keeps it behind what transactions touch. Home loop.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "accounts/live/roster.hpp"
#include "accounts/live/roster_store.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

class RosterFeed {
 public:
  struct Limits {
    int64_t page = 20'000;               ///< devices read at once
    int64_t session_idle = 90 * 86'400;  ///< seconds
  };
  /// [home] Told when the memory has followed. Both may be empty.
  struct Changed {
    std::function<void()> taken_back;                    ///< something that was allowed may be denied now
    std::function<void(const std::string& id)> removed;  ///< a device
  };
  RosterFeed(Roster& roster, Limits limits, Changed changed = {})
      : roster_{roster}, limits_{limits}, changed_{std::move(changed)} {}

  /// [home] loaded(refusal): empty where all is there, else it is to be tried again.
  void load(const Store& store, std::function<void(const std::string& refusal)> loaded);

  /// Database thread: reads what was touched; the answer changes the memory, on the home loop.
  std::function<void()> collect(const Sql& sql, const Touched& touched) const;

 private:
  void load_devices(const Store& store, Ref after, std::function<void(const std::string&)> loaded);

  Roster& roster_;
  const Limits limits_;
  const Changed changed_;
};

}  // namespace junctor::accounts
