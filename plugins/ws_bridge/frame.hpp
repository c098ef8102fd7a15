// SPDX-License-Identifier: Apache-2.0
// What WebSocket frames are made of (RFC 6455, 5 and 7.4), and those that a server sends. Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace junctor::ws_bridge {

enum class Opcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

inline constexpr size_t kMaxControlPayload = 125;

/// The codes that this server sends.
namespace close_code {
inline constexpr uint16_t kNormal = 1000;
inline constexpr uint16_t kGoingAway = 1001;
inline constexpr uint16_t kProtocolError = 1002;
inline constexpr uint16_t kNoCode = 1005;  // never on the wire: a Close frame without a code
inline constexpr uint16_t kBadText = 1007;
inline constexpr uint16_t kPolicy = 1008;
inline constexpr uint16_t kTooBig = 1009;
inline constexpr uint16_t kServerFault = 1011;
inline constexpr uint16_t kTryLater = 1013;
}  // namespace close_code

/// Appends the header of a whole, unmasked frame.
void append_header(Opcode opcode, uint64_t payload_size, std::string& out);
void append_frame(Opcode opcode, std::string_view payload, std::string& out);
/// kNoCode: without a code. `text` is cut to what fits; it is ASCII.
void append_close(uint16_t code, std::string_view text, std::string& out);

/// What a client's Close frame says.
struct CloseNote {
  bool valid = true;
  uint16_t code = close_code::kNoCode;
  uint16_t fault = 0;  ///< not valid: the code to answer with
};
CloseNote read_close(std::string_view payload);

}  // namespace junctor::ws_bridge
