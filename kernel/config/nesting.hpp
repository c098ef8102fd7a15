// SPDX-License-Identifier: Apache-2.0
// How deep a TOML text nests, found without recursion before a recursive parser sees it. Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

namespace junctor::config {

struct TextPlace {
  int line = 1;
  int column = 1;  ///< in bytes
};

/// Where brackets or the dots of a key first pass a depth of 16; nothing where they do not. Exact for valid TOML, and
/// up to the first error of any other text, which is as far as the parser goes.
std::optional<TextPlace> find_deep_nesting(std::string_view text);

}  // namespace junctor::config
