// SPDX-License-Identifier: Apache-2.0
// Text from anywhere as a JSON string: always valid, always one line. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace junctor::ops {

/// Bytes of the UTF-8 sequence that `text` begins with; 0 where it begins with none.
size_t utf8_size(std::string_view text);

/// Whether the sequence of `size` bytes that `text` begins with is one that a terminal may take for an order, or that
/// turns what is read around: control characters (C0, C1), marks of writing direction, separators of lines.
bool is_order(std::string_view text, size_t size);

/// In quotes. What is an order is escaped; each byte that is no UTF-8 becomes U+FFFD.
std::string quote_json(std::string_view text);

/// As much of `text` as takes `most` bytes when it is quoted, whole characters; all of it where it fits.
std::string_view cut(std::string_view text, size_t most);

/// For a terminal, a table or a line: orders as \xNN or \u{NNNN}, bytes that are no UTF-8 as \xNN.
std::string printable(std::string_view text);

}  // namespace junctor::ops
