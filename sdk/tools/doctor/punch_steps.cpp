// SPDX-License-Identifier: Apache-2.0
// Signalling of a session: the asking side and the device in one process.
#include "tools/doctor/ask.hpp"
#include "tools/doctor/session_steps.hpp"
#include "tools/doctor/signalling_steps.hpp"

namespace junctor::tools::doctor {
namespace {

constexpr Millis kTurn{50};
constexpr const char* kVersion = "1.4.0";  // without one the answer has no signed id

struct Heard {
  std::optional<hbb::RendezvousMessage> push;  ///< what B got
  Answer answer;                               ///< what A got instead
};

/// Until B hears of it, A is answered, or time is up.
Heard listen_on_both(wire::TcpClient& a, Device& b, Millis patience) {
  Heard heard;
  const wire::Deadline deadline{patience};
  while (!heard.push && !heard.answer.message && deadline.left() > Millis{0}) {
    heard.push = b.pushed(kTurn);
    if (!heard.push) heard.answer = await(a, Millis{0});
    if (a.end() != wire::TcpClient::End::kNotYet) break;
  }
  return heard;
}

const std::string& relay_of(const hbb::RendezvousMessage& push) {
  return push.has_punch_hole() ? push.punch_hole().relay_server() : push.fetch_local_addr().relay_server();
}

const std::string& asker_of(const hbb::RendezvousMessage& push) {
  return push.has_punch_hole() ? push.punch_hole().socket_addr() : push.fetch_local_addr().socket_addr();
}

/// As B does it, on a new connection, which is to be held until A has its answer.
wire::TcpClient answer_push(const Address& server, const Device& b, const hbb::RendezvousMessage& push,
                            const std::string& relay, Millis patience) {
  wire::TcpClient client = wire::TcpClient::connect(server, {std::nullopt, patience, wire::kProxyMaxMessage});
  if (push.has_punch_hole()) {
    hbb::PunchHoleSent sent;
    sent.set_socket_addr(asker_of(push));
    sent.set_id(b.id());
    sent.set_relay_server(relay);
    sent.set_version(kVersion);
    client.send(sent);
    return client;
  }
  hbb::LocalAddr local;
  local.set_socket_addr(asker_of(push));
  local.set_local_addr(wire::address_field(client.local_address()));
  local.set_relay_server(relay);
  local.set_id(b.id());
  local.set_version(kVersion);
  client.send(local);
  return client;
}

Signature signature_of(const Target& target, const Device& b, const std::string& pk) {
  if (pk.empty()) return Signature::kNone;
  if (!target.public_key) return Signature::kUnchecked;
  const auto opened = wire::open_id_pk(*target.public_key, pk);
  const bool good = opened && opened->id == b.id() && opened->pk == wire::bytes_of(b.peer().keys.public_key());
  return good ? Signature::kGenuine : Signature::kForeign;
}

void note_push(const Target& target, const hbb::RendezvousMessage& push, PunchSeen& seen) {
  seen.pushed = true;
  seen.is_local = push.has_fetch_local_addr();
  seen.a_seen = wire::decode_address(asker_of(push)).value_or(Address{});
  seen.relay_for_b = target.relay.empty() ? relay_of(push) : target.relay;
}

void note_answer(const Target& target, const Device& b, const Answer& answer, PunchSeen& seen) {
  seen.said = said_of(answer);
  if (seen.said.what != Said::What::kFound) return;
  const hbb::PunchHoleResponse& response = answer.message->punch_hole_response();
  seen.id = signature_of(target, b, response.pk());
  seen.relay_for_a = response.relay_server();
}

hbb::PunchHoleRequest punch_request(const Target& target, const Device& b) {
  hbb::PunchHoleRequest request;
  request.set_id(b.id());
  request.set_nat_type(hbb::ASYMMETRIC);
  request.set_licence_key(target.key);
  request.set_version(kVersion);
  return request;
}

}  // namespace

PunchSeen punch(const Target& target, const Address& server, Device& b, Millis patience) {
  PunchSeen seen;
  try {
    b.refresh();
    const Stopwatch watch;
    wire::TcpClient a = wire::TcpClient::connect(server, {std::nullopt, patience, wire::kProxyMaxMessage});
    a.send(punch_request(target, b));
    const Heard heard = listen_on_both(a, b, patience);
    seen.push_took = seen.took = watch.took();
    if (!heard.push || heard.push->has_request_relay()) {
      seen.said = said_of(heard.answer);
      return seen;
    }
    note_push(target, *heard.push, seen);
    const std::string relay = seen.relay_for_b.empty() ? target.default_relay() : seen.relay_for_b;
    const wire::TcpClient answering = answer_push(server, b, *heard.push, relay, patience);
    note_answer(target, b, await(a, patience), seen);
    seen.took = watch.took();
  } catch (const wire::ClientError& error) {
    seen.error = error.what();
  }
  return seen;
}

RelayRequestSeen request_relay(const Target& target, const Address& server, Device& b, const std::string& uuid,
                               const std::string& relay, Millis patience) {
  RelayRequestSeen seen;
  try {
    b.refresh();
    const Stopwatch watch;
    wire::TcpClient a = wire::TcpClient::connect(server, {std::nullopt, patience, wire::kProxyMaxMessage});
    hbb::RequestRelay request;
    request.set_id(b.id());
    request.set_uuid(uuid);
    request.set_relay_server(relay);
    request.set_secure(true);
    a.send(request);
    Heard heard = listen_on_both(a, b, patience);
    Answer answer = heard.answer;
    std::optional<wire::TcpClient> answering;
    if (heard.push && heard.push->has_request_relay()) {
      seen.pushed = true;
      seen.relay_for_b = target.relay.empty() ? heard.push->request_relay().relay_server() : target.relay;
      hbb::RelayResponse agreed;
      agreed.set_socket_addr(heard.push->request_relay().socket_addr());
      answering.emplace(wire::TcpClient::connect(server, {std::nullopt, patience, wire::kProxyMaxMessage}));
      answering->send(agreed);
      answer = await(a, patience);
    }
    seen.took = watch.took();
    if (answer.message && answer.message->has_relay_response()) {
      seen.refused = answer.message->relay_response().refuse_reason();
      seen.answered = seen.refused.empty();
    }
  } catch (const wire::ClientError& error) {
    seen.error = error.what();
  }
  return seen;
}

}  // namespace junctor::tools::doctor
