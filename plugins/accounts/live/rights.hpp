// SPDX-License-Identifier: Apache-2.0
// auth/1 of accounts: who may reach what, which devices register, who holds a connection for a session. Asked from any
// loop; answered from memory, but for a device that is new or changes its id. Wiring.
#pragma once

#include <junctor/auth.hpp>
#include <junctor/plugin.hpp>

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "accounts/live/conn_refs.hpp"
#include "accounts/live/relayed.hpp"
#include "accounts/live/roster.hpp"
#include "accounts/model/admission.hpp"
#include "accounts/model/switch_grants.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

class Rights {
 public:
  struct Limits {
    size_t held = 10'000;            ///< questions that wait for the model to be loaded, and for devices to be stored
    size_t relayed = 100'000;        ///< relay sessions whose leave is remembered
    int64_t reserved = 30 * 86'400;  ///< seconds that a renamed device's old id stays its own
  };
  /// All outlive it.
  struct Parts {
    Roster& roster;
    SwitchGrants& grants;
    ConnRefs& refs;
    const Store& store;
  };
  /// [control]
  Rights(Host& host, Parts parts, Limits limits);

  /// [home] The model is there: answers who waits.
  void open();
  /// [any] Something may have been taken back: askers ask STAY.
  void taken_back() { ++changes_; }
  /// [loop]
  void check(const jct_auth_request& request, const jct_auth_done& done) noexcept;
  static const jct_auth_service* table();

 private:
  struct Held {
    jct_auth_request request;
    AuthAsker asker;
  };
  using Pointer = std::shared_ptr<AuthAsker>;

  bool hold(const jct_auth_request& request, AuthAsker& asker);
  void judge(const jct_auth_request& request, AuthAsker asker);
  void reach(const jct_auth_request& request, AuthAsker asker);
  void live(const jct_auth_request& request, AuthAsker asker);
  void stay(const jct_auth_request& request, AuthAsker asker);
  void stay_joined(const jct_auth_request& request, AuthAsker asker);
  void admit(const jct_auth_request& request, AuthAsker asker);
  void enter(const jct_auth_request& request, AuthAsker asker);
  void rename(const jct_auth_request& request, AuthAsker asker);
  /// Runs work(sql, touched) -> word of a denial, answers the asker on his loop.
  template <class Work>
  void store(AuthAsker asker, const std::string& id, Work work);
  void deny_device(AuthAsker& asker, std::string_view id, std::string_view word) const;
  int64_t now() const { return static_cast<int64_t>(host_.wall() / 1'000'000); }

  Host& host_;
  Parts parts_;
  const Limits limits_;
  std::mutex mutex_;
  std::vector<Held> held_;         // guarded by mutex_
  std::atomic<bool> open_{false};  // set once, under mutex_
  std::atomic<uint64_t> changes_{0};
  Relayed relayed_;
  std::atomic<size_t> storing_{0};
  std::array<Metric, static_cast<size_t>(Refusal::kCount)> refused_;
  std::array<Metric, 10> allowed_;
  Metric device_refused_, overflows_, decide_time_;
};

}  // namespace junctor::accounts
