// SPDX-License-Identifier: Apache-2.0
// The frames of a WebSocket client. No thread of its own.
#include "frame_reader.hpp"

#include <algorithm>

#include "wire/cursor.hpp"

namespace junctor::ws_bridge {
namespace {

constexpr uint8_t kFinalBit = 0x80, kReserved = 0x70, kMasked = 0x80, kControlBit = 0x08;
constexpr uint8_t kLength16 = 126, kLength64 = 127;

bool is_known(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

}  // namespace

FrameReader::Status FrameReader::next(std::string_view& input, std::string& out) {
  switch (state_) {
    case State::kHeader:
      return read_header(input);
    case State::kBegun:
      state_ = State::kData;
      return read_data(input, out);
    case State::kData:
      return read_data(input, out);
    case State::kControl:
      return read_control(input);
    default:
      return Status::kError;
  }
}

// ---- headers ----

/// With what the first two bytes say.
size_t FrameReader::header_length() const {
  const uint8_t length = header_[1] & ~kMasked;
  return 2 + (length == kLength16 ? 2 : length == kLength64 ? 8 : 0) + sizeof(Mask);
}

FrameReader::Status FrameReader::read_header(std::string_view& input) {
  wire::Cursor in{input};
  uint8_t byte = 0;
  bool whole = false;
  while (!whole && in.u8(byte)) {
    header_[header_size_++] = byte;
    if (header_size_ == 2 && is_wrong()) return fail(close_code::kProtocolError);
    whole = header_size_ >= 2 && header_size_ == header_length();
  }
  input = in.rest();
  return whole ? begin(input) : Status::kNeedMore;
}

/// What can be said from the first two bytes.
bool FrameReader::is_wrong() const {
  const uint8_t opcode = header_[0] & 0x0F;
  if ((header_[0] & kReserved) != 0 || !is_known(opcode) || (header_[1] & kMasked) == 0) return true;
  if ((opcode & kControlBit) != 0) return (header_[0] & kFinalBit) == 0 || (header_[1] & ~kMasked) > kMaxControlPayload;
  return (opcode == 0) != in_message_;
}

FrameReader::Status FrameReader::begin(std::string_view& input) {
  const uint8_t code = header_[1] & ~kMasked;
  const size_t extra = header_length() - 2 - sizeof(Mask);
  length_ = extra == 0 ? code : 0;
  for (size_t i = 0; i < extra; ++i) length_ = length_ << 8 | header_[2 + i];
  std::copy_n(header_.begin() + static_cast<std::ptrdiff_t>(2 + extra), mask_.size(), mask_.begin());
  const bool shortest = extra == 0 || (extra == 2 ? length_ >= kLength16 : length_ > UINT16_MAX);
  if (!shortest || length_ > INT64_MAX) return fail(close_code::kProtocolError);
  const auto opcode = static_cast<Opcode>(header_[0] & 0x0F);
  taken_ = 0;
  header_size_ = 0;
  opcode_ = opcode;
  if ((header_[0] & kControlBit) != 0) {
    control_size_ = 0;
    state_ = State::kControl;
    return read_control(input);
  }
  fin_ = (header_[0] & kFinalBit) != 0;
  first_ = opcode != Opcode::kContinuation;
  if (first_) message_ = 0;
  if (length_ > max_message_ || message_ > max_message_ - length_) return fail(close_code::kTooBig);
  message_ += length_;
  in_message_ = !fin_;
  state_ = State::kBegun;
  return Status::kFrame;
}

// ---- payloads ----

FrameReader::Status FrameReader::read_data(std::string_view& input, std::string& out) {
  if (taken_ == length_) {
    state_ = State::kHeader;
    return Status::kFrameEnd;
  }
  if (input.empty()) return Status::kNeedMore;
  const std::string_view piece =
      input.substr(0, static_cast<size_t>(std::min<uint64_t>(length_ - taken_, input.size())));
  append_unmasked(piece, mask_, taken_, out);
  taken_ += piece.size();
  input.remove_prefix(piece.size());
  return Status::kPayload;
}

FrameReader::Status FrameReader::read_control(std::string_view& input) {
  const size_t more = std::min<size_t>(static_cast<size_t>(length_) - control_size_, input.size());
  for (size_t i = 0; i < more; ++i, ++control_size_) {
    control_[control_size_] = static_cast<char>(input[i] ^ mask_[control_size_ % mask_.size()]);
  }
  input.remove_prefix(more);
  if (control_size_ < length_) return Status::kNeedMore;
  state_ = State::kHeader;
  return Status::kControl;
}

FrameReader::Status FrameReader::fail(uint16_t code) {
  state_ = State::kBroken;
  error_ = code;
  return Status::kError;
}

}  // namespace junctor::ws_bridge
