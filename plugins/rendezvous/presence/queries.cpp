// SPDX-License-Identifier: Apache-2.0
// Who is online, as bits (protocol.md 6.6). Any thread.
#include "presence/queries.hpp"

namespace junctor::rendezvous {

std::string no_states(const hbb::OnlineRequest& request) {
  return std::string((static_cast<size_t>(request.peers_size()) + 7) / 8, '\0');
}

void set_state(std::string& states, size_t i) {
  states[i / 8] = static_cast<char>(static_cast<uint8_t>(states[i / 8]) | 0x80 >> i % 8);
}

std::string online_states(const hbb::OnlineRequest& request, const std::function<bool(std::string_view)>& is_online) {
  std::string states = no_states(request);
  for (int i = 0; i < request.peers_size(); ++i) {
    if (is_online(request.peers(i))) set_state(states, static_cast<size_t>(i));
  }
  return states;
}

}  // namespace junctor::rendezvous
