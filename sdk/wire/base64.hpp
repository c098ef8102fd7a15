// SPDX-License-Identifier: Apache-2.0
// Base64 as keys (standard, padded) and configuration strings (URL alphabet, no padding) have it. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace junctor::wire {

enum class Base64 { kStandard, kUrlNoPadding };

std::string encode_base64(std::string_view bytes, Base64 variant = Base64::kStandard);

/// Strict: no white space, no stray bits, padding as the variant has it. nullopt otherwise.
std::optional<std::string> decode_base64(std::string_view text, Base64 variant = Base64::kStandard);

}  // namespace junctor::wire
