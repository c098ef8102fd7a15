// SPDX-License-Identifier: Apache-2.0
// The frames of a WebSocket client (RFC 6455, server role, no extensions) in a stream that arrives in pieces. A value
// without memory of its own beyond one control frame: payloads go straight to the caller. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "frame.hpp"
#include "unmask.hpp"

namespace junctor::ws_bridge {

class FrameReader {
 public:
  enum class Status {
    kNeedMore,  // all of the input was taken
    kFrame,     // a data frame begins: see first, last, frame_size
    kPayload,   // some of its payload was appended to `out`
    kFrameEnd,  // all of it was; with last(): the message is complete
    kControl,   // a whole control frame: see control, control_payload
    kError      // see error; every later call says the same
  };

  /// `max_message`: a longer one is error 1009, as soon as a header promises it.
  explicit FrameReader(uint64_t max_message) : max_message_{max_message} {}

  /// Takes bytes off the front of `input`. Text is bytes, as is binary: no UTF-8 is asked for (protocol.md 2).
  Status next(std::string_view& input, std::string& out);

  // ---- the data frame that has begun ----
  /// It begins a message; and this is the whole of it where last() says so too.
  bool first() const { return first_; }
  bool last() const { return fin_; }
  uint64_t frame_size() const { return length_; }

  // ---- a control frame ----
  Opcode control() const { return opcode_; }
  std::string_view control_payload() const { return {control_.data(), control_size_}; }

  /// The code to close with: 1002 or 1009.
  uint16_t error() const { return error_; }
  /// Nothing is half read: neither a frame nor a fragmented message.
  bool at_boundary() const { return state_ == State::kHeader && header_size_ == 0 && !in_message_; }

  /// From now on, between messages.
  void set_max_message(uint64_t bytes) { max_message_ = bytes; }

 private:
  enum class State : uint8_t { kHeader, kBegun, kData, kControl, kBroken };

  Status read_header(std::string_view& input);
  Status begin(std::string_view& input);
  Status read_data(std::string_view& input, std::string& out);
  Status read_control(std::string_view& input);
  Status fail(uint16_t code);
  size_t header_length() const;
  bool is_wrong() const;

  static constexpr size_t kMaxHeader = 14;

  uint64_t max_message_;
  uint64_t length_ = 0;   // of the frame's payload
  uint64_t taken_ = 0;    // of it
  uint64_t message_ = 0;  // payload of the message so far, this frame included
  State state_ = State::kHeader;
  Opcode opcode_ = Opcode::kContinuation;
  bool fin_ = false;
  bool first_ = false;
  bool in_message_ = false;  // more frames of a message are to come
  uint8_t header_size_ = 0;
  uint8_t control_size_ = 0;
  uint16_t error_ = 0;
  Mask mask_{};
  std::array<uint8_t, kMaxHeader> header_{};
  std::array<char, kMaxControlPayload> control_{};
};

}  // namespace junctor::ws_bridge
