// SPDX-License-Identifier: Apache-2.0
// Who is online, as bits (protocol.md 6.6). Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "wire/rendezvous.pb.h"

namespace junctor::rendezvous {

/// Bit i, counted from the most significant of byte 0, is of peers[i]: all 0.
std::string no_states(const hbb::OnlineRequest& request);
void set_state(std::string& states, size_t i);
/// Those that are online are 1.
std::string online_states(const hbb::OnlineRequest& request, const std::function<bool(std::string_view)>& is_online);

}  // namespace junctor::rendezvous
