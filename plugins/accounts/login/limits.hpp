// SPDX-License-Identifier: Apache-2.0
// How often a log-in may fail (accounts.md 10): by account and source, by source over all accounts, and by a device
// that the account knows, which has a bucket of its own, so that strangers lock nobody out. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace junctor::accounts {

struct LoginLimits {
  size_t per_minute = 6;
  size_t per_hour = 30;
  size_t source_per_minute = 60;
  size_t buckets = 100'000;  ///< kept at once; the one that failed longest ago goes first
};

/// Which bounds this failure was the first to pass, for the alarms 3, 4 and 5 (http-api.md 4.3).
struct LoginAlarms {
  bool in_a_row = false, in_a_minute = false, in_an_hour = false;
};

class FailedLogins {
 public:
  explicit FailedLogins(const LoginLimits& limits) : limits_{limits} {}

  struct Attempt {
    std::string account;  ///< its guid, or the name that was given where there is none
    std::string source;   ///< source_of()
    std::string device;   ///< of a device or browser that this account knows; empty: none that it knows
  };

  void set(const LoginLimits& limits);
  /// Seconds to wait; 0: go on. An attempt that has to wait is not counted. `now`: any clock, in seconds.
  int64_t wait(const Attempt& attempt, int64_t now) const;
  /// One that may be tried now counts as a failure until it has ended, so that many at once are no more than one after
  /// another. The limits outlive it.
  class Trial {
   public:
    Trial() = default;
    Trial(FailedLogins& of, std::vector<std::string> keys) : of_{&of}, keys_{std::move(keys)} {}
    Trial(Trial&& other) noexcept : of_{std::exchange(other.of_, nullptr)}, keys_{std::move(other.keys_)} {}
    Trial& operator=(Trial&& other) noexcept {
      std::swap(of_, other.of_);
      std::swap(keys_, other.keys_);
      return *this;
    }
    ~Trial() {
      if (of_ != nullptr) of_->ended(keys_);
    }

   private:
    FailedLogins* of_ = nullptr;
    std::vector<std::string> keys_;
  };
  /// 0 and a trial, or the seconds to wait and none.
  int64_t begin(const Attempt& attempt, int64_t now, Trial* trial);
  /// Counts one that failed.
  LoginAlarms failed(const Attempt& attempt, int64_t now);
  /// A log-in succeeded: its bucket is empty again; other sources' stay.
  void succeeded(const Attempt& attempt);
  /// All of the account's, whatever their source.
  void unlock(std::string_view account);
  size_t buckets() const;

 private:
  struct Bucket {
    std::deque<int64_t> failures;  // the newest ones
    size_t total = 0;
    std::list<std::string>::iterator age;
  };
  using Table = std::unordered_map<std::string, Bucket>;

  static std::string key_of(const Attempt& attempt);
  static std::string source_key(const std::string& source);
  static std::string row_key(const std::string& account);
  int64_t wait_here(const Attempt& attempt, int64_t now) const;
  void ended(const std::vector<std::string>& keys);
  bool is_busy(const std::string& key, size_t most, int64_t now) const;
  static int64_t wait_of(const Table& table, const std::string& key, size_t most, int64_t span, int64_t now);
  size_t add(const std::string& key, int64_t now, size_t keep);
  size_t within(const std::string& key, int64_t span, int64_t now) const;
  void erase(Table::iterator at);

  mutable std::mutex mutex_;
  LoginLimits limits_;
  Table table_;
  std::list<std::string> ages_;                     // the oldest failure first
  std::unordered_map<std::string, size_t> trials_;  // under way
};

/// An address without port as its bucket: IPv4 as it is, IPv6 by its /64.
std::string source_of(const uint8_t (&ip)[16], uint8_t family);

}  // namespace junctor::accounts
