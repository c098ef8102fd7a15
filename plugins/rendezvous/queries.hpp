// SPDX-License-Identifier: Apache-2.0
// The two small questions of a client: its port as we see it (protocol.md 6.3), and who is online (6.6). Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "junctor/service/signal.h"
#include "wire/rendezvous.pb.h"

namespace junctor::rendezvous {

inline hbb::TestNatResponse nat_answer(const jct_channel& from) {
  hbb::TestNatResponse answer;
  answer.set_port(from.peer.port);
  return answer;
}

/// Bit i, counted from the most significant of byte 0, is 1 when peers[i] is online.
std::string online_states(const hbb::OnlineRequest& request, const std::function<bool(std::string_view)>& is_online);

}  // namespace junctor::rendezvous
