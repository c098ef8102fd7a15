// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP/1.1 request, and whether it is a WebSocket upgrade. No thread of its own.
#include "http_head.hpp"

#include <Poco/SHA1Engine.h>

#include <algorithm>

#include "wire/base64.hpp"

namespace junctor::ws_bridge {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kKeySize = 16;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
  });
}

/// No control characters, of which a tab alone may stand in a header's value.
bool is_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

/// Takes the front of `text` up to `end`, which is dropped. False where there is none.
bool take_until(std::string_view& text, std::string_view end, std::string_view& out) {
  const size_t at = text.find(end);
  if (at == std::string_view::npos) return false;
  out = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return true;
}

bool parse_request_line(std::string_view line, Head* head) {
  std::string_view target;
  if (!take_until(line, " ", head->method) || !take_until(line, " ", target)) return false;
  head->path = target.substr(0, target.find('?'));
  const bool from_root = !target.empty() && target.front() == '/' && target.find('\t') == std::string_view::npos;
  return is_token(head->method) && from_root && is_text(target) && line == "HTTP/1.1";
}

bool parse_header(std::string_view line, Head* head) {
  std::string_view name;
  if (!take_until(line, ":", name) || !is_token(name) || !is_text(line)) return false;
  head->headers.emplace_back(name, trim(line));
  return head->headers.size() <= kMaxHeaders;
}

const char* phrase(int status) {
  switch (status) {
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

/// What RFC 7231 and 6455 want beside such a status.
const char* extra_header(int status) {
  if (status == 405) return "Allow: GET\r\n";
  return status == 426 ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" : "";
}

}  // namespace

std::optional<std::string_view> Head::first(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same(key, name)) return value;
  }
  return std::nullopt;
}

bool Head::has_token(std::string_view name, std::string_view token) const {
  for (const auto& [key, value] : headers) {
    if (!same(key, name)) continue;
    std::string_view rest = value, item;
    while (take_until(rest, ",", item)) {
      if (same(trim(item), token)) return true;
    }
    if (same(trim(rest), token)) return true;
  }
  return false;
}

size_t head_size(std::string_view bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

std::optional<Head> parse_head(std::string_view bytes) {
  Head head;
  std::string_view line;
  if (!take_until(bytes, "\r\n", line) || !parse_request_line(line, &head)) return std::nullopt;
  while (take_until(bytes, "\r\n", line) && !line.empty()) {
    if (!parse_header(line, &head)) return std::nullopt;
  }
  return head;
}

Answer refuse_request(int status, std::string_view text) {
  std::string bytes =
      "HTTP/1.1 " + std::to_string(status) + " " + phrase(status) + "\r\n" + extra_header(status) +
      "Content-Type: text/plain\r\nConnection: close\r\nContent-Length: " + std::to_string(text.size() + 1) +
      "\r\n\r\n";
  bytes.append(text).push_back('\n');
  return {status, std::move(bytes)};
}

Answer answer_upgrade(const Head& head, std::string_view port_is) {
  if (head.method != "GET") return refuse_request(405, "expected GET");
  if (!head.first("Host")) return refuse_request(400, "expected a Host header");
  if (!head.has_token("Upgrade", "websocket") || !head.has_token("Connection", "upgrade"))
    return refuse_request(426, port_is);
  if (head.first("Sec-WebSocket-Version") != "13") return refuse_request(426, "expected Sec-WebSocket-Version: 13");
  const std::string_view key = head.first("Sec-WebSocket-Key").value_or("");
  const auto plain = wire::decode_base64(key);
  if (!plain || plain->size() != kKeySize)
    return refuse_request(400, "expected a Sec-WebSocket-Key of 16 bytes in base64");
  return {101,
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
              accept_value(key) + "\r\n\r\n"};
}

std::string accept_value(std::string_view key) {
  Poco::SHA1Engine sha;
  sha.update(key.data(), key.size());
  sha.update(kGuid.data(), kGuid.size());
  const auto& digest = sha.digest();
  return wire::encode_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace junctor::ws_bridge
