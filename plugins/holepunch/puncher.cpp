// SPDX-License-Identifier: Apache-2.0
// Connecting A and B: protocol.md 6.4 and the signalling part of 6.5. Any thread.
#include "puncher.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

namespace junctor::holepunch {

namespace {

using Failure = hbb::PunchHoleResponse;

constexpr const char* kBusy = "The server is busy; please try again";
constexpr const char* kOffline = "Remote desktop is offline";
constexpr const char* kUnknownText = "ID does not exist";
constexpr const char* kTooManyRequestsText = "Connection failed: too many requests; please wait a minute and try again";
constexpr const char* kTooManyPushesText =
    "Connection failed: too many connections to this computer's network; please try again later";
// One text for all that may come of it: who has not asked for the device learns nothing of it.
constexpr const char* kUnaskedText = "Connection not allowed: the server does not serve this relay request";

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

/// Is the pair of A and B allowed? Asked of every request alike.
template <class Request>
jct_auth_request reach_request(const jct_channel& from, const Request& request, uint32_t state) {
  jct_auth_request out = auth_request(JCT_AUTH_REACH, from, request.id(), static_cast<uint32_t>(request.conn_type()));
  out.token = str(request.token());
  out.switch_code = str(request.switch_code());
  out.id_state = state == JCT_PEER_UNKNOWN ? JCT_AUTH_ID_UNKNOWN : JCT_AUTH_ID_KNOWN;
  return out;
}

/// A connects again by itself, for ever, unless the text has one of these words (http-api.md 7.3).
bool stops_reconnecting(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 8> kWords = {"offline", "not exist", "handshake", "failed",
                                                      "resolve", "mismatch",  "manually",  "not allowed"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

std::string denial_text(const Decision& decision) {
  if (decision.text.empty()) return "Connection not allowed by the server";
  return stops_reconnecting(decision.text) ? decision.text : "Connection not allowed: " + decision.text;
}

/// What auth/1 grants goes to B with every push, as each makes a connection of its own (http-api.md 7.4, 7.5).
template <class Message>
void put_grant(const Decision& granted, Message& message) {
  if (granted.control_permissions != 0) {
    message.mutable_control_permissions()->set_permissions(granted.control_permissions);
  }
  if (granted.conn_audit_ref.empty() || granted.conn_audit_ref.size() > wire::kMostAuditRef) return;
  message.mutable_controlled_context()->set_conn_audit_ref(granted.conn_audit_ref);
}

/// B will relay in any case (protocol.md 6.4 point 4).
bool must_relay(const Push& push, const hbb::PunchHoleRequest& request) {
  return push.kind == Push::Kind::kPunchHole && (push.nat_type == hbb::SYMMETRIC || request.force_relay());
}

/// Full batches lose datagrams as networks do, and A repeats itself: only a channel that has gone is a failure.
bool went_out(jct_status sent) { return sent == JCT_OK || sent == JCT_E_AGAIN; }

}  // namespace

/// To both places of one that may have moved: it takes no notice of a second copy (protocol.md 6.4 point 1).
template <class Message>
jct_status Puncher::push_to(const Target& b, const Message& message) {
  const jct_status first = send(b.channel, message);
  if (b.also.transport == 0) return first;
  const jct_status second = send(b.also, message);
  return went_out(first) ? first : second;
}

Puncher::Puncher(PuncherPorts& ports, const Bounds& bounds, const Limits::Secret& secret)
    : ports_{ports},
      pending_{bounds.pending},
      grants_{bounds.max_grants, kGrantLife},
      limits_{secret, bounds.rates},
      learned_{bounds.learned},
      signed_ids_{bounds.max_signed} {}

void Puncher::configure(const Bounds& bounds) {
  pending_.configure(bounds.pending);
  grants_.configure(bounds.max_grants);
  limits_.configure(bounds.rates);
  learned_.configure(bounds.learned);
  signed_ids_.configure(bounds.max_signed);
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
  refused(Reason::kMalformed, from, {});
  return JCT_E_ARG;
}

Puncher::No Puncher::denied(const Decision& decision) {
  return {Reason::kDenied, denial_text(decision), decision.reason, decision.user, decision.as_unknown};
}

/// In words for A's user; nullopt: B is online.
std::optional<Puncher::No> Puncher::unreachable(const Target& b) {
  if (b.status == JCT_E_LIMIT) return No{Reason::kStorage, kBusy, ""};
  if (b.status != JCT_OK) return No{Reason::kStorage, "The server cannot look up this ID now", ""};
  if (b.state == JCT_PEER_ONLINE) return std::nullopt;
  if (b.state == JCT_PEER_OFFLINE) return No{Reason::kOffline, kOffline, ""};
  return No{Reason::kUnknownId, kUnknownText, ""};
}

/// Before auth/1 is asked who may reach it, as rules differ for ids that nobody has registered; whether it is there now
/// is told only to who may know.
template <class CallPtr, class Then>
void Puncher::look_up(const CallPtr& call, Then then) {
  ports_.look_up(call->request.id(), 0, [call, then](jct_status status, const jct_peer* peer) {
    call->b.status = peer == nullptr && status == JCT_OK ? JCT_E_IO : status;
    if (peer != nullptr) {
      call->b.state = peer->state;
      call->b.channel = peer->channel;
      call->b.also = peer->also;
    }
    then();
  });
}

// ---- PunchHoleRequest -----------------------------------------------------------------------------------------------

jct_status Puncher::punch_hole_request(const jct_channel& from, std::string_view inner) {
  const auto call = std::make_shared<PunchCall>();
  call->from = from;
  hbb::PunchHoleRequest& request = call->request;
  if (!wire::parse_inner(inner, request)) return malformed(from);
  if (from.transport == JCT_CHANNEL_UDP) {  // anybody can write any sender: nothing is pushed, nothing answered
    refused(Reason::kTransport, from, request.id());
  } else if (!is_address_or_empty(request.socket_addr_v6())) {
    refused(Reason::kBadAddress, from, request.id());
  } else if (!limits_.request(wire::from_abi(from.peer), ports_.now())) {
    refuse(*call, {Reason::kTooManyRequests, kTooManyRequestsText, "limit_requests"});
  } else {
    start_punch(call);
  }
  return JCT_OK;
}

void Puncher::start_punch(const PunchCallPtr& call) {
  const hbb::PunchHoleRequest& request = call->request;
  jct_auth_request start =
      auth_request(JCT_AUTH_START, call->from, request.id(), static_cast<uint32_t>(request.conn_type()));
  start.licence_key = str(request.licence_key());
  start.token = str(request.token());
  ports_.check(start, [this, call](const Decision& decision) {
    if (decision.allowed) return may_punch(call);
    if (decision.reason == "wrong_key") return refuse(*call, {Reason::kWrongKey, "", ""});
    refuse(*call, denied(decision));
  });
}

void Puncher::may_punch(const PunchCallPtr& call) {
  const std::string& id = call->request.id();
  if (!limits_.request_for(id, wire::from_abi(call->from.peer), ports_.now())) {
    return refuse(*call, {Reason::kTooManyRequests, kTooManyRequestsText, "limit_requests_per_id"});
  }
  look_up(call, [this, call] { reach(call); });
}

void Puncher::reach(const PunchCallPtr& call) {
  ports_.check(reach_request(call->from, call->request, call->b.state), [this, call](const Decision& decision) {
    if (!decision.allowed) return refuse(*call, denied(decision));
    if (const auto no = unreachable(call->b)) return refuse(*call, *no);
    push_punch(*call, decision);
  });
}

void Puncher::push_punch(const PunchCall& call, const Decision& granted) {
  const hbb::PunchHoleRequest& request = call.request;
  const auto rules = policy();
  const Route a_route = route_of(call.from), b_route = route_of(call.b.channel);
  const Push push = push_for(call, a_route.peer, b_route.peer, *rules);
  Asked asked;
  asked.what = request.udp_port() > 0 ? Asked::For::kPunchUdp : Asked::For::kPunch;
  asked.id = request.id();
  asked.a = call.from;
  asked.b = call.b.channel;
  asked.feedback = granted.feedback;
  asked.user = granted.user;
  asked.tries_tcp = asked.what == Asked::For::kPunch && push.kind == Push::Kind::kPunchHole &&
                    !must_relay(push, request) && call.from.transport == JCT_CHANNEL_TCP;
  asked.meeting = rules->relay.choose(turn(), a_route, b_route);
  asked.pushed_relay = rules->relay.address_for(asked.meeting, b_route);
  if (asked.meeting.nowhere() && must_relay(push, request)) {
    return refuse(call, {Reason::kNoRelay, kNoRelayText, ""});
  }
  if (!limits_.push(b_route.peer, a_route.peer, ports_.now())) {
    return refuse(call, {Reason::kTooManyPushes, kTooManyPushesText, ""});
  }
  const auto put = pending_.put(asked, ports_.now());
  if (put == Pending::Put::kFull) return refuse(call, {Reason::kFull, kBusy, ""});
  ports_.waits();
  if (put == Pending::Put::kNew && asked.meeting.relay) asked.meeting.relay->hand_out();
  if (asked.meeting.nowhere()) ports_.noted(Note::kWithoutRelay);
  if (!went_out(send_punch(call, push, asked, granted))) return refuse(call, {Reason::kPushFailed, kOffline, ""});
  Credentials credentials;  // of somebody whom an auth plugin knows
  if (!granted.user.empty()) credentials.token = request.token();
  credentials.switch_code = request.switch_code();
  grants_.grant(a_route.peer, request.id(), std::move(credentials), ports_.now());
}

/// What the addresses say, and what was learned of them: that is of punching over TCP, so not where A offers UDP.
Push Puncher::push_for(const PunchCall& call, const wire::Address& a, const wire::Address& b, const Policy& rules) {
  const hbb::PunchHoleRequest& request = call.request;
  Push push = choose_push(a, call.from.transport, b, request.nat_type(), rules.push);
  if (push.kind == Push::Kind::kFetchLocalAddr || request.udp_port() > 0 || must_relay(push, request)) return push;
  if (learned_.hopeless(a, b, ports_.now())) push.nat_type = hbb::SYMMETRIC;
  return push;
}

jct_status Puncher::send_punch(const PunchCall& call, const Push& push, const Asked& asked, const Decision& granted) {
  const hbb::PunchHoleRequest& request = call.request;
  const std::string a = wire::encode_address(wire::from_abi(call.from.peer), ports_.salt());
  if (push.kind == Push::Kind::kFetchLocalAddr) {
    hbb::FetchLocalAddr message;
    message.set_socket_addr(a);
    message.set_relay_server(asked.pushed_relay);
    message.set_socket_addr_v6(request.socket_addr_v6());
    put_grant(granted, message);
    return push_to(call.b, message);
  }
  hbb::PunchHole message;
  message.set_socket_addr(a);
  message.set_relay_server(asked.pushed_relay);
  message.set_nat_type(push.nat_type);
  message.set_udp_port(request.udp_port());
  message.set_force_relay(request.force_relay());
  message.set_upnp_port(request.upnp_port());
  message.set_socket_addr_v6(request.socket_addr_v6());
  put_grant(granted, message);
  return push_to(call.b, message);
}

void Puncher::refuse(const PunchCall& call, const No& no) {
  hbb::PunchHoleResponse response;
  switch (no.as_unknown ? Reason::kUnknownId : no.why) {
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
  ports_.refused(no.why, call.from, call.request.id(), no.detail, no.user);
}

// ---- RequestRelay ---------------------------------------------------------------------------------------------------

jct_status Puncher::request_relay(const jct_channel& from, std::string_view inner) {
  const auto call = std::make_shared<RelayCall>();
  call->from = from;
  if (!wire::parse_inner(inner, call->request)) return malformed(from);
  if (from.transport == JCT_CHANNEL_UDP) {
    refused(Reason::kTransport, from, call->request.id());
  } else if (!limits_.request(wire::from_abi(from.peer), ports_.now())) {
    refuse(*call, {Reason::kTooManyRequests, kTooManyRequestsText, "limit_requests"});
  } else if (auto credentials = grants_.find(wire::from_abi(from.peer), call->request.id(), ports_.now())) {
    if (call->request.token().empty()) call->request.set_token(std::move(credentials->token));
    if (call->request.switch_code().empty()) call->request.set_switch_code(std::move(credentials->switch_code));
    may_relay(call);
  } else {
    call->unasked = true;
    const bool allowed =
        !policy()->refuse_unasked_relay && limits_.unasked_relay(wire::from_abi(from.peer), ports_.now());
    allowed ? start_relay(call) : refuse(*call, {Reason::kNotAsked, kUnaskedText, ""});
  }
  return JCT_OK;
}

/// Nobody has been asked yet whether this address may start sessions. The message has no key, and that is waived here:
/// the site's own stands in for it.
void Puncher::start_relay(const RelayCallPtr& call) {
  const std::string key = ports_.licence_key();
  jct_auth_request start =
      auth_request(JCT_AUTH_START, call->from, call->request.id(), static_cast<uint32_t>(call->request.conn_type()));
  start.licence_key = str(key);
  start.token = str(call->request.token());
  ports_.check(start, [this, call](const Decision& decision) {
    if (!decision.allowed) return refuse(*call, denied(decision));
    may_relay(call);
  });
}

void Puncher::may_relay(const RelayCallPtr& call) {
  const std::string& id = call->request.id();
  if (!limits_.request_for(id, wire::from_abi(call->from.peer), ports_.now())) {
    return refuse(*call, {Reason::kTooManyRequests, kTooManyRequestsText, "limit_requests_per_id"});
  }
  look_up(call, [this, call] { reach(call); });
}

void Puncher::reach(const RelayCallPtr& call) {
  jct_auth_request request = reach_request(call->from, call->request, call->b.state);
  request.session = str(call->request.uuid());
  ports_.check(request, [this, call](const Decision& decision) {
    if (!decision.allowed) return refuse(*call, denied(decision));
    if (const auto no = unreachable(call->b)) return refuse(*call, *no);
    push_relay(*call, decision);
  });
}

/// The one that A was told before, or means by its own setting; one that is drained still takes whom it was told to. In
/// place of one that has died since, another: A is told of it with the go-ahead.
Meeting Puncher::meeting_for(const RelayCall& call, const Route& a, const Route& b, const Policy& rules) {
  const std::string& given = call.request.relay_server();
  if (given.empty()) return rules.relay.choose(turn(), a, b);
  if (const auto ours = rules.relay.named(given, a, b)) return ours->lost() ? rules.relay.choose(turn(), a, b) : *ours;
  return {nullptr, given};
}

void Puncher::push_relay(const RelayCall& call, const Decision& granted) {
  const auto rules = policy();
  const Route a_route = route_of(call.from), b_route = route_of(call.b.channel);
  Asked asked;
  asked.what = Asked::For::kRelay;
  asked.id = call.request.id();
  asked.a = call.from;
  asked.b = call.b.channel;
  asked.feedback = granted.feedback;
  asked.user = granted.user;
  asked.uuid = call.request.uuid();
  asked.meeting = meeting_for(call, a_route, b_route, *rules);
  if (asked.meeting.nowhere()) return refuse(call, {Reason::kNoRelay, kNoRelayText, ""});
  // B goes where it is told to: a stranger's relay only for who was allowed to reach it.
  if (call.unasked && !asked.meeting.relay) return refuse(call, {Reason::kForeignRelay, kUnaskedText, ""});
  const std::string& given = call.request.relay_server();
  asked.pushed_relay = rules->relay.rewrite(given, given, asked.meeting, a_route, b_route);
  if (!limits_.push(b_route.peer, a_route.peer, ports_.now())) {
    return refuse(call, {Reason::kTooManyPushes, kTooManyPushesText, ""});
  }
  const auto put = pending_.put(asked, ports_.now());
  if (put == Pending::Put::kFull) return refuse(call, {Reason::kFull, kBusy, ""});
  ports_.waits();
  if (put == Pending::Put::kNew && given.empty()) asked.meeting.relay->hand_out();
  hbb::RequestRelay message;
  message.set_id(call.request.id());
  message.set_uuid(call.request.uuid());
  message.set_socket_addr(wire::encode_address(a_route.peer, ports_.salt()));
  message.set_relay_server(asked.pushed_relay);
  message.set_secure(call.request.secure());
  message.set_conn_type(call.request.conn_type());
  put_grant(granted, message);
  ports_.allowed_session(asked.meeting, message.uuid(), message.id());
  if (!went_out(push_to(call.b, message))) return refuse(call, {Reason::kPushFailed, kOffline, ""});
  const auto lesson = learned_.asked_relay(a_route.peer, asked.id, ports_.now());
  if (lesson == Learned::Lesson::kNone) return;
  ports_.noted(lesson == Learned::Lesson::kLearned ? Note::kLearned : Note::kNotLearned);
}

void Puncher::refuse(const RelayCall& call, const No& no) {
  hbb::RelayResponse response;
  response.set_refuse_reason(call.unasked ? kUnaskedText : no.as_unknown ? kUnknownText : no.text);
  send(call.from, response);
  ports_.refused(no.why, call.from, call.request.id(), no.detail, no.user);
}

}  // namespace junctor::holepunch
