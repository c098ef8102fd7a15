// SPDX-License-Identifier: Apache-2.0
// Whether somebody serves a site's ports on this host. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace junctor::tools::migrate {

/// Of P-1, P and P+1: "TCP 21116". Each is bound for a moment, none is listened on.
std::vector<std::string> taken_ports(uint16_t base);

}  // namespace junctor::tools::migrate
