// SPDX-License-Identifier: Apache-2.0
// Pairs of addresses between which punching over TCP is known to fail, learned from those who tried. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "junctor/result.hpp"
#include "wire/address.hpp"
#include "wire/rate_limit.hpp"

namespace junctor::holepunch {

/// Ports play no part. Whoever changes its address is another one. Whoever has a whole network (a /48, an IPv4 /24) is
/// not as many as it has addresses: as A it holds no more than a sixteenth of either table.
class Learned {
 public:
  /// A that asks for the relay so long after a punch has not got through.
  static constexpr Duration kVerdict = std::chrono::seconds{30};
  static constexpr size_t kNetworks = 16;  // share a table at least, where that leaves each
  static constexpr size_t kFewest = 64;    // so many

  struct Limits {
    size_t capacity = 0;  // pairs, and as many punches under way; when full nobody fresh gives way
    Duration life{};      // how long a pair is sent to the relay at once; 0: nothing is learned
    Duration least{};     // who asks for the relay sooner after B's answer has lost no time, and teaches nothing
    Duration retry{};     // how often one attempt is punched all the same; 0: never
  };
  explicit Learned(const Limits& limits) : limits_{limits} {}
  void configure(const Limits& limits);

  /// B has punched over TCP for A, and A has been told.
  void punched(const wire::Address& a, const wire::Address& b, std::string_view id, Duration now);
  enum class Lesson { kNone, kLearned, kFull };
  /// A asks for the relay to the same id.
  Lesson asked_relay(const wire::Address& a, std::string_view id, Duration now);
  /// Is the pair to be sent to the relay? Counts. One attempt in each `retry` is not: where it gets through, as A does
  /// not ask for the relay after it, the pair is forgotten.
  bool hopeless(const wire::Address& a, const wire::Address& b, Duration now);

  struct Row {
    wire::Address a;
    wire::Address b;
    Duration age{};
    Duration left{};
    uint64_t spared = 0;  // attempts that went to the relay at once
  };
  std::vector<Row> rows(size_t limit, Duration now) const;
  size_t size() const;
  /// Forgets the pairs with this IP, or all where it is none; returns how many.
  size_t forget(const wire::Address& ip);
  /// Drops what has expired. Call on each tick.
  void expire(Duration now);

 private:
  using Pair = std::pair<wire::Address, wire::Address>;
  struct Verdict {
    Duration since{};
    Duration until{};
    Duration next_try{};
    uint64_t spared = 0;
  };
  struct Punch {
    wire::Address b;
    Duration told{};  // A has been told
    Duration until{};
    bool asked = false;  // for the relay: it has taught what it could
  };
  using PunchKey = std::pair<wire::Address, std::string>;

  using Network = std::array<char, 9>;
  /// How many of a table's entries each network has.
  class Shares {
   public:
    bool has_room(const wire::Address& a, size_t capacity) const;
    void add(const wire::Address& a) { ++held_[wire::site_key(a)]; }
    void remove(const wire::Address& a);
    void clear() { held_.clear(); }

   private:
    std::map<Network, size_t> held_;
  };

  void expire_punches(Duration now);
  /// Of the pairs for which `which` is true.
  template <class Which>
  size_t erase_pairs(Which which);

  mutable std::mutex mutex_;
  Limits limits_;
  std::map<Pair, Verdict> pairs_;
  Shares pair_shares_, punch_shares_;
  Duration next_end_ = Duration::max();  // no pair ends before
  std::map<PunchKey, Punch> punches_;
  std::deque<std::pair<Duration, PunchKey>> punches_end_;  // in order; renewed ones go to the back
};

}  // namespace junctor::holepunch
