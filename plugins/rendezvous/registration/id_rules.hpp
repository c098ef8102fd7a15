// SPDX-License-Identifier: Apache-2.0
// What a peer may be called (protocol.md 6.1). Any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace junctor::rendezvous {

inline constexpr size_t kShortestId = 6;
inline constexpr size_t kLongestId = 100;

/// UTF-8 of 6 to 100 bytes without control characters (C0, DEL, C1) or spaces, Unicode's own spaces among them.
bool is_valid_id(std::string_view id);

}  // namespace junctor::rendezvous
