// SPDX-License-Identifier: Apache-2.0
// Text from anywhere as a JSON string: always valid, always one line. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace junctor::ops {

/// Bytes of the UTF-8 sequence that `text` begins with; 0 where it begins with none.
size_t utf8_size(std::string_view text);

/// In quotes. Control characters are escaped; each byte that is no UTF-8 becomes U+FFFD.
std::string quote_json(std::string_view text);

}  // namespace junctor::ops
