// SPDX-License-Identifier: Apache-2.0
// A's request and the ways that its answers open. A thread a way.
#include "controlling.hpp"

#include "punched.hpp"
#include "session.hpp"

namespace junctor::nat {
namespace {

constexpr Millis kRepeats[] = {Millis{3000}, Millis{6000}, Millis{9000}};
constexpr int kRelayTries = 3;
constexpr Millis kHeadStart{1000};  // of direct ways before a relay that is ready: the lab asks what is possible
constexpr int kWords = 16;          // over a punched path

}  // namespace

void Controlling::run() {
  nat_type_ = test_nat(arguments_);
  if (arguments_.udp) {
    udp_.emplace(wire::any_local(arguments_.server));
    udp_port_ = test_udp(arguments_, *udp_);
  }
  if (arguments_.v6) v6_ = open_v6();
  begin_ = std::chrono::steady_clock::now();
  race_.enter(false, [this] { request(Over::kTcp); });
  if (udp_port_ > 0) race_.enter(true, [this] { request(Over::kUdp); });
  race_.wait();
}

void Controlling::request(Over over) {
  TcpClient signalling = TcpClient::connect(arguments_.server);
  const auto answer = ask(signalling, over);
  if (!answer) throw ClientError{"the punch request was not answered"};
  if (answer->has_relay_response()) {
    if (over == Over::kUdp) return;  // the other request is answered alike
    try_v6(answer->relay_response().socket_addr_v6(), answer->relay_response().pk());
    return take_relay(answer->relay_response());
  }
  if (!answer->has_punch_hole_response()) throw ClientError{"an answer of another kind"};
  const hbb::PunchHoleResponse& response = answer->punch_hole_response();
  if (response.socket_addr().empty()) {
    throw ClientError{"refused: " + (response.other_failure().empty() ? std::to_string(response.failure())
                                                                      : response.other_failure())};
  }
  try_v6(response.socket_addr_v6(), response.pk());
  response.is_udp() ? punch_udp(response) : punch_tcp(signalling, response, over);
}

std::optional<hbb::RendezvousMessage> Controlling::ask(TcpClient& signalling, Over over) const {
  hbb::PunchHoleRequest request;
  request.set_id(arguments_.id);
  request.set_nat_type(nat_type_);
  request.set_licence_key(arguments_.key_text);
  request.set_version(kVersion);
  if (over == Over::kUdp) request.set_udp_port(udp_port_);
  if (v6_) request.set_socket_addr_v6(wire::address_field(v6_->local_address()));
  for (const Millis patience : kRepeats) {
    signalling.send(request);
    if (auto answer = signalling.receive(patience)) return answer;
  }
  return std::nullopt;
}

wire::PublicKey Controlling::verified(const std::string& signed_id) const {
  const auto opened = wire::open_id_pk(arguments_.site, signed_id);
  wire::PublicKey pk{};
  if (!opened || opened->id != arguments_.id || opened->pk.size() != pk.size()) {
    throw ClientError{"the signed id is not the site's word for " + arguments_.id};
  }
  opened->pk.copy(reinterpret_cast<char*>(pk.data()), pk.size());
  return pk;
}

/// True for the first way alone.
bool Controlling::claim(const char* way) {
  if (!race_.claim()) return false;
  const auto took = std::chrono::steady_clock::now() - begin_;
  say(way + (" " + std::to_string(std::chrono::duration_cast<Millis>(took).count())));
  return true;
}

// ---- direct connections ---------------------------------------------------------------------------------------------

void Controlling::punch_tcp(TcpClient& signalling, const hbb::PunchHoleResponse& response, Over over) {
  const wire::PublicKey pk = verified(response.pk());
  TcpClient::Options same;
  same.local = signalling.local_address();
  same.timeout = kDirect;
  signalling.close();
  auto direct = TcpClient::try_connect(decoded(response.socket_addr()), same);
  if (!direct && over == Over::kUdp) return;  // the other request goes on to the relay
  if (!direct) race_.let_direct_go_first(kHeadStart);
  if (race_.is_won()) return;
  if (!direct) return ask_for_relay(response.relay_server(), pk);
  if (!claim(response.is_local() ? "lan" : "tcp")) return;
  controlling_session(*direct, pk, arguments_.bytes);
  race_.finish();
}

void Controlling::punch_udp(const hbb::PunchHoleResponse& response) {
  punched(*udp_, decoded(response.socket_addr()), response.pk(), "udp");
}

/// Beside whatever else is tried.
void Controlling::try_v6(const std::string& socket_addr_v6, const std::string& signed_id) {
  if (!v6_ || socket_addr_v6.empty() || v6_tried_.exchange(true)) return;
  race_.enter(true, [this, b = decoded(socket_addr_v6), signed_id] { punched(*v6_, b, signed_id, "v6"); });
}

void Controlling::punched(UdpClient& socket, const Address& b, const std::string& signed_id, const char* way) {
  const wire::PublicKey pk = verified(signed_id);
  Punched path{socket, b};
  if (!path.open(kDirect, [this] { return race_.is_won(); }) || !claim(way)) return;
  path.ask(pk, kWords);
  race_.finish();
}

// ---- relay ----------------------------------------------------------------------------------------------------------

void Controlling::take_relay(const hbb::RelayResponse& response) {
  if (!response.refuse_reason().empty()) throw ClientError{response.refuse_reason()};
  if (!response.socket_addr().empty()) throw ClientError{"socket_addr of a RelayResponse must be empty"};
  const wire::PublicKey pk = verified(response.pk());
  race_.let_direct_go_first(kHeadStart);
  join(response.relay_server(), response.uuid(), pk);
}

/// After a direct connection that did not come.
void Controlling::ask_for_relay(const std::string& relay_server, const wire::PublicKey& pk) {
  hbb::RequestRelay request;
  request.set_id(arguments_.id);
  request.set_uuid(session_uuid());
  request.set_relay_server(relay_server);
  request.set_secure(true);
  std::optional<hbb::RendezvousMessage> answer;
  for (int tries = 0; tries < kRelayTries && !answer; ++tries) {
    TcpClient signalling = TcpClient::connect(arguments_.server);
    signalling.send(request);
    answer = signalling.receive(kDirect);
  }
  if (!answer || !answer->has_relay_response()) throw ClientError{"the relay request was not answered"};
  if (!answer->relay_response().refuse_reason().empty()) throw ClientError{answer->relay_response().refuse_reason()};
  join(relay_server, request.uuid(), pk);
}

void Controlling::join(const std::string& relay_server, const std::string& uuid, const wire::PublicKey& pk) {
  if (!claim("relay")) return;
  TcpClient side = join_relay(arguments_, relay_server, uuid, arguments_.id);
  controlling_session(side, pk, arguments_.bytes);
  race_.finish();
}

}  // namespace junctor::nat
