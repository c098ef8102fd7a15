// SPDX-License-Identifier: Apache-2.0
// WebSocket frames of a server, and what Close frames say. No thread of its own.
#include "frame.hpp"

namespace junctor::ws_bridge {
namespace {

constexpr uint8_t kFin = 0x80;

void append_number(uint64_t value, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

/// RFC 6455, 7.4, and the three that IANA has registered since. 1005, 1006 and 1015 never travel.
bool may_travel(uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

/// How many bytes of 10xxxxxx follow, and the least code point of that length; 0xFF: no lead byte.
struct Lead {
  uint8_t follow;
  uint32_t bits;
  uint32_t least;
};
Lead lead_of(uint8_t byte) {
  if (byte < 0x80) return {0, byte, 0};
  if (byte >= 0xC0 && byte < 0xE0) return {1, byte & 0x1FU, 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return {2, byte & 0x0FU, 0x800};
  if (byte >= 0xF0 && byte < 0xF8) return {3, byte & 0x07U, 0x10000};
  return {0xFF, 0, 0};
}

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const Lead lead = lead_of(static_cast<uint8_t>(text[i]));
    if (lead.follow > text.size() - i - 1) return false;
    uint32_t point = lead.bits;
    for (uint8_t k = 0; k < lead.follow; ++k) {
      const auto next = static_cast<uint8_t>(text[++i]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3FU);
    }
    if (point < lead.least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
  }
  return true;
}

}  // namespace

void append_header(Opcode opcode, uint64_t payload_size, std::string& out) {
  out.push_back(static_cast<char>(kFin | static_cast<uint8_t>(opcode)));
  if (payload_size <= kMaxControlPayload) {
    out.push_back(static_cast<char>(payload_size));
  } else if (payload_size <= UINT16_MAX) {
    out.push_back(126);
    append_number(payload_size, 2, out);
  } else {
    out.push_back(127);
    append_number(payload_size, 8, out);
  }
}

void append_frame(Opcode opcode, std::string_view payload, std::string& out) {
  append_header(opcode, payload.size(), out);
  out.append(payload);
}

void append_close(uint16_t code, std::string_view text, std::string& out) {
  std::string payload;
  if (code != close_code::kNoCode) {
    append_number(code, 2, payload);
    payload.append(text.substr(0, kMaxControlPayload - payload.size()));
  }
  append_frame(Opcode::kClose, payload, out);
}

CloseNote read_close(std::string_view payload) {
  if (payload.empty()) return {};
  if (payload.size() == 1) return {false, close_code::kNoCode, close_code::kProtocolError};
  const auto code = static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
  if (!may_travel(code)) return {false, code, close_code::kProtocolError};
  if (!is_utf8(payload.substr(2))) return {false, code, close_code::kBadText};
  return {true, code, 0};
}

}  // namespace junctor::ws_bridge
