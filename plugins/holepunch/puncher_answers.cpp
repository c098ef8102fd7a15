// SPDX-License-Identifier: Apache-2.0
// The second half of Puncher: what B answers, and what A is told of it (protocol.md 6.4, 6.5). Any thread.
#include <utility>

#include "puncher.hpp"

namespace junctor::holepunch {

jct_status Puncher::take(Answer&& answer) {
  if (!answer.addresses_good()) return lost(Reason::kBadAddress, answer);
  const Duration now = ports_.now();
  const auto a = wire::decode_address(answer.a);
  const bool trusted = limits_.may_lose_answers(wire::from_abi(answer.from.peer), now);
  Asked asked;
  switch (pending_.match(*a, answer, trusted, now, asked)) {
    case Pending::Match::kPass:
      pass(asked, std::make_shared<const Answer>(std::move(answer)));
      return JCT_OK;
    case Pending::Match::kHeld:
      return JCT_OK;
    case Pending::Match::kNobody:
      return lost(Reason::kNotPending, answer);
    case Pending::Match::kDuplicate:
      refused(Reason::kDuplicate, answer.from, answer.id);
      return JCT_OK;
    case Pending::Match::kTooLong:
      refused(Reason::kHeldTooLong, answer.from, answer.id);
      return JCT_OK;
  }
  return JCT_OK;
}

/// Whoever answers what nobody asked, again and again, is looking for somebody who waits (protocol.md 6.4 point 5). Its
/// connection ends, and for a while only answers from B's own address are taken from it.
jct_status Puncher::lost(Reason why, const Answer& answer) {
  const wire::Address source = wire::from_abi(answer.from.peer);
  if (limits_.lost_answer(source, ports_.now())) {
    refused(why, answer.from, answer.id);
    return JCT_OK;
  }
  refused(Reason::kTooManyAnswers, answer.from, answer.id, "limit_lost_answers");
  if (limits_.tell_of(source, ports_.now())) ports_.answers_cut_off(answer.from);
  return answer.by_udp() ? JCT_OK : JCT_E_LIMIT;
}

void Puncher::tick() {
  std::vector<Asked> unanswered;
  for (auto& [asked, answer] : pending_.due(ports_.now(), &unanswered)) {
    pass(asked, std::make_shared<const Answer>(std::move(answer)));
  }
  for (const Asked& asked : unanswered) ports_.ended(asked, Outcome::kNoAnswer);
  learned_.expire(ports_.now());
}

/// Where B's key is on record A gets its signed id, whatever the answer says of versions: a client that gets none goes
/// on unencrypted (protocol.md 5). So what cannot be signed is better not passed on at all.
void Puncher::pass(const Asked& asked, const std::shared_ptr<const Answer>& answer) {
  if (!answer->refuse_reason.empty()) return tell(asked, *answer, "");
  ports_.look_up(asked.id, JCT_PEER_WANT_KEY, [this, asked, answer](jct_status status, const jct_peer* peer) {
    if (status != JCT_OK || peer == nullptr) {
      return tell_failure(asked, *answer, {Reason::kStorage, "The server cannot read the remote's key now", ""});
    }
    if (peer->state == JCT_PEER_UNKNOWN) {
      return tell_failure(asked, *answer, {Reason::kUnknownId, "ID does not exist", ""});
    }
    if (peer->pk.size == 0 || !ports_.can_sign()) return tell(asked, *answer, "");
    hbb::IdPk id_pk;
    id_pk.set_id(asked.id);
    id_pk.set_pk(std::string{view(peer->pk)});
    const auto sign = [this](const std::string& message) { return ports_.sign(message); };
    std::string signed_id = signed_ids_.get(id_pk.SerializeAsString(), sign);
    if (signed_id.empty()) {
      return tell_failure(asked, *answer, {Reason::kUnsigned, "The server cannot sign the remote's key now", ""});
    }
    tell(asked, *answer, std::move(signed_id));
  });
}

void Puncher::tell(const Asked& asked, const Answer& answer, std::string signed_id) {
  if (answer.kind == Answer::Kind::kRelay) return tell_relayed(asked, answer, std::move(signed_id));
  tell_punched(asked, answer, std::move(signed_id));
}

/// A will need the relay only if the way that B offers fails: one that has died meanwhile gives way to another.
void Puncher::tell_punched(const Asked& asked, const Answer& answer, std::string signed_id) {
  const auto rules = policy();
  const Route a = route_of(asked.a), b = route_of(asked.b);
  const Meeting meeting = asked.meeting.lost() ? rules->relay.choose(turn(), a, b) : asked.meeting;
  std::string relay = rules->relay.rewrite(answer.relay_server, asked.pushed_relay, meeting, b, a);
  hbb::PunchHoleResponse response = punch_response(answer, std::move(signed_id), std::move(relay), ports_.salt());
  response.set_feedback(static_cast<int32_t>(asked.feedback));
  send(asked.a, response);
  ports_.ended(asked, answer.kind == Answer::Kind::kLocal ? Outcome::kLocal : Outcome::kHole);
  if (asked.tries_tcp && answer.kind == Answer::Kind::kSent) {
    learned_.punched(a.peer, b.peer, asked.id, ports_.now());
  }
}

/// B is on its way to the relay.
void Puncher::tell_relayed(const Asked& asked, const Answer& answer, std::string signed_id) {
  const auto rules = policy();
  const Route a = route_of(asked.a), b = route_of(asked.b);
  std::string relay = rules->relay.rewrite(answer.relay_server, asked.pushed_relay, asked.meeting, b, a);
  if (relay.empty() && answer.refuse_reason.empty()) {
    hbb::RelayResponse response;
    response.set_refuse_reason(kNoRelayText);
    send(asked.a, response);
    ports_.ended(asked, Outcome::kFailed);
    return refused(Reason::kNoRelay, asked.a, asked.id);
  }
  const bool b_made_it = asked.what != Asked::For::kRelay && !answer.uuid.empty();
  if (b_made_it && answer.refuse_reason.empty()) {
    const Meeting meeting = rules->relay.meant(answer.relay_server, asked.pushed_relay, asked.meeting, b, a);
    ports_.allowed_session(meeting, answer.uuid, asked.id);
  }
  hbb::RelayResponse response = relay_response(answer, std::move(signed_id), std::move(relay));
  response.set_feedback(static_cast<int32_t>(asked.feedback));
  send(asked.a, response);
  ports_.ended(asked, answer.refuse_reason.empty() ? Outcome::kRelay : Outcome::kRefused);
}

void Puncher::tell_failure(const Asked& asked, const Answer& answer, const No& no) {
  refused(no.why, answer.from, asked.id);
  ports_.ended(asked, Outcome::kFailed);
  if (answer.kind == Answer::Kind::kRelay) {
    hbb::RelayResponse response;
    response.set_refuse_reason(no.text);
    send(asked.a, response);
  } else {
    hbb::PunchHoleResponse response;
    response.set_other_failure(no.text);
    send(asked.a, response);
  }
}

}  // namespace junctor::holepunch
