// SPDX-License-Identifier: Apache-2.0
// Requests of A that wait for B's answer, and the rule which answers may pass (protocol.md 6.4 point 5). Any thread: a
// shard's mutex is held for a few memory accesses.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "answer.hpp"
#include "junctor/result.hpp"
#include "junctor/service/signal.h"
#include "relay_choice.hpp"
#include "wire/address.hpp"

namespace junctor::holepunch {

/// One request that was pushed to B.
struct Asked {
  enum class For {
    kPunch,     // PunchHoleRequest
    kPunchUdp,  // the same with a udp_port
    kRelay,     // RequestRelay
  };
  For what = For::kPunch;
  std::string id;            // B's
  std::string uuid;          // kRelay: the session's, which A has made
  jct_channel a{};           // where the answer goes
  jct_channel b{};           // where B is registered
  Meeting meeting;           // the relay that was chosen
  std::string pushed_relay;  // what B was told of it
  bool tries_tcp = false;    // a TCP punch that may be learned from
  uint32_t feedback = 0;     // for A, with the answer
  std::string user;          // who has logged in; empty: nobody
};

class Pending {
 public:
  struct Limits {
    size_t capacity = 0;  // requests; the network fills the table, and when it is full nobody fresh gives way
    Duration life{};      // how long B may take
    Duration patience{};  // how long an answer from a foreign address waits for one from B's own
  };
  /// Requests of one address at once.
  static constexpr size_t kMostForOne = 16;
  /// Of an answer that waits, in bytes.
  static constexpr size_t kMostHeld = 2048;

  explicit Pending(const Limits& limits) { configure(limits); }
  void configure(const Limits& limits);

  enum class Put { kNew, kRepeated, kFull };
  /// kRepeated: A asks again (the same address, id and kind): it may be answered again, on the channel that it asked by
  /// now; a punch then takes over the relay that was chosen first, unless that has died.
  Put put(Asked& asked, Duration now);

  enum class Match {
    kPass,       // hand it on, by what `asked` says
    kHeld,       // from a foreign address: due() gives it back if nothing better comes
    kNobody,     // no such request is pending
    kDuplicate,  // it has been answered
    kTooLong,    // from a foreign address and longer than what may wait
  };
  /// `source_trusted`: may an answer from a foreign address wait at all?
  Match match(const wire::Address& a, const Answer& answer, bool source_trusted, Duration now, Asked& asked);

  /// Answers whose patience is over, to be handed on now. Also drops what has expired; of these, what nobody has
  /// answered goes to `unanswered`. Call on each tick.
  std::vector<std::pair<Asked, Answer>> due(Duration now, std::vector<Asked>* unanswered = nullptr);

  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    Asked asked;
    Duration until{};
    bool answered = false;
    std::optional<Answer> held;
    Duration held_until{};
  };
  using Entries = std::vector<Entry>;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<wire::Address, Entries> by_a;
    std::deque<std::pair<Duration, wire::Address>> ends;   // when to look for expired ones; in order
    std::deque<std::pair<Duration, wire::Address>> waits;  // when to look for held answers; in order
    std::vector<Asked> unanswered;                         // expired, until the next due()
  };
  static constexpr size_t kShards = 64;

  Shard& shard_of(const wire::Address& a) { return shards_[std::hash<wire::Address>{}(a) % kShards]; }
  static void drop_expired(Entries& entries, Duration now, std::vector<Asked>& unanswered);
  static Entry* find(Entries& entries, const Answer& answer, bool foreign_too, Duration now);
  void collect_held(Shard& shard, Duration now, std::vector<std::pair<Asked, Answer>>& out);
  void expire(Shard& shard, Duration now);

  std::atomic<size_t> capacity_{0};
  std::atomic<Duration::rep> life_{0};
  std::atomic<Duration::rep> patience_{0};
  std::atomic<size_t> size_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace junctor::holepunch
