// SPDX-License-Identifier: Apache-2.0
#include "member.hpp"

namespace junctor::soak {

namespace {

using Clock = std::chrono::steady_clock;
using testing::patient;

constexpr wire::Millis kBeat{4000};
/// A lost RegisterPk is sent again, as clients do.
constexpr int kTries = 3;

}  // namespace

Member::Member(Site& site, int number)
    : site_{site}, peer_{wire::Peer::make("soak-" + std::to_string(100'000 + number))}, number_{number} {}

void Member::become(State state) {
  state_ = state;
  since_ = Clock::now();
}

std::string Member::address(bool elsewhere) {
  if (elsewhere) moves_ = (moves_ + 1) % 200;
  return "127.30." + std::to_string(number_ % 250) + "." + std::to_string(1 + moves_);
}

void Member::go_udp(bool elsewhere) {
  wire::UdpClient socket = Site::datagrams(address(elsewhere));
  for (int i = 0; i < kTries; ++i) {
    const auto result = site::register_once(socket, site_.at(), peer_.register_pk(), wire::Millis{3000});
    if (result == hbb::RegisterPkResponse::OK) {
      tcp_.reset();
      udp_ = std::move(socket);
      beaten_ = Clock::now();
      return become(State::kUdp);
    }
    if (result == hbb::RegisterPkResponse::TOO_FREQUENT) return;
    if (result) throw Fault{id() + ": registration was refused"};
  }
  throw Fault{id() + ": registration was not answered"};
}

void Member::go_tcp(bool elsewhere) {
  wire::TcpClient client = site_.dial(address(elsewhere));
  if (!client.secure(site_.public_key(), patient(wire::kPatience))) throw Fault{id() + ": no encryption was offered"};
  const auto result = wire::register_peer(client, peer_, patient(wire::kPatience)).result();
  if (result == hbb::RegisterPkResponse::TOO_FREQUENT) return;
  if (result != hbb::RegisterPkResponse::OK) throw Fault{id() + ": registration over TCP was refused"};
  udp_.reset();
  tcp_ = std::move(client);
  become(State::kTcp);
}

void Member::reconnect() {
  if (state_ != State::kTcp) return;
  std::optional<wire::TcpClient> old;
  old.swap(tcp_);
  go_tcp(false);
  if (!tcp_) tcp_.swap(old);
}

void Member::leave() {
  if (state_ == State::kUdp) become(State::kFading);
  if (state_ == State::kTcp) become(State::kGone);
  udp_.reset();
  tcp_.reset();
}

void Member::live() {
  while (receive(wire::Millis{0})) {
  }
  if (state_ == State::kTcp && tcp_->end() != wire::TcpClient::End::kNotYet) {
    throw Fault{id() + ": the server closed a connection that was in order"};
  }
  if (state_ != State::kUdp || Clock::now() - beaten_ < kBeat) return;
  udp_->send(site_.at(), peer_.register_peer());
  beaten_ = Clock::now();
}

std::optional<hbb::RendezvousMessage> Member::receive(wire::Millis patience) {
  if (tcp_) return tcp_->receive(patience);
  if (!udp_) return std::nullopt;
  auto datagram = udp_->receive(patience);
  return datagram ? std::optional{std::move(datagram->message)} : std::nullopt;
}

std::optional<hbb::PunchHole> Member::await_push(wire::Millis patience) {
  const wire::Deadline deadline{patience};
  while (const auto message = receive(deadline.left())) {
    if (message->has_punch_hole()) return message->punch_hole();
  }
  return std::nullopt;
}

void Member::answer(const hbb::PunchHole& push) {
  hbb::PunchHoleSent sent;
  sent.set_id(id());
  sent.set_socket_addr(push.socket_addr());
  sent.set_version("1.4.0");
  wire::TcpClient fresh = site_.dial(address(false));
  fresh.send(sent);
}

}  // namespace junctor::soak
