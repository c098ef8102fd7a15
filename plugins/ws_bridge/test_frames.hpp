// SPDX-License-Identifier: Apache-2.0
// What a WebSocket client sends and reads, for tests and the fuzzer. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::ws_bridge::testing {

/// As it stands on the wire, right or wrong.
struct ClientFrame {
  uint8_t opcode = 2;
  std::string payload;
  bool fin = true;
  uint8_t reserved = 0;  ///< RSV1 is 4, RSV2 2, RSV3 1
  bool masked = true;
  std::array<uint8_t, 4> mask{0x12, 0x34, 0xAB, 0xFF};

  std::string bytes() const {
    std::string out;
    out.push_back(static_cast<char>((fin ? 0x80 : 0) | reserved << 4 | opcode));
    const uint8_t bit = masked ? 0x80 : 0;
    const auto number = [&](uint64_t value, int size) {
      for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
    };
    if (payload.size() < 126) {
      out.push_back(static_cast<char>(bit | payload.size()));
    } else if (payload.size() < 65536) {
      out.push_back(static_cast<char>(bit | 126));
      number(payload.size(), 2);
    } else {
      out.push_back(static_cast<char>(bit | 127));
      number(payload.size(), 8);
    }
    if (!masked) return out + payload;
    out.append(mask.begin(), mask.end());
    for (size_t i = 0; i < payload.size(); ++i) out.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
    return out;
  }
};

inline std::string binary(std::string payload) { return ClientFrame{2, std::move(payload)}.bytes(); }
inline std::string ping(std::string payload) { return ClientFrame{9, std::move(payload)}.bytes(); }
inline std::string pong(std::string payload) { return ClientFrame{10, std::move(payload)}.bytes(); }
inline std::string close_payload(uint16_t code, std::string_view text = "") {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return payload.append(text);
}
inline std::string close_frame(uint16_t code, std::string_view text = "") {
  return ClientFrame{8, close_payload(code, text)}.bytes();
}

/// A frame of the server's.
struct ServerFrame {
  uint8_t opcode = 0;
  bool fin = false;
  std::string payload;

  /// Of a Close frame; 1005: without one.
  uint16_t code() const {
    if (payload.size() < 2) return 1005;
    return static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
  }
};

/// Takes one off the front; nothing where it is not whole. A masked one counts as whole, with opcode 0xFF.
inline std::optional<ServerFrame> take_frame(std::string& bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  size_t header = 2;
  uint64_t size = byte(1) & 0x7F;
  if (size >= 126) {
    const size_t extra = size == 126 ? 2 : 8;
    if (bytes.size() < 2 + extra) return std::nullopt;
    size = 0;
    for (size_t i = 0; i < extra; ++i) size = size << 8 | byte(2 + i);
    header += extra;
  }
  if (bytes.size() - header < size) return std::nullopt;
  ServerFrame frame{static_cast<uint8_t>(byte(0) & 0x0F), (byte(0) & 0x80) != 0, bytes.substr(header, size)};
  if ((byte(1) & 0x80) != 0 || (byte(0) & 0x70) != 0) frame.opcode = 0xFF;
  bytes.erase(0, header + size);
  return frame;
}

inline constexpr const char* kTestKey = "dGhlIHNhbXBsZSBub25jZQ==";
inline std::string upgrade(const std::string& path = "/", const std::string& more = "") {
  return "GET " + path +
         " HTTP/1.1\r\nHost: rd.example.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " +
         kTestKey + "\r\nSec-WebSocket-Version: 13\r\n" + more + "\r\n";
}

}  // namespace junctor::ws_bridge::testing
