// SPDX-License-Identifier: Apache-2.0
// What B says to a push, and what A is told of it. Pure; any thread.
#include "answer.hpp"

#include <utility>

#include "wire/abi.hpp"

namespace junctor::holepunch {

Answer Answer::of(const hbb::PunchHoleSent& message, const jct_channel& from) {
  Answer answer;
  answer.kind = Kind::kSent;
  answer.from = from;
  answer.a = message.socket_addr();
  answer.id = message.id();
  answer.version = message.version();
  answer.relay_server = message.relay_server();
  answer.socket_addr_v6 = message.socket_addr_v6();
  answer.nat_type = message.nat_type();
  answer.upnp_port = message.upnp_port();
  return answer;
}

Answer Answer::of(const hbb::LocalAddr& message, const jct_channel& from) {
  Answer answer;
  answer.kind = Kind::kLocal;
  answer.from = from;
  answer.a = message.socket_addr();
  answer.id = message.id();
  answer.version = message.version();
  answer.relay_server = message.relay_server();
  answer.local_addr = message.local_addr();
  answer.socket_addr_v6 = message.socket_addr_v6();
  return answer;
}

Answer Answer::of(const hbb::RelayResponse& message, const jct_channel& from) {
  Answer answer;
  answer.kind = Kind::kRelay;
  answer.from = from;
  answer.a = message.socket_addr();
  answer.id = message.id();
  answer.uuid = message.uuid();
  answer.version = message.version();
  answer.relay_server = message.relay_server();
  answer.socket_addr_v6 = message.socket_addr_v6();
  answer.refuse_reason = message.refuse_reason();
  answer.upnp_port = message.upnp_port();
  return answer;
}

bool is_address_or_empty(std::string_view bytes) { return wire::decode_address(bytes).has_value(); }

bool Answer::addresses_good() const {
  if (a.empty() || (kind == Kind::kLocal && local_addr.empty())) return false;
  return is_address_or_empty(a) && is_address_or_empty(local_addr) && is_address_or_empty(socket_addr_v6);
}

size_t Answer::bytes() const {
  return a.size() + id.size() + uuid.size() + version.size() + relay_server.size() + local_addr.size() +
         socket_addr_v6.size() + refuse_reason.size();
}

hbb::PunchHoleResponse punch_response(const Answer& answer, std::string pk, std::string relay_server, uint32_t tm_us) {
  hbb::PunchHoleResponse out;
  out.set_pk(std::move(pk));
  out.set_relay_server(std::move(relay_server));
  out.set_socket_addr_v6(answer.socket_addr_v6);
  if (answer.kind == Answer::Kind::kLocal) {
    out.set_socket_addr(answer.local_addr);
    out.set_is_local(true);
    return out;
  }
  out.set_socket_addr(wire::encode_address(wire::from_abi(answer.from.peer), tm_us));
  out.set_nat_type(answer.nat_type);
  out.set_upnp_port(answer.upnp_port);
  out.set_is_udp(answer.by_udp());
  return out;
}

hbb::RelayResponse relay_response(const Answer& answer, std::string pk, std::string relay_server) {
  hbb::RelayResponse out;
  out.set_relay_server(std::move(relay_server));
  out.set_refuse_reason(answer.refuse_reason);
  out.set_version(answer.version);
  out.set_socket_addr_v6(answer.socket_addr_v6);
  out.set_upnp_port(answer.upnp_port);
  out.set_uuid(answer.uuid);
  if (!pk.empty()) out.set_pk(std::move(pk));
  return out;
}

}  // namespace junctor::holepunch
