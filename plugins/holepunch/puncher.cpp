// SPDX-License-Identifier: Apache-2.0
// Connecting A and B: protocol.md 6.4 and the signalling part of 6.5. Any thread.
#include "puncher.hpp"

#include <optional>
#include <utility>

namespace junctor::holepunch {

namespace {

using Failure = hbb::PunchHoleResponse;

Route route_of(const jct_channel& channel) { return {wire::from_abi(channel.peer), wire::from_abi(channel.local)}; }

jct_auth_request auth_request(uint32_t kind, const jct_channel& from, std::string_view id, uint32_t conn_type) {
  jct_auth_request request{};
  request.size = sizeof request;
  request.kind = kind;
  request.id = str(id);
  request.address = from.peer;
  request.transport = from.transport;
  request.conn_type = conn_type;
  return request;
}

std::string denial_text(const Decision& decision) {
  return decision.text.empty() ? "The server does not allow this connection" : decision.text;
}

/// In words for A's user; nullopt: B is online.
std::optional<std::pair<Reason, const char*>> unreachable(jct_status status, const jct_peer* peer) {
  if (status == JCT_E_LIMIT) return {{Reason::kStorage, "The server is busy; please try again"}};
  if (status != JCT_OK || peer == nullptr) return {{Reason::kStorage, "The server cannot look up this ID now"}};
  if (peer->state == JCT_PEER_ONLINE) return std::nullopt;
  if (peer->state == JCT_PEER_OFFLINE) return {{Reason::kOffline, "Remote desktop is offline"}};
  return {{Reason::kUnknownId, "ID does not exist"}};
}

/// Full batches lose datagrams as networks do, and A repeats itself: only a channel that has gone is a failure.
bool went_out(jct_status sent) { return sent == JCT_OK || sent == JCT_E_AGAIN; }

}  // namespace

Puncher::Puncher(PuncherPorts& ports, const Bounds& bounds)
    : ports_{ports},
      pending_{bounds.pending},
      grants_{bounds.max_grants, kGrantLife},
      unasked_{bounds.unasked_relays} {}

void Puncher::configure(const Bounds& bounds) {
  pending_.configure(bounds.pending);
  grants_.configure(bounds.max_grants);
  unasked_.configure(bounds.unasked_relays);
}

void Puncher::set_policy(Policy policy) {
  auto fresh = std::make_shared<const Policy>(std::move(policy));
  std::lock_guard lock{policy_mutex_};
  policy_ = std::move(fresh);
}

std::shared_ptr<const Policy> Puncher::policy() const {
  std::lock_guard lock{policy_mutex_};
  return policy_;
}

jct_status Puncher::malformed(const jct_channel& from) {
  ports_.refused(Reason::kMalformed, from, {}, {});
  return JCT_E_ARG;
}

// ---- PunchHoleRequest -----------------------------------------------------------------------------------------------

jct_status Puncher::punch_hole_request(const jct_channel& from, std::string_view inner) {
  const auto call = std::make_shared<PunchCall>();
  call->from = from;
  hbb::PunchHoleRequest& request = call->request;
  if (!wire::parse_inner(inner, request)) return malformed(from);
  if (from.transport == JCT_CHANNEL_UDP) {  // anybody can write any sender: nothing is pushed, nothing answered
    ports_.refused(Reason::kTransport, from, request.id(), {});
    return JCT_OK;
  }
  if (!is_address_or_empty(request.socket_addr_v6())) {
    ports_.refused(Reason::kBadAddress, from, request.id(), {});
    return JCT_OK;
  }
  jct_auth_request start = auth_request(JCT_AUTH_START, from, request.id(), static_cast<uint32_t>(request.conn_type()));
  start.licence_key = str(request.licence_key());
  start.token = str(request.token());
  ports_.check(start, [this, call](const Decision& decision) {
    if (decision.allowed) return may_punch(call);
    if (decision.reason == "wrong_key") return refuse(*call, {Reason::kWrongKey, "", ""});
    refuse(*call, {Reason::kDenied, denial_text(decision), decision.reason});
  });
  return JCT_OK;
}

void Puncher::may_punch(const PunchCallPtr& call) {
  const std::string& id = call->request.id();
  const auto reach = auth_request(JCT_AUTH_REACH, call->from, id, static_cast<uint32_t>(call->request.conn_type()));
  ports_.check(reach, [this, call](const Decision& decision) {
    if (!decision.allowed) return refuse(*call, {Reason::kDenied, denial_text(decision), decision.reason});
    ports_.look_up(call->request.id(), 0, [this, call](jct_status status, const jct_peer* peer) {
      if (const auto no = unreachable(status, peer)) return refuse(*call, {no->first, no->second, ""});
      push_punch(call, *peer);
    });
  });
}

void Puncher::push_punch(const PunchCallPtr& call, const jct_peer& b) {
  const hbb::PunchHoleRequest& request = call->request;
  const auto rules = policy();
  const Route a_route = route_of(call->from), b_route = route_of(b.channel);
  Asked asked;
  asked.what = request.udp_port() > 0 ? Asked::For::kPunchUdp : Asked::For::kPunch;
  asked.id = request.id();
  asked.a = call->from;
  asked.b = b.channel;
  asked.relay = rules->relay.pick(turn_.fetch_add(1, std::memory_order_relaxed));
  asked.pushed_relay = rules->relay.address_for(asked.relay, b_route);
  const auto put = pending_.put(asked, ports_.now());
  if (put == Pending::Put::kFull) return refuse(*call, {Reason::kFull, "The server is busy; please try again", ""});
  if (put == Pending::Put::kRepeated) asked.pushed_relay = rules->relay.address_for(asked.relay, b_route);

  const std::string a_bytes = wire::encode_address(a_route.peer, ports_.salt());
  const Push push = choose_push(a_route.peer, call->from.transport, b_route.peer, request.nat_type(), rules->push);
  jct_status sent = JCT_OK;
  if (push.kind == Push::Kind::kFetchLocalAddr) {
    hbb::FetchLocalAddr message;
    message.set_socket_addr(a_bytes);
    message.set_relay_server(asked.pushed_relay);
    message.set_socket_addr_v6(request.socket_addr_v6());
    sent = send(b.channel, message);
  } else {
    hbb::PunchHole message;
    message.set_socket_addr(a_bytes);
    message.set_relay_server(asked.pushed_relay);
    message.set_nat_type(push.nat_type);
    message.set_udp_port(request.udp_port());
    message.set_force_relay(request.force_relay());
    message.set_upnp_port(request.upnp_port());
    message.set_socket_addr_v6(request.socket_addr_v6());
    sent = send(b.channel, message);
  }
  if (!went_out(sent)) return refuse(*call, {Reason::kPushFailed, "Remote desktop is offline", ""});
  grants_.grant(a_route.peer, request.id(), ports_.now());
}

void Puncher::refuse(const PunchCall& call, const No& no) {
  hbb::PunchHoleResponse response;
  switch (no.why) {
    case Reason::kWrongKey:
      response.set_failure(Failure::LICENSE_MISMATCH);
      break;
    case Reason::kUnknownId:
      response.set_failure(Failure::ID_NOT_EXIST);
      break;
    case Reason::kOffline:
    case Reason::kPushFailed:
      response.set_failure(Failure::OFFLINE);
      break;
    default:
      response.set_other_failure(no.text);
  }
  send(call.from, response);
  ports_.refused(no.why, call.from, call.request.id(), no.detail);
}

// ---- RequestRelay ---------------------------------------------------------------------------------------------------

jct_status Puncher::request_relay(const jct_channel& from, std::string_view inner) {
  const auto call = std::make_shared<RelayCall>();
  call->from = from;
  if (!wire::parse_inner(inner, call->request)) return malformed(from);
  if (from.transport == JCT_CHANNEL_UDP) {
    ports_.refused(Reason::kTransport, from, call->request.id(), {});
    return JCT_OK;
  }
  if (!may_ask_relay(*call)) {
    refuse(*call, {Reason::kNotAsked, "The server does not allow this relay request; please connect again", ""});
    return JCT_OK;
  }
  const auto reach =
      auth_request(JCT_AUTH_REACH, from, call->request.id(), static_cast<uint32_t>(call->request.conn_type()));
  ports_.check(reach, [this, call](const Decision& decision) {
    if (!decision.allowed) return refuse(*call, {Reason::kDenied, denial_text(decision), decision.reason});
    find_relay_target(call);
  });
  return JCT_OK;
}

/// It carries no key: an accepted PunchHoleRequest before it speaks for it.
bool Puncher::may_ask_relay(const RelayCall& call) {
  if (grants_.holds(wire::from_abi(call.from.peer), call.request.id(), ports_.now())) return true;
  return !policy()->refuse_unasked_relay && unasked_.allow(ports_.now());
}

void Puncher::find_relay_target(const RelayCallPtr& call) {
  ports_.look_up(call->request.id(), 0, [this, call](jct_status status, const jct_peer* peer) {
    if (const auto no = unreachable(status, peer)) return refuse(*call, {no->first, no->second, ""});
    push_relay(*call, *peer);
  });
}

void Puncher::push_relay(const RelayCall& call, const jct_peer& b) {
  const auto rules = policy();
  const Route a_route = route_of(call.from), b_route = route_of(b.channel);
  Asked asked;
  asked.what = Asked::For::kRelay;
  asked.id = call.request.id();
  asked.a = call.from;
  asked.b = b.channel;
  asked.relay = rules->relay.pick(turn_.fetch_add(1, std::memory_order_relaxed));
  if (pending_.put(asked, ports_.now()) == Pending::Put::kFull) {
    return refuse(call, {Reason::kFull, "The server is busy; please try again", ""});
  }
  hbb::RequestRelay message;
  message.set_id(call.request.id());
  message.set_uuid(call.request.uuid());
  message.set_socket_addr(wire::encode_address(a_route.peer, ports_.salt()));
  message.set_relay_server(rules->relay.rewrite(call.request.relay_server(), "", asked.relay, a_route, b_route));
  message.set_secure(call.request.secure());
  message.set_conn_type(call.request.conn_type());
  if (!went_out(send(b.channel, message))) refuse(call, {Reason::kPushFailed, "Remote desktop is offline", ""});
}

void Puncher::refuse(const RelayCall& call, const No& no) {
  hbb::RelayResponse response;
  response.set_refuse_reason(no.text);
  send(call.from, response);
  ports_.refused(no.why, call.from, call.request.id(), no.detail);
}

// ---- B's answers ----------------------------------------------------------------------------------------------------

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
  for (auto& [asked, answer] : pending_.due(ports_.now())) {
    pass(asked, std::make_shared<const Answer>(std::move(answer)));
  }
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
    tell(asked, *answer, ports_.sign(id_pk.SerializeAsString()));
  });
}

void Puncher::tell(const Asked& asked, const Answer& answer, std::string signed_id) {
  std::string relay = policy()->relay.rewrite(answer.relay_server, asked.pushed_relay, asked.relay, route_of(asked.b),
                                              route_of(asked.a));
  const bool relays = answer.kind == Answer::Kind::kRelay || answer.kind == Answer::Kind::kGoAhead;
  if (relays) {
    send(asked.a, relay_response(answer, std::move(signed_id), std::move(relay)));
  } else {
    send(asked.a, punch_response(answer, std::move(signed_id), std::move(relay), ports_.salt()));
  }
}

/// Without B's key A would connect unverified: better not at all.
void Puncher::tell_failure(const Asked& asked, const Answer& answer) {
  const std::string text = "The server cannot read the remote's key now; please try again";
  ports_.refused(Reason::kStorage, answer.from, asked.id, {});
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
