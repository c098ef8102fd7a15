// SPDX-License-Identifier: Apache-2.0
// Registration as protocol.md 6.1 and 6.2 have it. Any thread.
#include "registration/registrar.hpp"

#include <optional>

#include "junctor/result.hpp"
#include "registration/id_rules.hpp"
#include "wire/abi.hpp"

namespace junctor::rendezvous {

namespace {

using Response = hbb::RegisterPkResponse;

/// Does the address on record differ from the one that the message came from? Two of loopback never differ (protocol.md
/// 6.1); an address that was never recorded always does.
bool ip_differs(const jct_peer_record& stored, const jct_channel& from) {
  const wire::Address now = wire::from_abi(from.peer);
  const auto then = wire::Address::parse_ip(view(stored.ip));
  return !then || !(then->same_ip(now) || (then->is_loopback() && now.is_loopback()));
}

/// A denial makes the client show that it is not registered; what is no denial has a word of its own (service/auth.h).
Response::Result result_for(std::string_view reason) {
  if (reason == "auth_timeout" || reason == "auth_unavailable") return Response::SERVER_ERROR;
  return reason == "uuid_mismatch" ? Response::UUID_MISMATCH : Response::NOT_DEPLOYED;
}

/// What the request changes of the record; nothing where it is another device's.
std::optional<Change> judge(const jct_peer_record* stored, std::string_view uuid, std::string_view pk,
                            const jct_channel& from) {
  if (stored == nullptr) return Change::kNew;
  if (view(stored->uuid) != uuid) return std::nullopt;
  const bool moved = ip_differs(*stored, from);
  const bool new_key = view(stored->pk) != pk;
  const bool had_key = stored->pk.size > 0;
  if (moved && new_key && had_key) return std::nullopt;
  if (new_key) return Change::kKey;
  return moved ? Change::kAddress : Change::kNothing;
}

}  // namespace

Registrar::Registrar(RegistrarPorts& ports, Presence& presence, RegistrationLimits& limits, size_t max_lookups)
    : ports_{ports}, presence_{presence}, limits_{limits}, lookups_{max_lookups, kMaxWaiters}, turns_{max_lookups} {}

void Registrar::set_max_lookups(size_t max_lookups) {
  lookups_.set_capacity(max_lookups);
  turns_.set_capacity(max_lookups);
}

// ---- RegisterPeer ---------------------------------------------------------------------------------------------------

void Registrar::register_peer(const jct_channel& from, std::string_view id, int32_t serial) {
  switch (presence_.beat(id, from, ports_.now())) {
    case Presence::Beat::kAlive:
      ports_.answer_peer(from, false);
      if (serial < serial_.load(std::memory_order_relaxed) && may_be_told(from, id)) ports_.send_update(from);
      return;
    case Presence::Beat::kMoved:
      return ports_.answer_peer(from, true);
    case Presence::Beat::kUnknown:
      return look_up(from, id);
  }
}

/// An update is longer than what asks for it, and a RegisterPk may be forged as well as a heartbeat.
bool Registrar::may_be_told(const jct_channel& from, std::string_view id) const {
  const Presence::Proof proof = presence_.proof(id, from);
  if (proof != Presence::Proof::kRegistered) return proof == Presence::Proof::kReceives;
  return limits_.is_proven(wire::from_abi(from.peer), ports_.now());
}

void Registrar::look_up(const jct_channel& from, std::string_view id) {
  if (id.empty()) return ports_.refused(Refusal::kBadId, id, from);
  if (!is_valid_id(id)) {  // no key can be on record for it; RegisterPk will say what is wrong
    ports_.refused(Refusal::kBadId, id, from);
    return ports_.answer_peer(from, true);
  }
  if (!limits_.look_up(wire::from_abi(from.peer), ports_.now())) {
    return ports_.refused(Refusal::kAddressLimit, id, from);
  }
  switch (lookups_.join(id, from)) {
    case Flights::Join::kFull:  // in a flood an honest device is better sent to RegisterPk, which has limits, than lost
      ports_.refused(Refusal::kLookupsFull, id, from);
      return ports_.answer_peer(from, true);
    case Flights::Join::kJoined:
      return;
    case Flights::Join::kFirst:
      break;
  }
  ports_.load(id, [this, key = std::string{id}](jct_status status, const jct_peer_record* record) {
    looked_up(key, status, record);
  });
}

void Registrar::looked_up(const std::string& id, jct_status status, const jct_peer_record* record) {
  const bool known = status == JCT_OK && record != nullptr && record->pk.size > 0;
  const bool failed = status != JCT_OK && status != JCT_E_NOT_FOUND;
  for (const jct_channel& from : lookups_.take(id)) {
    if (failed) {
      ports_.refused(Refusal::kStorage, id, from);  // silence: it asks again in 3 s
    } else if (known) {
      welcome(id, from, *record);
    } else {
      ports_.answer_peer(from, true);
    }
  }
}

void Registrar::welcome(const std::string& id, const jct_channel& from, const jct_peer_record& record) {
  // A RegisterPk may have come meanwhile: what memory says is newer than what storage said.
  const Presence::Beat beat = presence_.beat(id, from, ports_.now());
  if (beat != Presence::Beat::kUnknown || ip_differs(record, from)) {
    return ports_.answer_peer(from, beat != Presence::Beat::kAlive);
  }
  // A heartbeat in memory is asked nothing; whoever was put out comes back by this way, or not (auth.h, STAY).
  ports_.stays(id, from, [this, id, from, pk = std::string{view(record.pk)}](std::string_view reason) {
    if (reason.empty()) return come_back(id, from, pk);
    ports_.refused(Refusal::kDenied, id, from, reason);
    ports_.answer_peer(from, true);  // RegisterPk tells it why
  });
}

void Registrar::come_back(const std::string& id, const jct_channel& from, std::string_view pk) {
  const Presence::Beat beat = presence_.admit(id, from, ports_.now(), pk);
  if (beat == Presence::Beat::kUnknown) return ports_.refused(Refusal::kPeersFull, id, from);
  ports_.answer_peer(from, beat == Presence::Beat::kMoved);
}

// ---- RegisterPk -----------------------------------------------------------------------------------------------------

void Registrar::register_pk(const jct_channel& from, const hbb::RegisterPk& request) {
  if (!plausible(from, request)) return;
  const auto attempt = std::make_shared<const Attempt>(Attempt{request.id(), request.uuid(), request.pk(), from});
  AttemptPtr dropped;
  switch (turns_.begin(attempt, dropped)) {
    case Turns::Begin::kGo:
      return begin(attempt);
    case Turns::Begin::kWaits:
      if (dropped) ports_.refused(Refusal::kBusy, dropped->id, dropped->from);
      return;
    case Turns::Begin::kFull:  // it asks again
      return ports_.refused(Refusal::kBusy, attempt->id, from);
  }
}

void Registrar::begin(const AttemptPtr& attempt) {
  ports_.admit(*attempt, [this, attempt](std::string_view reason) {
    if (!reason.empty()) return refuse(attempt, Refusal::kDenied, result_for(reason), reason);
    ports_.load(attempt->id,
                [this, attempt](jct_status status, const jct_peer_record* stored) { decide(attempt, status, stored); });
  });
}

bool Registrar::plausible(const jct_channel& from, const hbb::RegisterPk& request) {
  const auto no = [&](Refusal why) {
    ports_.refused(why, request.id(), from);
    return false;
  };
  const auto answer = [&](Refusal why, Response::Result result) {
    ports_.answer_pk(from, result);
    return no(why);
  };
  if (request.uuid().empty() || request.pk().empty()) return no(Refusal::kIncomplete);
  if (request.uuid().size() > kMaxUuid || request.pk().size() > kMaxKey) return no(Refusal::kIncomplete);
  if (!is_valid_id(request.id())) return answer(Refusal::kBadId, Response::UUID_MISMATCH);
  switch (limits_.attempt(wire::from_abi(from.peer), request.id(), ports_.now())) {
    case RegistrationLimits::Verdict::kYes:
      return true;
    case RegistrationLimits::Verdict::kId:
      return answer(Refusal::kTooFrequent, Response::TOO_FREQUENT);
    default:
      return answer(Refusal::kAddressLimit, Response::TOO_FREQUENT);
  }
}

void Registrar::decide(const AttemptPtr& attempt, jct_status status, const jct_peer_record* stored) {
  if (status != JCT_OK && status != JCT_E_NOT_FOUND) return refuse(attempt, Refusal::kStorage, Response::SERVER_ERROR);
  const auto change = judge(status == JCT_OK ? stored : nullptr, attempt->uuid, attempt->pk, attempt->from);
  const bool costs = !change || change == Change::kNew;
  if (costs && !may_claim(attempt)) return;
  if (change == Change::kNew && !may_come_unproven(attempt)) return;
  if (!change) return refuse(attempt, Refusal::kUuidMismatch, Response::UUID_MISMATCH);
  if (change == Change::kNothing) return confirm(attempt, *change);  // durable already
  store(attempt, *change);
}

/// The same. What anybody could have written leaves room for who has proven himself.
bool Registrar::may_come_unproven(const AttemptPtr& attempt) {
  const jct_channel& from = attempt->from;
  if (from.transport != JCT_CHANNEL_UDP || limits_.is_proven(wire::from_abi(from.peer), ports_.now())) return true;
  if (ports_.has_room_for_unproven()) return true;
  refuse(attempt, Refusal::kUnproven, Response::TOO_FREQUENT);
  return false;
}

/// False when it has been refused.
bool Registrar::may_claim(const AttemptPtr& attempt) {
  switch (limits_.fresh(wire::from_abi(attempt->from.peer), ports_.now())) {
    case RegistrationLimits::Verdict::kYes:
      return true;
    case RegistrationLimits::Verdict::kUnproven:
      refuse(attempt, Refusal::kUnproven, Response::TOO_FREQUENT);
      return false;
    default:
      refuse(attempt, Refusal::kAddressLimit, Response::TOO_FREQUENT);
      return false;
  }
}

void Registrar::store(const AttemptPtr& attempt, Change change) {
  const std::string ip = wire::from_abi(attempt->from.peer).ip_text();
  jct_peer_record record{};
  record.size = sizeof record;
  record.id = str(attempt->id);
  record.uuid = bytes(attempt->uuid);
  record.pk = bytes(attempt->pk);
  record.ip = str(ip);
  ports_.store(record, [this, attempt, change](jct_status status) {
    if (status != JCT_OK) return refuse(attempt, Refusal::kStorage, Response::SERVER_ERROR);
    confirm(attempt, change);
  });
}

/// A connection that has gone meanwhile is nobody's presence.
void Registrar::confirm(const AttemptPtr& attempt, Change change) {
  if (!ports_.hold(attempt->from, attempt->id)) return next_turn(attempt);
  jct_channel channel = attempt->from;
  channel.flags |= JCT_CHANNEL_REGISTERED;
  const bool receives =
      channel.transport != JCT_CHANNEL_UDP || limits_.is_proven(wire::from_abi(channel.peer), ports_.now());
  if (!presence_.put(attempt->id, channel, ports_.now(), attempt->pk, receives)) {
    return refuse(attempt, Refusal::kPeersFull, Response::SERVER_ERROR);
  }
  ports_.registered(*attempt, change, receives);
  ports_.answer_pk(attempt->from, Response::OK);
  next_turn(attempt);
}

void Registrar::refuse(const AttemptPtr& attempt, Refusal why, Response::Result result, std::string_view rule) {
  ports_.answer_pk(attempt->from, result);
  ports_.refused(why, attempt->id, attempt->from, rule);
  next_turn(attempt);
}

void Registrar::next_turn(const AttemptPtr& attempt) {
  const AttemptPtr next = turns_.end(attempt->id);
  if (next) ports_.run_for(next->from, [this, next] { begin(next); });
}

}  // namespace junctor::rendezvous
