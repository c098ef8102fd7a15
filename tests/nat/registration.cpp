// SPDX-License-Identifier: Apache-2.0
// B's registration over UDP or TCP. One thread.
#include "registration.hpp"

#include <algorithm>

namespace junctor::nat {
namespace {

constexpr Millis kUdpAnswer{3000};
constexpr Millis kHeartbeat{15'000};
constexpr Millis kUnanswered{3000};  // until the next heartbeat
constexpr int kDefaultKeepAlive = 60;

void require_ok(hbb::RegisterPkResponse::Result result) {
  if (result != hbb::RegisterPkResponse::OK) {
    throw ClientError{"registration was refused: " + std::to_string(result)};
  }
}

}  // namespace

void Registration::begin() {
  udp_.emplace(wire::any_local(arguments_.server));
  std::optional<hbb::RegisterPkResponse::Result> result;
  try {
    result = wire::register_peer(*udp_, arguments_.server, peer_, kUdpAnswer);
  } catch (const ClientError&) {  // nobody answers
    udp_.reset();
    return begin_tcp();
  }
  require_ok(*result);
}

void Registration::begin_tcp() {
  tcp_.emplace(TcpClient::connect(arguments_.server));
  if (!tcp_->secure(arguments_.site, kDirect)) throw ClientError{"no KeyExchange came"};
  const auto response = wire::register_peer(*tcp_, peer_);
  require_ok(response.result());
  const int keep_alive = response.keep_alive() > 0 ? response.keep_alive() : kDefaultKeepAlive;
  silence_ = Millis{keep_alive * 1500};
}

void Registration::run(const std::function<void(const hbb::RendezvousMessage&)>& serve) {
  while (true) udp_ ? run_udp(serve) : run_tcp(serve);
}

/// Until the next heartbeat.
void Registration::run_udp(const Serve& serve) {
  udp_->send(arguments_.server, peer_.register_peer());
  wire::Deadline beat{kUnanswered};
  while (beat.left() > Millis{0}) {
    const auto received = udp_->receive(beat.left());
    if (!received) return;
    if (received->message.has_register_peer_response()) {
      beat = wire::Deadline{kHeartbeat};
    } else {
      serve(received->message);
    }
  }
}

/// Until the connection ends; then there is a new one.
void Registration::run_tcp(const Serve& serve) {
  while (const auto message = tcp_->receive(silence_)) serve(*message);
  begin_tcp();
}

}  // namespace junctor::nat
