// SPDX-License-Identifier: Apache-2.0
// Whether a request is a WebSocket upgrade (RFC 6455, 4.2), and what it is answered. Values; no thread of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "head.hpp"
#include "junctor/http_text.hpp"
#include "refusal.hpp"

namespace junctor::ws_bridge {

inline constexpr size_t kMaxHeaders = 100;

struct Upgrade {
  uint32_t status = 101;
  std::string text;    ///< of a refusal
  std::string accept;  ///< Sec-WebSocket-Accept
};

/// 101 for a proper upgrade; else 400, 403, 405 or 426 with a text, 426 also for a plain GET, which hears `port_is`.
/// 403: a browser's, from a page that is not of `origins`; none: from any.
Upgrade judge(const http::Head& head, std::string_view port_is, const std::vector<std::string>& origins = {});
Refusal reason_of(const Upgrade& upgrade);
inline Upgrade refusal(uint32_t status, std::string_view text) { return {status, std::string{text}, {}}; }

/// For the site's HTTP server.
http::Answer answer_of(const Upgrade& upgrade);
/// For a port of the plugin's own: the whole response, which ends the connection unless it is 101.
std::string bytes_of(const Upgrade& upgrade);

/// Sec-WebSocket-Accept (RFC 6455, 4.2.2).
std::string accept_value(std::string_view key);

}  // namespace junctor::ws_bridge
