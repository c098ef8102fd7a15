// SPDX-License-Identifier: Apache-2.0
// The uuids that signalling has seen for allowed pairs, until they are used or too old. Any thread; the mutex is held
// for one access.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "junctor/result.hpp"

namespace junctor::relay {

class Tickets {
 public:
  explicit Tickets(size_t capacity) : capacity_{capacity} {}

  /// A session of `uuid` for B's `id` may begin until `until`; of an uuid that is known already the later word counts.
  /// False: full of fresh ones, and nothing has changed. `id` may be empty: any. `awaited`, where it is given, is told
  /// whether somebody waits for it.
  bool expect(std::string_view uuid, std::string_view id, Duration now, Duration until, bool* awaited = nullptr);

  enum class Answer { kNone, kGood, kOtherId };
  /// A pair has come, whose A said `id` (or nothing).
  Answer check(std::string_view uuid, std::string_view id, Duration now);
  /// Its session has begun: a ticket is good once.
  void used(std::string_view uuid);

  /// From now on expect() says that this uuid is awaited. False: its ticket is there.
  bool await(std::string_view uuid, Duration now);
  void await_no_more(std::string_view uuid);

  void set_capacity(size_t capacity);
  size_t capacity() const;
  /// Those that are still good.
  size_t size(Duration now);

 private:
  struct Ticket {
    std::string id;
    Duration until;
  };
  // Ordered, so that no choice of uuids makes it slow; its keys stay in place, so that by_age_ may point at them.
  using Table = std::map<std::string, Ticket, std::less<>>;

  void expire(Duration now);
  void drop(Table::iterator at);

  mutable std::mutex mutex_;
  size_t capacity_;
  Table tickets_;
  std::set<std::pair<Duration, const std::string*>> by_age_;
  std::set<std::string, std::less<>> awaited_;  // bounded by who waits
};

}  // namespace junctor::relay
