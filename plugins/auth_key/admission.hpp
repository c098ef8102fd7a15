// SPDX-License-Identifier: Apache-2.0
// Which devices may register where not everybody may: what the operator has said about an id, and who waits for that.
// One thread at a time. Knows no storage: what is on record is told to it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "auth_key/decision.hpp"
#include "auth_key/waiting.hpp"

namespace junctor::auth {

enum class Mode {
  kOpen,     ///< everybody registers
  kApprove,  ///< who is not on record waits for the operator
  kClosed,   ///< nobody new, except who was approved beforehand
};

/// What the operator said about an id. With a claim it is about that device alone; without, about the first that asks.
struct Ruling {
  bool approved = false;
  std::string claim;
  int64_t since = 0;  ///< seconds since 1970
};

/// What is stored under the id: nothing, this device (the same uuid), another one, or it could not be asked.
enum class Record { kNone, kSame, kOther, kUnknown };

class Admission {
 public:
  explicit Admission(const Waiting::Limits& limits) : waiting_{limits} {}

  /// A device registers. `admitted`: at once; else storage is asked, then second(). `bound`: the ruling that now is
  /// about this device alone; it must be kept.
  struct First {
    bool admitted = false;
    std::optional<Ruling> bound;
  };
  First first(const Device& device);
  struct Second {
    Decision decision;
    std::optional<Waiting::Note> note;  ///< where it waits, or would
  };
  Second second(const Device& device, Record record, Mode mode, Duration now);
  /// A device that is registered wants this id: may it, or is the id meant for another one?
  Decision rename_to(std::string_view id) const;

  void rule(const std::string& id, Ruling ruling);
  void forget(std::string_view id);
  const Ruling* ruling(std::string_view id) const;
  const std::map<std::string, Ruling, std::less<>>& rulings() const { return rulings_; }
  /// Ids whose approval let a device in since the last call: once they are on record it has done its work.
  std::vector<std::string> take_used();

  Waiting& waiting() { return waiting_; }
  const Waiting& waiting() const { return waiting_; }

 private:
  std::map<std::string, Ruling, std::less<>> rulings_;
  std::set<std::string, std::less<>> used_;  ///< of the approved ids
  Waiting waiting_;
};

}  // namespace junctor::auth
