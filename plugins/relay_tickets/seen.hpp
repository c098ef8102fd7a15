// SPDX-License-Identifier: Apache-2.0
// Which tickets were taken, until they have expired, so that none counts twice. A value; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace junctor::relay_tickets {

class Seen {
 public:
  explicit Seen(size_t capacity) : capacity_{capacity} {}
  void set_capacity(size_t capacity) { capacity_ = capacity; }

  enum class Answer { kFresh, kKnown, kFull };
  /// `key`: issuer and uuid. Of one key only what was issued later than all before is fresh.
  Answer look(const std::string& key, uint64_t issued, uint64_t now);
  /// It was taken. It may be forgotten from `until` on, when it counts as expired anyway.
  void add(const std::string& key, uint64_t issued, uint64_t until);
  /// Those that still count are left. look() does the same.
  void expire(uint64_t now);
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    uint64_t issued = 0;
    uint64_t until = 0;
  };

  size_t capacity_;
  std::map<std::string, Entry> entries_;  // ordered, so that no choice of uuids makes it slow
  std::set<std::pair<uint64_t, std::string>> by_age_;
};

}  // namespace junctor::relay_tickets
