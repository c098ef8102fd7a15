// SPDX-License-Identifier: Apache-2.0
// Who has how many sessions, and what they share: one account for each address, id and group that has a session now.
// Any thread; the mutex is held for a few look-ups.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fair_share.hpp"
#include "rules.hpp"

namespace junctor::relay {

class Ledger;

/// The accounts that a session is in; it counts there as long as this lives. The ledger outlives it.
class Seat {
 public:
  Seat() = default;
  Seat(Seat&& other) noexcept { *this = std::move(other); }
  Seat& operator=(Seat&& other) noexcept;
  ~Seat() { give_back(); }

  /// Those that have a rate now, the relay's own among them.
  std::vector<PoolPtr> pools() const { return places_ ? places_->pools : std::vector<PoolPtr>{}; }
  /// Of the session alone, each direction; 0: no bound.
  uint64_t rate() const { return rate_; }
  bool slowed() const { return slowed_; }
  /// Its group's name, or empty.
  std::string group() const { return places_ ? places_->group : std::string{}; }
  /// The session's own rate falls to `rate` for good.
  void slow(uint64_t rate) {
    rate_ = rate;
    slowed_ = true;
  }

 private:
  friend class Ledger;
  struct Places {
    Ledger* ledger = nullptr;
    std::vector<std::string> accounts;
    std::vector<PoolPtr> pools;
    std::string group;
  };
  void give_back();

  std::unique_ptr<Places> places_;  // null: none, as with most sessions
  uint64_t rate_ = 0;
  bool slowed_ = false;
};

class Ledger {
 public:
  using RulesPtr = std::shared_ptr<const Rules>;

  explicit Ledger(Rules rules);

  /// New rules hold for whoever sits down from now on; the rates of accounts that are open change at once.
  void apply(Rules rules);
  RulesPtr rules() const;

  struct Seated {
    Seat seat;
    const char* refusal;              ///< null: it may run; else a word, and the seat is empty
    jct_status status = JCT_E_LIMIT;  ///< of a refusal: JCT_E_DENIED where it is nobody's number
  };
  /// A session between two addresses for B's `id`, which may be empty.
  Seated sit(const wire::Address& a, const wire::Address& b, std::string_view id) { return sit(a, b, id, false); }
  /// The same for one that runs and takes its new seat before it leaves the old: numbers do not bind it.
  Seated sit_again(const wire::Address& a, const wire::Address& b, std::string_view id) { return sit(a, b, id, true); }

  /// What is in use, for people. `kind`: of the words below.
  struct Use {
    std::string kind;  ///< "address", "id", "group"
    std::string name;
    size_t sessions;
    uint64_t rate;  ///< the bound
    int64_t bits_a_second;
  };
  /// Groups first, then the accounts with most sessions; at most `limit`.
  std::vector<Use> uses(size_t limit) const;
  Pool& total() { return *total_; }

 private:
  friend class Seat;
  enum class Kind { kGroup, kAddress, kId };
  struct Account {
    Kind kind;
    std::string name;
    size_t sessions = 0;
    PoolPtr pool;
  };
  struct Claim {
    Kind kind;
    std::string name;
    size_t most;  // sessions; 0: no bound
  };

  Seated sit(const wire::Address& a, const wire::Address& b, std::string_view id, bool again);
  static std::vector<Claim> claims(const Rules& rules, const wire::Address& a, const wire::Address& b,
                                   std::string_view id, const Group* group);
  static uint64_t rate_of(const Rules& rules, const Account& account);
  void give_back(const std::vector<std::string>& accounts);

  mutable std::mutex mutex_;
  RulesPtr rules_;
  PoolPtr total_;
  std::map<std::string, Account> accounts_;  // of those with a session
};

}  // namespace junctor::relay
