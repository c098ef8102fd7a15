// SPDX-License-Identifier: Apache-2.0
// Finds, without recursion, what a TOML text must not hold because toml++ 3.3 cannot take it. Pure functions, any
// thread.
#pragma once

#include <optional>
#include <string_view>

namespace junctor::config {

struct Refusal {
  int line = 1;
  int column = 1;
  std::string_view reason;
};

/// The first of these: brackets, or the dots of a key, deeper than 16 (parser and destructors recurse); a character
/// beyond ASCII outside of strings and comments, or first after a line-ending backslash (its search for odd spaces has
/// undefined behaviour there; TOML allows the latter, which is our one restriction). Exact for valid TOML, and for any
/// other text up to its first error, which is as far as the parser goes.
std::optional<Refusal> guard_text(std::string_view text);

}  // namespace junctor::config
