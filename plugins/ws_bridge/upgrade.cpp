// SPDX-License-Identifier: Apache-2.0
// Whether a request is a WebSocket upgrade, and what it is answered. No thread of its own.
#include "upgrade.hpp"

#include <Poco/SHA1Engine.h>

#include <algorithm>

#include "wire/base64.hpp"

namespace junctor::ws_bridge {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kKeySize = 16;

const char* phrase(uint32_t status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Bad Request";
  }
}

/// Scheme and host are written in any case (RFC 6454); browsers send lower case.
bool is_foreign(const http::Head& head, const std::vector<std::string>& origins) {
  const auto origin = head.first("origin");
  if (origins.empty() || !origin) return false;
  return std::none_of(origins.begin(), origins.end(),
                      [&](const std::string& one) { return http::same_text(*origin, one); });
}

}  // namespace

Refusal reason_of(const Upgrade& upgrade) {
  if (upgrade.status == 403) return Refusal::kOrigin;
  return upgrade.status == 426 ? Refusal::kNoUpgrade : Refusal::kBadRequest;
}

Upgrade judge(const http::Head& head, std::string_view port_is, const std::vector<std::string>& origins) {
  if (head.method != JCT_HTTP_GET) return refusal(405, "expected GET");
  if (!head.is_11 || head.has_body()) return refusal(400, "expected an HTTP/1.1 request without a body");
  if (!head.has_token("upgrade", "websocket") || !head.has_token("connection", "upgrade")) return refusal(426, port_is);
  if (head.first("sec-websocket-version") != "13") return refusal(426, "expected Sec-WebSocket-Version: 13");
  const std::string_view key = head.first("sec-websocket-key").value_or("");
  const auto plain = wire::decode_base64(key);
  if (!plain || plain->size() != kKeySize) return refusal(400, "expected a Sec-WebSocket-Key of 16 bytes in base64");
  if (is_foreign(head, origins)) return refusal(403, "this server is not for pages of that origin");
  return {101, {}, accept_value(key)};
}

http::Answer answer_of(const Upgrade& upgrade) {
  if (upgrade.status == 101) {
    return {101, "", {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", upgrade.accept}}};
  }
  http::Answer answer{upgrade.status, upgrade.text + "\n", {{"Content-Type", "text/plain"}}};
  // What RFC 9110 and 6455 want beside such a status.
  if (upgrade.status == 405) answer.headers.emplace_back("Allow", "GET");
  if (upgrade.status == 426) {
    answer.headers.emplace_back("Upgrade", "websocket");
    answer.headers.emplace_back("Sec-WebSocket-Version", "13");
  }
  return answer;
}

std::string bytes_of(const Upgrade& upgrade) {
  const http::Answer answer = answer_of(upgrade);
  std::string bytes = "HTTP/1.1 " + std::to_string(answer.status) + " " + phrase(answer.status) + "\r\n";
  for (const auto& [name, value] : answer.headers) bytes.append(name).append(": ").append(value).append("\r\n");
  if (answer.status != 101) {
    bytes.append("Connection: close\r\nContent-Length: ").append(std::to_string(answer.body.size())).append("\r\n");
  }
  return bytes + "\r\n" + answer.body;
}

std::string accept_value(std::string_view key) {
  Poco::SHA1Engine sha;
  sha.update(key.data(), key.size());
  sha.update(kGuid.data(), kGuid.size());
  const auto& digest = sha.digest();
  return wire::encode_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace junctor::ws_bridge
