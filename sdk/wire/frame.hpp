// SPDX-License-Identifier: Apache-2.0
// The frames of P/TCP, P-1/TCP and the relay's first message (protocol.md 2). Values; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace junctor::wire {

/// What a header of four bytes can hold.
inline constexpr size_t kMaxFramePayload = 0x3FFFFFFF;

/// The limits of signalling: without and with the HTTP proxy messages.
inline constexpr size_t kDefaultMaxMessage = 64 * 1024;
inline constexpr size_t kProxyMaxMessage = 1024 * 1024;

/// One header, in its shortest form: `view()` is good for as long as the object.
class FrameHeader {
 public:
  /// `payload_length` above kMaxFramePayload gives an empty header.
  explicit FrameHeader(size_t payload_length);
  std::string_view view() const { return {bytes_, size_}; }

 private:
  char bytes_[4];
  size_t size_ = 0;
};

/// Appends header and payload. False, with `out` untouched, where the payload is longer than a header can say.
bool append_frame(std::string_view payload, std::string& out);

/// Finds the frames in a stream that arrives in pieces. Memory follows the bytes that came, never what a header
/// promises.
class FrameDecoder {
 public:
  enum class Status { kNeedMore, kFrame, kTooLarge };

  explicit FrameDecoder(size_t max_payload = kDefaultMaxMessage) : max_payload_{max_payload} {}

  /// Takes bytes off the front of `input`, up to the end of one frame.
  /// kFrame: `payload` is whole (empty for a heartbeat) and `input` is what came behind the frame, which a relay hands
  /// on. `payload` lies in `input` or in the decoder: good until the next call and while the caller's buffer is.
  /// kNeedMore: all of `input` was taken. kTooLarge: a header promised more than `max_payload`; close the connection,
  /// every later call says the same. Call in a loop until it is not kFrame: that also gives back the decoder's memory.
  Status next(std::string_view& input, std::string_view& payload);

  /// Bytes of an unfinished payload that are held.
  size_t buffered() const { return body_.size(); }

 private:
  bool read_header(std::string_view& input);
  Status read_body(std::string_view& input, std::string_view& payload);
  void forget_frame();

  size_t max_payload_;
  std::string body_;
  uint32_t header_ = 0;
  uint8_t header_size_ = 0;
  bool have_length_ = false;
  bool delivered_ = false;
};

}  // namespace junctor::wire
