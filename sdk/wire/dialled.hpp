// SPDX-License-Identifier: Apache-2.0
// Whether clients can dial what a relay's address says, as far as the text alone tells. Pure; any thread.
#pragma once

#include <string>

namespace junctor::wire {

/// Why clients elsewhere will not get there, as "it is this host's own (loopback) for whoever dials it"; empty: nothing
/// is wrong with it by itself. `address`: host:port.
std::string dialling_fault(const std::string& address);

}  // namespace junctor::wire
