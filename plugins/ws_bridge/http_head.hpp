// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP/1.1 request, and whether it is a WebSocket upgrade (RFC 6455, 4.2). Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace junctor::ws_bridge {

/// Views into the bytes that were parsed.
struct Head {
  std::string_view method;
  std::string_view path;  ///< without a query
  std::vector<std::pair<std::string_view, std::string_view>> headers;

  /// The first of that name (any case); nothing where there is none.
  std::optional<std::string_view> first(std::string_view name) const;
  /// In a comma-separated list, of any of the lines of that name; any case.
  bool has_token(std::string_view name, std::string_view token) const;
};

inline constexpr size_t kMaxHeaders = 100;

/// The size of a whole head at the front of `bytes`, its empty line included; 0: not all of it has come.
size_t head_size(std::string_view bytes);

/// `bytes`: a whole head. Nothing where it is none: CRLF ends each line, a request line has three parts and is
/// HTTP/1.1, a header has a name of token characters, and there is no more than kMaxHeaders of them.
std::optional<Head> parse_head(std::string_view bytes);

/// What becomes of a request.
struct Answer {
  int status = 101;
  std::string bytes;  ///< the whole response
};

/// 101 for a proper upgrade; else 400, 405 or 426 with a text, 426 also for a plain GET, which hears `port_is`.
Answer answer_upgrade(const Head& head, std::string_view port_is);
/// A short text response that ends the connection.
Answer refuse_request(int status, std::string_view text);

/// Sec-WebSocket-Accept (RFC 6455, 4.2.2).
std::string accept_value(std::string_view key);

}  // namespace junctor::ws_bridge
