// SPDX-License-Identifier: Apache-2.0
// Names as people give them and as they are compared: trimmed, NFC, without regard to case (accounts.md). Values.
#pragma once

#include <string>
#include <string_view>

namespace junctor::accounts {

inline constexpr size_t kNameCharacters = 64;

/// Trimmed and NFC; throws Refused where it is empty, too long, or has control characters. `what`: "A user's name".
std::string clean_name(std::string_view name, std::string_view what);

/// The form that is unique: NFC and case-folded. Of any text; what is no UTF-8 gives an empty one.
std::string name_key(std::string_view name);

/// Trimmed; throws Refused where it is no address. Empty is none.
std::string clean_email(std::string_view email);

/// Code points of valid UTF-8.
size_t characters(std::string_view text);

}  // namespace junctor::accounts
