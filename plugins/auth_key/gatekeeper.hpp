// SPDX-License-Identifier: Apache-2.0
// auth/1: asked from any loop. What operators have said is in memory, behind a mutex that is held for look-ups only;
// where a device's record matters, storage is asked and the answer comes later. Wiring.
#pragma once

#include <junctor/auth.hpp>
#include <junctor/plugin.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth_key/decision.hpp"
#include "auth_key/keeper.hpp"
#include "auth_key/state.hpp"

namespace junctor::auth {

class Gatekeeper {
 public:
  struct Settings {
    Lists lists;
    Mode mode = Mode::kOpen;
    Waiting::Limits waiting{};
    size_t max_kept = 0;
  };

  /// [control] Throws Error where the settings ask for more than there is.
  Gatekeeper(Host& host, const SiteKey& key, const Keeper& keeper, Settings settings);
  /// [control]
  void start();
  void check_settings(const Settings& settings) const;
  /// [home]
  void reload(Settings settings);

  /// [loop]
  void check(const jct_auth_request& request, const jct_auth_done& done) noexcept;

  /// [any] Grows when what was allowed may be denied now (service/auth.h).
  uint64_t changes() const { return changes_; }

  /// [any] What an operator has said, and storage keeps.
  void apply(const Change& change);
  /// [any] fn(State&), which may change it. Nothing else happens meanwhile: it must be short.
  template <class Fn>
  auto with_state(Fn&& fn) {
    const std::lock_guard lock{mutex_};
    return fn(state_);
  }
  size_t max_kept() const { return settings()->max_kept; }

 private:
  enum class Hold { kNo, kHeld, kFull };
  struct Held {
    jct_auth_request request;
    AuthAsker asker;
  };

  std::shared_ptr<const Settings> settings() const;
  int64_t wall_seconds() const { return static_cast<int64_t>(host_.wall() / 1'000'000); }

  void load();
  void loaded(jct_status status);
  Hold hold(const jct_auth_request& request, AuthAsker& asker);
  void judge(const jct_auth_request& request, AuthAsker asker);
  void admit(const jct_auth_request& request, AuthAsker asker);
  void decide_by(Record record, const Device& device, AuthAsker& asker);
  void rename(const jct_auth_request& request, AuthAsker asker);
  void note(const Device& device, Waiting::Note note);
  void answer(AuthAsker& asker, const Decision& decision) const;
  void tidy();
  void keep(const Change& change);

  Host& host_;
  const SiteKey& key_;
  const Keeper& keeper_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Settings> settings_;  // guarded by mutex_; a check keeps the lists that it began with
  State state_;                               // guarded by mutex_
  std::vector<Held> held_;                    // guarded by mutex_; asked before the state was there
  std::atomic<bool> loaded_{false};           // set once, under mutex_
  std::atomic<uint64_t> changes_{0};
  Timer again_, tidy_;
  Metric allowed_, waiting_, waiting_full_;
  std::vector<std::pair<std::string_view, Metric>> denied_;
};

}  // namespace junctor::auth
