// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/device.hpp"

#include <sodium.h>

namespace junctor::tools::doctor {

std::string throw_away_id() {
  wire::init_crypto();
  return "doctor-" + std::to_string(10'000'000 + randombytes_uniform(90'000'000));
}

std::optional<hbb::RendezvousMessage> Device::receive(Millis patience) {
  if (tcp_) return tcp_->receive(patience);
  const wire::Deadline deadline{patience};
  while (auto received = udp_->receive(deadline.left())) {
    if (received->from == server_) return std::move(received->message);
  }
  return std::nullopt;
}

void Device::refresh() {
  while (receive(Millis{0})) {
  }
  if (udp_) udp_->send(server_, peer_.register_peer());
}

std::optional<hbb::RendezvousMessage> Device::pushed(Millis patience) {
  const wire::Deadline deadline{patience};
  while (auto message = receive(deadline.left())) {
    if (message->has_punch_hole() || message->has_fetch_local_addr() || message->has_request_relay()) return message;
  }
  return std::nullopt;
}

}  // namespace junctor::tools::doctor
