// SPDX-License-Identifier: Apache-2.0
// Keys as people's editors, terminals and other programs leave them in files: what is unambiguous is read, what is not
// is named. What goes in may be a secret; nothing of it comes out in words. No thread of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace junctor::wire {

/// The bytes behind base64 in any of its usual dresses: a byte order mark, UTF-16, blanks and line ends around or
/// within, quotes, the URL alphabet, padding that is missing. Nothing where it is none. The caller wipes it.
std::optional<std::string> key_bytes(std::string_view text);

/// Which of the usual damages it is, as "an OpenSSH private key"; for a text that is not a key of `expected` bytes.
std::string key_damage(std::string_view text, size_t expected);

}  // namespace junctor::wire
