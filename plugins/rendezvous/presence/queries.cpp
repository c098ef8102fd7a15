// SPDX-License-Identifier: Apache-2.0
// Who is online, as bits (protocol.md 6.6). Any thread.
#include "presence/queries.hpp"

namespace junctor::rendezvous {

std::string online_states(const hbb::OnlineRequest& request, const std::function<bool(std::string_view)>& is_online) {
  const auto count = static_cast<size_t>(request.peers_size());
  std::string states((count + 7) / 8, '\0');
  for (size_t i = 0; i < count; ++i) {
    if (is_online(request.peers(static_cast<int>(i)))) {
      states[i / 8] = static_cast<char>(static_cast<uint8_t>(states[i / 8]) | 0x80 >> i % 8);
    }
  }
  return states;
}

}  // namespace junctor::rendezvous
