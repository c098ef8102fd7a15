// SPDX-License-Identifier: Apache-2.0
// Registration as protocol.md 6.1 has it: RegisterPeer and RegisterPk over UDP. One object for all loops; any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "flights.hpp"
#include "junctor/service/storage.h"
#include "presence.hpp"
#include "refusal.hpp"
#include "register_rate.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::rendezvous {

/// What registration needs of the rest of the server. Completions come on any thread, exactly once.
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
  virtual void admit(std::string_view id, const jct_channel& from, Admitted done) = 0;
  virtual void answer_peer(const jct_channel& to, bool request_pk) = 0;
  virtual void answer_pk(const jct_channel& to, hbb::RegisterPkResponse::Result result) = 0;
  virtual void refused(Refusal why, std::string_view id, const jct_channel& from) = 0;
};

class Registrar {
 public:
  static constexpr size_t kMaxUuid = 256;
  static constexpr size_t kMaxKey = 256;
  static constexpr size_t kMaxWaiters = 4;  // addresses that claim one id while storage is asked for it

  Registrar(RegistrarPorts& ports, Presence& presence, RegisterRate& rate, size_t max_lookups);

  void set_max_lookups(size_t max_lookups);

  /// RegisterPeer. A known peer costs no allocation; for one that memory does not know storage is asked, and an id that
  /// is not stored leaves no trace.
  void register_peer(const jct_channel& from, std::string_view id);

  /// RegisterPk. OK is answered only once the record is durable.
  void register_pk(const jct_channel& from, const hbb::RegisterPk& request);

 private:
  struct Attempt {
    std::string id, uuid, pk;
    jct_channel from;
  };
  using AttemptPtr = std::shared_ptr<const Attempt>;

  void look_up(const jct_channel& from, std::string_view id);
  void looked_up(const std::string& id, jct_status status, const jct_peer_record* record);
  void welcome(const std::string& id, const jct_channel& from, const jct_peer_record& record);

  /// What can be said without storage; false when the request has been answered or dropped.
  bool plausible(const jct_channel& from, const hbb::RegisterPk& request);
  void decide(const AttemptPtr& attempt, jct_status status, const jct_peer_record* stored);
  void store(const AttemptPtr& attempt);
  void confirm(const AttemptPtr& attempt);
  void refuse(const AttemptPtr& attempt, Refusal why, hbb::RegisterPkResponse::Result result);

  RegistrarPorts& ports_;
  Presence& presence_;
  RegisterRate& rate_;
  Flights lookups_;
  Flights registrations_;
};

}  // namespace junctor::rendezvous
