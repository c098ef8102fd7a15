// SPDX-License-Identifier: Apache-2.0
#include "fake_stock.hpp"

#include <utility>

#include "wire/peer.hpp"

namespace junctor::site {
namespace {

constexpr wire::Millis kTurn{5};
constexpr wire::Millis kNow{0};

wire::Address loopback(int port) { return wire::Address::v4({127, 0, 0, 1}, static_cast<uint16_t>(port)); }

}  // namespace

FakeStock::FakeStock(const wire::SigningKeys& keys, Ways ways)
    : keys_{keys},
      ways_{std::move(ways)},
      udp_{loopback(ports_.base())},
      p_{loopback(ports_.base())},
      p_minus_1_{loopback(ports_.base() - 1)},
      thread_{[this] { run(); }} {}

FakeStock::~FakeStock() {
  stop_ = true;
  thread_.join();
}

void FakeStock::run() {
  while (!stop_) {
    const auto datagram = udp_.receive(kTurn);
    take_connections();
    if (ways_.silent) continue;
    if (datagram) on_datagram(datagram->from, datagram->message);
    for (Client& client : clients_) serve(client);
    clients_.remove_if([](const Client& client) { return client.connection.end() != wire::TcpClient::End::kNotYet; });
  }
}

void FakeStock::take_connections() {
  while (auto client = p_.accept(kNow)) clients_.push_back({std::move(*client), true});
  while (auto client = p_minus_1_.accept(kNow)) clients_.push_back({std::move(*client), false});
}

void FakeStock::serve(Client& client) {
  try {
    while (const auto message = client.connection.receive(kNow)) on_message(client, *message);
  } catch (const wire::ClientError&) {
    client.connection.wait_end(kNow);  // the other side has gone: that is what it sees then
  }
}

void FakeStock::on_datagram(const wire::Address& from, const hbb::RendezvousMessage& message) {
  if (message.has_register_pk()) {
    devices_[message.register_pk().id()] = {from, message.register_pk().pk()};
    udp_.send(from, hbb::RegisterPkResponse{});
  }
  if (message.has_register_peer()) udp_.send(from, hbb::RegisterPeerResponse{});
}

void FakeStock::on_message(Client& from, const hbb::RendezvousMessage& message) {
  if (message.has_test_nat_request()) {
    hbb::TestNatResponse response;
    response.set_port(from.connection.peer_address().port);
    from.connection.send(response);
  }
  if (!from.at_p) {
    if (message.has_online_request()) on_online(from, message.online_request());
    return;
  }
  if (message.has_register_pk()) {
    hbb::RegisterPkResponse response;
    response.set_result(hbb::RegisterPkResponse::NOT_SUPPORT);
    from.connection.send(response);
  }
  if (message.has_punch_hole_request()) on_punch_request(from, message.punch_hole_request());
  if (message.has_request_relay()) on_relay_request(from, message.request_relay());
  if (message.has_punch_hole_sent()) on_punch_sent(from.connection.peer_address(), message.punch_hole_sent());
  if (message.has_relay_response()) on_relay_response(message.relay_response());
}

void FakeStock::on_punch_request(Client& a, const hbb::PunchHoleRequest& request) {
  hbb::PunchHoleResponse refusal;
  refusal.set_failure(hbb::PunchHoleResponse::LICENSE_MISMATCH);
  if (request.licence_key() != keys_.public_text()) return a.connection.send(refusal);
  const auto device = devices_.find(request.id());
  refusal.set_failure(hbb::PunchHoleResponse::ID_NOT_EXIST);
  if (device == devices_.end()) return a.connection.send(refusal);
  hbb::PunchHole push;  // as if A and B were in two networks
  push.set_socket_addr(wire::address_field(a.connection.peer_address()));
  push.set_relay_server(ways_.relay);
  udp_.send(device->second.address, push);
}

void FakeStock::on_relay_request(Client& a, const hbb::RequestRelay& request) {
  const auto device = devices_.find(request.id());
  if (device == devices_.end()) return;
  hbb::RequestRelay push = request;
  push.set_socket_addr(wire::address_field(a.connection.peer_address()));
  udp_.send(device->second.address, push);
}

void FakeStock::on_punch_sent(const wire::Address& from, const hbb::PunchHoleSent& answer) {
  Client* a = asking(answer.socket_addr());
  if (a == nullptr) return;
  hbb::PunchHoleResponse response;
  response.set_socket_addr(wire::address_field(from));
  response.set_relay_server(answer.relay_server());
  response.set_pk(wire::sign_id_pk(keys_, answer.id(), devices_[answer.id()].pk));
  a->connection.send(response);
}

void FakeStock::on_relay_response(const hbb::RelayResponse& answer) {
  if (Client* a = asking(answer.socket_addr())) a->connection.send(answer);
}

void FakeStock::on_online(Client& a, const hbb::OnlineRequest& request) {
  std::string states(static_cast<size_t>(request.peers_size() + 7) / 8, '\0');
  for (int i = 0; i < request.peers_size(); ++i) {
    if (devices_.count(request.peers(i)) != 0) states[static_cast<size_t>(i / 8)] |= static_cast<char>(0x80 >> (i % 8));
  }
  hbb::OnlineResponse response;
  response.set_states(states);
  a.connection.send(response);
}

FakeStock::Client* FakeStock::asking(const std::string& field) {
  const auto address = wire::decode_address(field);
  for (Client& client : clients_) {
    if (address && client.connection.peer_address() == *address) return &client;
  }
  return nullptr;
}

}  // namespace junctor::site
