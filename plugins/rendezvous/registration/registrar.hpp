// SPDX-License-Identifier: Apache-2.0
// Registration as protocol.md 6.1 and 6.2 have it: RegisterPeer and RegisterPk, over UDP and over connections. One
// object for all loops; any thread, what came over a connection on its loop.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "junctor/service/storage.h"
#include "presence/presence.hpp"
#include "registration/flights.hpp"
#include "registration/registration_limits.hpp"
#include "registration/turns.hpp"
#include "signalling/refusal.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::rendezvous {

/// What a RegisterPk that was accepted has changed on record.
enum class Change { kNothing, kNew, kAddress, kKey };
inline constexpr std::array<const char*, 4> kChangeWords = {"unchanged", "new", "address", "key"};

/// What registration needs of the rest of the server. Completions come exactly once, on the loop that asked.
class RegistrarPorts {
 public:
  using Loaded = std::function<void(jct_status, const jct_peer_record*)>;
  using Stored = std::function<void(jct_status)>;
  /// Empty reason: admitted.
  using Admitted = std::function<void(std::string_view reason)>;

  virtual ~RegistrarPorts() = default;
  virtual Duration now() const = 0;
  virtual void load(std::string_view id, Loaded done) = 0;
  /// JCT_OK only when the record is durable. `record` is copied.
  virtual void store(const jct_peer_record& record, Stored done) = 0;
  virtual void admit(const Attempt& attempt, Admitted done) = 0;
  /// A stored device comes back by heartbeat: may it stay registered?
  virtual void stays(std::string_view id, const jct_channel& from, Admitted done) = 0;
  /// Makes the connection the presence of `id`; false when it has gone. For UDP true.
  virtual bool hold(const jct_channel& channel, std::string_view id) = 0;
  /// Runs fn where things of this channel are done: a connection's loop, for UDP right here.
  virtual void run_for(const jct_channel& channel, std::function<void()> fn) = 0;
  virtual void answer_peer(const jct_channel& to, bool request_pk) = 0;
  /// ConfigUpdate.
  virtual void send_update(const jct_channel& to) = 0;
  virtual void answer_pk(const jct_channel& to, hbb::RegisterPkResponse::Result result) = 0;
  /// May one more new id come from an address that has not shown that it receives?
  virtual bool has_room_for_unproven() = 0;
  /// It is durable and the peer is online; about to be answered OK. `receives`: its address has shown that it does.
  virtual void registered(const Attempt& attempt, Change change, bool receives) = 0;
  /// `rule`: the reason word of who denied it.
  virtual void refused(Refusal why, std::string_view id, const jct_channel& from, std::string_view rule = {}) = 0;
};

class Registrar {
 public:
  static constexpr size_t kMaxUuid = 256;
  static constexpr size_t kMaxKey = 256;
  static constexpr size_t kMaxWaiters = 4;  // addresses that claim one id while storage is asked for it

  Registrar(RegistrarPorts& ports, Presence& presence, RegistrationLimits& limits, size_t max_lookups);

  void set_max_lookups(size_t max_lookups);
  /// Ids that storage is asked for, or told of: of the two tables, the fuller one.
  size_t lookups() const { return std::max(lookups_.size(), turns_.size()); }
  /// Those that wait for an answer.
  size_t under_way() const { return lookups_.size() + turns_.size(); }
  /// The newest site configuration: peers that have an older one are sent it.
  void set_serial(int32_t serial) { serial_.store(serial, std::memory_order_relaxed); }

  /// RegisterPeer. A known peer costs no allocation; for one that memory does not know storage is asked, and an id that
  /// is not stored leaves no trace.
  void register_peer(const jct_channel& from, std::string_view id, int32_t serial = INT32_MAX);

  /// RegisterPk. OK is answered only once the record is durable.
  void register_pk(const jct_channel& from, const hbb::RegisterPk& request);

 private:
  bool may_be_told(const jct_channel& from, std::string_view id) const;
  void look_up(const jct_channel& from, std::string_view id);
  void looked_up(const std::string& id, jct_status status, const jct_peer_record* record);
  void welcome(const std::string& id, const jct_channel& from, const jct_peer_record& record);
  void come_back(const std::string& id, const jct_channel& from, std::string_view pk);

  /// What can be said without storage; false when the request has been answered or dropped.
  bool plausible(const jct_channel& from, const hbb::RegisterPk& request);
  void begin(const AttemptPtr& attempt);
  void decide(const AttemptPtr& attempt, jct_status status, const jct_peer_record* stored);
  bool may_claim(const AttemptPtr& attempt);
  bool may_come_unproven(const AttemptPtr& attempt);
  void store(const AttemptPtr& attempt, Change change);
  void confirm(const AttemptPtr& attempt, Change change);
  void refuse(const AttemptPtr& attempt, Refusal why, hbb::RegisterPkResponse::Result result,
              std::string_view rule = {});
  void next_turn(const AttemptPtr& attempt);

  RegistrarPorts& ports_;
  Presence& presence_;
  RegistrationLimits& limits_;
  Flights lookups_;
  Turns turns_;
  std::atomic<int32_t> serial_{0};
};

}  // namespace junctor::rendezvous
