// SPDX-License-Identifier: Apache-2.0
// The second half of Puncher: what B answers, and what A is told of it (protocol.md 6.4, 6.5). Any thread.
#include <utility>

#include "puncher.hpp"

namespace junctor::holepunch {

void Puncher::take(Answer&& answer) {
  if (!answer.addresses_good()) return ports_.refused(Reason::kBadAddress, answer.from, answer.id, {});
  const auto a = wire::decode_address(answer.a);
  Asked asked;
  switch (pending_.match(*a, answer, ports_.now(), asked)) {
    case Pending::Match::kPass:
      return pass(asked, std::make_shared<const Answer>(std::move(answer)));
    case Pending::Match::kHeld:
      return;
    case Pending::Match::kNobody:
      return ports_.refused(Reason::kNotPending, answer.from, answer.id, {});
    case Pending::Match::kDuplicate:
      return ports_.refused(Reason::kDuplicate, answer.from, answer.id, {});
    case Pending::Match::kTooLong:
      return ports_.refused(Reason::kHeldTooLong, answer.from, answer.id, {});
  }
}

void Puncher::tick() {
  std::vector<Asked> unanswered;
  for (auto& [asked, answer] : pending_.due(ports_.now(), &unanswered)) {
    pass(asked, std::make_shared<const Answer>(std::move(answer)));
  }
  for (const Asked& asked : unanswered) ports_.ended(asked, Outcome::kNoAnswer);
  learned_.expire(ports_.now());
}

/// The signed id goes along where B's version is told and its key is on record (protocol.md 5).
void Puncher::pass(const Asked& asked, const std::shared_ptr<const Answer>& answer) {
  if (answer->kind == Answer::Kind::kGoAhead || answer->version.empty()) return tell(asked, *answer, "");
  ports_.look_up(asked.id, JCT_PEER_WANT_KEY, [this, asked, answer](jct_status status, const jct_peer* peer) {
    if (status != JCT_OK || peer == nullptr) return tell_failure(asked, *answer);
    if (peer->pk.size == 0) return tell(asked, *answer, "");
    hbb::IdPk id_pk;
    id_pk.set_id(asked.id);
    id_pk.set_pk(std::string{view(peer->pk)});
    const auto sign = [this](const std::string& message) { return ports_.sign(message); };
    tell(asked, *answer, signed_ids_.get(id_pk.SerializeAsString(), sign));
  });
}

void Puncher::tell(const Asked& asked, const Answer& answer, std::string signed_id) {
  const bool relays = answer.kind == Answer::Kind::kRelay || answer.kind == Answer::Kind::kGoAhead;
  if (relays) return tell_relayed(asked, answer, std::move(signed_id));
  tell_punched(asked, answer, std::move(signed_id));
}

/// A will need the relay only if the way that B offers fails: one that has died meanwhile gives way to another.
void Puncher::tell_punched(const Asked& asked, const Answer& answer, std::string signed_id) {
  const auto rules = policy();
  const Route a = route_of(asked.a), b = route_of(asked.b);
  const Meeting meeting = asked.meeting.lost() ? rules->relay.choose(turn(), a, b) : asked.meeting;
  std::string relay = rules->relay.rewrite(answer.relay_server, asked.pushed_relay, meeting, b, a);
  send(asked.a, punch_response(answer, std::move(signed_id), std::move(relay), ports_.salt()));
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
    return ports_.refused(Reason::kNoRelay, asked.a, asked.id, {});
  }
  if (!answer.uuid.empty() && answer.refuse_reason.empty()) {
    const Meeting meeting = rules->relay.meant(answer.relay_server, asked.pushed_relay, asked.meeting, b, a);
    ports_.allowed_session(meeting, answer.uuid, asked.id);
  }
  send(asked.a, relay_response(answer, std::move(signed_id), std::move(relay)));
  ports_.ended(asked, answer.refuse_reason.empty() ? Outcome::kRelay : Outcome::kRefused);
}

/// Without B's key A would connect unverified: better not at all.
void Puncher::tell_failure(const Asked& asked, const Answer& answer) {
  const std::string text = "The server cannot read the remote's key now; please try again";
  ports_.refused(Reason::kStorage, answer.from, asked.id, {});
  ports_.ended(asked, Outcome::kFailed);
  if (answer.kind == Answer::Kind::kRelay) {
    hbb::RelayResponse response;
    response.set_refuse_reason(text);
    send(asked.a, response);
  } else {
    hbb::PunchHoleResponse response;
    response.set_other_failure(text);
    send(asked.a, response);
  }
}

}  // namespace junctor::holepunch
