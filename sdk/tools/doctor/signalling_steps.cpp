// SPDX-License-Identifier: Apache-2.0
// What is asked over TCP.
#include "tools/doctor/signalling_steps.hpp"

#include <utility>

#include "tools/doctor/ask.hpp"

namespace junctor::tools::doctor {
namespace {

/// Of the answer; 0 where there is none.
uint16_t seen_port(const Answer& answer) {
  if (!answer.message || !answer.message->has_test_nat_response()) return 0;
  return static_cast<uint16_t>(answer.message->test_nat_response().port());
}

Signature offer_of(wire::TcpClient& client, const std::optional<wire::PublicKey>& key, Millis patience) {
  const auto frame = client.receive_frame(patience);
  hbb::RendezvousMessage message;
  if (!frame || !message.ParseFromString(*frame) || message.key_exchange().keys_size() == 0) return Signature::kNone;
  if (!key) return Signature::kUnchecked;
  return wire::open_signed(*key, message.key_exchange().keys(0)) ? Signature::kGenuine : Signature::kForeign;
}

/// Encrypted with `key`, plain without. Throws ClientError.
wire::TcpClient connection(const Address& server, const std::optional<wire::PublicKey>& key, Millis patience) {
  wire::TcpClient client = wire::TcpClient::connect(server, {std::nullopt, patience, wire::kProxyMaxMessage});
  if (key && !client.secure(*key, patience)) throw wire::ClientError{"the offer of a key comes once, but not again"};
  return client;
}

std::optional<Millis> beat(wire::TcpClient& client, Millis patience) {
  const Stopwatch watch;
  const wire::Deadline deadline{patience};
  client.send_frame({});
  while (const auto frame = client.receive_frame(deadline.left())) {
    if (frame->empty()) return watch.took();
  }
  return std::nullopt;
}

Said ask_for_nobody(const Address& server, const std::string& key, Millis patience) {
  hbb::PunchHoleRequest request;
  request.set_id(throw_away_id());
  request.set_licence_key(key);
  return said_of(ask(server, request, patience));
}

std::optional<std::string> states_of(const Answer& answer) {
  if (!answer.message || !answer.message->has_online_response()) return std::nullopt;
  return answer.message->online_response().states();
}

}  // namespace

Said said_of(const Answer& answer) {
  using What = Said::What;
  if (!answer.message) return {What::kNothing, answer.error};
  if (!answer.message->has_punch_hole_response()) return {What::kText, "(a message that was not asked for)"};
  const hbb::PunchHoleResponse& response = answer.message->punch_hole_response();
  if (!response.socket_addr().empty()) return {What::kFound, ""};
  switch (response.failure()) {
    case hbb::PunchHoleResponse::ID_NOT_EXIST:  // and what stands there where there is only a text
      if (!response.other_failure().empty()) return {What::kText, response.other_failure()};
      return {What::kUnknownId, ""};
    case hbb::PunchHoleResponse::OFFLINE:
      return {What::kOffline, ""};
    case hbb::PunchHoleResponse::LICENSE_MISMATCH:
      return {What::kWrongKey, ""};
    default:
      return {What::kText, "failure " + std::to_string(response.failure())};
  }
}

NatSeen test_nat(const Address& server, Millis patience) {
  NatSeen seen;
  const Stopwatch watch;
  // Bound before it connects: a port that the system picks while connecting others may have, too, and it could not be
  // bound for the second connection then.
  Dialled first = dial(server, patience, wire::any_local(server));
  if (!first.client) return seen;
  seen.local = first.client->local_address().port;
  const Answer at_p = ask(*first.client, hbb::TestNatRequest{}, patience);
  seen.at_p = seen_port(at_p);
  seen.took = watch.took();
  if (seen.at_p == 0) return seen;
  for (const std::string& name : at_p.message->test_nat_response().cu().rendezvous_servers()) {
    seen.configured += (seen.configured.empty() ? "" : ", ") + name;
  }
  const Address second = server.with_port(static_cast<uint16_t>(server.port - 1));
  Dialled other = dial(second, patience, first.client->local_address());
  if (other.client) seen.at_p_minus_1 = seen_port(ask(*other.client, hbb::TestNatRequest{}, patience));
  seen.took = watch.took();
  return seen;
}

EncryptionSeen check_encryption(const Address& server, const std::optional<wire::PublicKey>& key, Millis patience) {
  EncryptionSeen seen;
  const Stopwatch watch;
  try {
    wire::TcpClient client = connection(server, std::nullopt, patience);
    seen.offer = offer_of(client, key, patience);
    seen.took = watch.took();
    if (seen.offer != Signature::kGenuine) return seen;
    wire::TcpClient sealed = connection(server, key, patience);
    seen.answered = seen_port(ask(sealed, hbb::TestNatRequest{}, patience)) != 0;
    seen.took = watch.took();
  } catch (const wire::ClientError& error) {
    seen.error = error.what();
  }
  return seen;
}

HttpSeen ask_http(const Address& server, const std::optional<wire::PublicKey>& key, Millis patience) {
  HttpSeen seen;
  try {
    wire::TcpClient client = connection(server, key, patience);
    hbb::HttpProxyRequest request;
    request.set_method("POST");
    request.set_path("/api/heartbeat");
    request.set_body("{}");
    const Answer answer = ask(client, request, patience);
    seen.took = answer.took;
    if (answer.message && answer.message->has_http_proxy_response()) {
      seen.status = answer.message->http_proxy_response().status();
    }
  } catch (const wire::ClientError&) {
    seen.status.reset();
  }
  return seen;
}

RegisteredTcp register_over_tcp(const Address& server, const std::optional<wire::PublicKey>& key, Millis patience) {
  RegisteredTcp registered;
  const Stopwatch watch;
  try {
    wire::TcpClient client = connection(server, key, patience);
    wire::Peer peer = wire::Peer::make(throw_away_id());
    const hbb::RegisterPkResponse response = wire::register_peer(client, peer, patience);
    registered.seen.took = watch.took();
    registered.seen.result = response.result();
    registered.seen.keep_alive_s = response.keep_alive();
    if (response.result() != hbb::RegisterPkResponse::OK) return registered;
    registered.seen.heartbeat = beat(client, patience);
    registered.device.emplace(std::move(client), server, std::move(peer));
  } catch (const wire::ClientError& error) {
    registered.seen.error = error.what();
    registered.seen.took = watch.took();
  }
  return registered;
}

KeySeen check_key(const Address& server, const std::string& key, Millis patience) {
  KeySeen seen;
  const Stopwatch watch;
  seen.given = ask_for_nobody(server, key, patience);
  seen.took = watch.took();
  if (seen.given.what != Said::What::kNothing && !key.empty()) {
    seen.wrong = ask_for_nobody(server, wire::SigningKeys::generate().public_text(), patience);
  }
  return seen;
}

OnlineSeen ask_online(const Address& server, std::vector<std::string> online, Millis patience) {
  OnlineSeen seen;
  hbb::OnlineRequest request;
  request.set_id(throw_away_id());
  for (const std::string& id : online) request.add_peers(id);
  request.add_peers(throw_away_id());
  seen.online = std::move(online);
  const Stopwatch watch;
  seen.at_p_minus_1 = states_of(ask(server.with_port(static_cast<uint16_t>(server.port - 1)), request, patience));
  seen.took = watch.took();
  seen.at_p = states_of(ask(server, request, patience));
  return seen;
}

}  // namespace junctor::tools::doctor
