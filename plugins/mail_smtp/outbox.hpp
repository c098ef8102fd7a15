// SPDX-License-Identifier: Apache-2.0
// Mails that wait: in memory alone, as what they hold are secrets. Bounded, and bounded for each recipient, so that
// nobody fills somebody's mailbox by asking for links. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "mail.hpp"

namespace junctor::mail_smtp {

class Outbox {
 public:
  struct Limits {
    size_t waiting = 1000;
    size_t each_hour = 10;    ///< to one address
    int64_t first_wait = 60;  ///< seconds before the second try; each further one waits twice as long
    int64_t longest_wait = 3600;
    int64_t give_up = 86'400;  ///< seconds
  };
  enum class Taken : uint8_t { kYes, kFull, kTooMany };

  explicit Outbox(Limits limits) : limits_{limits} {}
  void configure(Limits limits) { limits_ = limits; }

  Taken put(Mail mail, int64_t now);
  /// The first that is due; it is no longer here.
  std::optional<Mail> due(int64_t now);
  /// It did not go: it waits for another try. False: it is too old for that, and dropped.
  bool again(Mail mail, int64_t now);
  /// Seconds until something is due; nullopt: nothing waits.
  std::optional<int64_t> next(int64_t now) const;
  size_t size() const { return waiting_.size(); }

 private:
  Limits limits_;
  std::multimap<int64_t, Mail> waiting_;               // by when they are due
  std::map<std::string, std::deque<int64_t>> recent_;  // by address: when
};

}  // namespace junctor::mail_smtp
