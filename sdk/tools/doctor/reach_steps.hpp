// SPDX-License-Identifier: Apache-2.0
// Which ports can be reached. Several at once, each on a thread of its own that ends with the call.
#pragma once

#include <string>
#include <vector>

#include "tools/doctor/observations.hpp"

namespace junctor::tools::doctor {

std::vector<PortSeen> reach(const std::vector<Address>& servers, Millis patience);

/// Asks for an upgrade to WebSocket. `host` is for the Host header.
WebSocketSeen upgrade(const Address& server, const std::string& host, const std::string& path, Millis patience);

}  // namespace junctor::tools::doctor
