// SPDX-License-Identifier: Apache-2.0
// The operator's words about devices, ids and addresses, apart from the socket and from storage: each becomes a plan,
// which the caller first stores and then answers. One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth_key/state.hpp"

namespace junctor::auth {

/// What is to be done for a command, and its answer where that works.
struct Plan {
  std::string error;             ///< where the command is wrong; nothing else counts then
  std::optional<Change> change;  ///< to be kept before the answer is given
  std::string answer;            ///< JSON
  const char* event = nullptr;   ///< for the log, once it is kept: "auth.approved"
  Target about;                  ///< whom it is about
  int64_t lasts_s = 0;           ///< of a block; 0: for good
};

class Operators {
 public:
  using Words = std::vector<std::string>;
  struct Moment {
    Duration now;   ///< the clock that waiting devices are seen by
    int64_t since;  ///< seconds since 1970
  };
  enum class What { kIds, kAll };  ///< `peers block` knows ids, `block` also addresses and networks

  Operators(const State& state, Moment moment, size_t max_kept) : state_{state}, at_{moment}, max_kept_{max_kept} {}

  /// [page N]
  Plan waiting(const Words& words) const;
  /// ID [FINGERPRINT]
  Plan approve(const Words& words) const { return rule(words, true); }
  Plan reject(const Words& words) const { return rule(words, false); }
  /// ID|ADDRESS|NETWORK [for DURATION] [TEXT...]
  Plan block(const Words& words, What what) const;
  Plan unblock(const Words& words, What what) const;
  /// [page N]
  Plan blocked(const Words& words, What what) const;

 private:
  Plan rule(const Words& words, bool approved) const;
  /// The device that a ruling about this id is for; empty: whoever asks first. What is wrong goes to `error`.
  std::string claim_for(const std::string& id, const std::string& fingerprint, std::string* error) const;
  bool full() const { return state_.kept() >= max_kept_; }

  const State& state_;
  Moment at_;
  size_t max_kept_;
};

/// "90s", "15m", "2h", "7d" in seconds; nothing where it is something else, or longer than ten years.
std::optional<int64_t> parse_seconds(const std::string& text);

}  // namespace junctor::auth
