// SPDX-License-Identifier: Apache-2.0
#include "nonsense.hpp"

#include "wire/frame.hpp"
#include "wire/kinds.hpp"
#include "wire/peer.hpp"

namespace junctor::site {
namespace {

/// Enough set that a mutation meets strings, bytes, numbers and unions.
std::vector<std::string> one_of_each() {
  const wire::Peer peer = wire::Peer::make("stranger-1");
  const std::string address = wire::address_field(wire::Address::v4({127, 0, 0, 77}, 4711));
  std::vector<std::string> all;
#define JUNCTOR_SITE_EMPTY(type, field, number) all.push_back(wire::wrap_message(hbb::type{}));
  JUNCTOR_WIRE_KINDS(JUNCTOR_SITE_EMPTY)
#undef JUNCTOR_SITE_EMPTY
  all.push_back(wire::wrap_message(peer.register_peer()));
  all.push_back(wire::wrap_message(peer.register_pk()));
  hbb::PunchHoleRequest punch;
  punch.set_id("stranger-1");
  punch.set_licence_key("key");
  punch.set_socket_addr_v6(std::string(18, '\1'));
  all.push_back(wire::wrap_message(punch));
  hbb::PunchHoleSent sent;
  sent.set_id("stranger-1");
  sent.set_socket_addr(address);
  all.push_back(wire::wrap_message(sent));
  hbb::LocalAddr local;
  local.set_id("stranger-1");
  local.set_socket_addr(address);
  local.set_local_addr(address);
  all.push_back(wire::wrap_message(local));
  hbb::RequestRelay relay;
  relay.set_id("stranger-1");
  relay.set_uuid("uuid");
  all.push_back(wire::wrap_message(relay));
  hbb::RelayResponse response;
  response.set_socket_addr(address);
  response.set_uuid("uuid");
  response.set_id("stranger-1");
  all.push_back(wire::wrap_message(response));
  hbb::OnlineRequest online;
  for (int i = 0; i < 9; ++i) online.add_peers("stranger-1");
  all.push_back(wire::wrap_message(online));
  return all;
}

}  // namespace

Nonsense::Nonsense(uint32_t seed) : random_{seed}, messages_{one_of_each()} {}

std::string Nonsense::bytes(size_t most) {
  std::string out(below(most + 1), '\0');
  for (char& byte : out) byte = static_cast<char>(random_());
  return out;
}

std::string Nonsense::mutated() {
  std::string out = messages_[below(messages_.size())];
  for (size_t i = 0; i <= below(3); ++i) {
    switch (below(4)) {
      case 0:
        out.resize(below(out.size() + 1));
        break;
      case 1:
        if (!out.empty()) out[below(out.size())] ^= static_cast<char>(1 << below(8));
        break;
      case 2:
        out += messages_[below(messages_.size())];
        break;
      default:
        out.insert(below(out.size() + 1), bytes(12));
    }
  }
  return out;
}

std::string Nonsense::stream() {
  std::string out;
  for (size_t i = 0; i <= below(4); ++i) wire::append_frame(mutated(), out);
  if (below(3) == 0 && !out.empty()) out[below(out.size())] = static_cast<char>(random_());
  if (below(3) == 0) out += bytes(200);
  return out;
}

}  // namespace junctor::site
