// SPDX-License-Identifier: Apache-2.0
// The frame codec of protocol.md 2. No thread of its own.
#include "wire/frame.hpp"

#include <algorithm>

#include "wire/cursor.hpp"

namespace junctor::wire {
namespace {

// A body buffer up to this size is kept for the next frame; a larger one is given back, so that idle connections stay
// small.
constexpr size_t kKeptCapacity = 512;

size_t header_size(size_t payload_length) {
  if (payload_length <= 0x3F) return 1;
  if (payload_length <= 0x3FFF) return 2;
  if (payload_length <= 0x3FFFFF) return 3;
  return payload_length <= kMaxFramePayload ? 4 : 0;
}

}  // namespace

FrameHeader::FrameHeader(size_t payload_length) : bytes_{}, size_{header_size(payload_length)} {
  if (size_ == 0) return;
  const auto value = static_cast<uint32_t>(payload_length << 2 | (size_ - 1));
  for (size_t i = 0; i < size_; ++i) bytes_[i] = static_cast<char>(value >> (8 * i));
}

bool append_frame(std::string_view payload, std::string& out) {
  const FrameHeader header{payload.size()};
  if (header.view().empty()) return false;
  out.append(header.view()).append(payload);
  return true;
}

FrameDecoder::Status FrameDecoder::next(std::string_view& input, std::string_view& payload) {
  if (delivered_) forget_frame();
  if (!have_length_ && !read_header(input)) return Status::kNeedMore;
  if (header_ >> 2 > max_payload_) return Status::kTooLarge;
  return read_body(input, payload);
}

bool FrameDecoder::read_header(std::string_view& input) {
  Cursor in{input};
  uint8_t byte = 0;
  while (!have_length_ && in.u8(byte)) {
    header_ |= static_cast<uint32_t>(byte) << (8 * header_size_);
    ++header_size_;
    have_length_ = header_size_ == (header_ & 3) + 1;
  }
  input = in.rest();
  return have_length_;
}

FrameDecoder::Status FrameDecoder::read_body(std::string_view& input, std::string_view& payload) {
  const size_t length = header_ >> 2;
  Cursor in{input};
  std::string_view piece;
  if (!in.take(std::min(length - body_.size(), input.size()), piece)) return Status::kNeedMore;
  input = in.rest();
  if (piece.size() == length) {
    payload = piece;
  } else {
    body_.append(piece);
    if (body_.size() < length) return Status::kNeedMore;
    payload = body_;
  }
  delivered_ = true;
  return Status::kFrame;
}

void FrameDecoder::forget_frame() {
  if (body_.capacity() > kKeptCapacity) {
    std::string{}.swap(body_);
  } else {
    body_.clear();
  }
  header_ = 0;
  header_size_ = 0;
  have_length_ = false;
  delivered_ = false;
}

}  // namespace junctor::wire
