// SPDX-License-Identifier: Apache-2.0
// Whether bytes that come in pieces are UTF-8 (RFC 3629), told with the first byte that cannot be. A value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace junctor::autobahn {

class Utf8 {
 public:
  void read(std::string_view piece) {
    taken_ += piece.size();
    for (const char c : piece) {
      if (!broken_) take(static_cast<uint8_t>(c));
    }
  }
  bool broken() const { return broken_; }
  bool complete() const { return left_ == 0 && !broken_; }
  /// Bytes so far.
  size_t taken() const { return taken_; }

 private:
  void take(uint8_t byte) {
    if (left_ > 0) {
      broken_ = byte < least_ || byte > most_;
      least_ = 0x80;
      most_ = 0xbf;
      --left_;
      return;
    }
    if (byte < 0x80) return;
    broken_ = byte < 0xc2 || byte > 0xf4;
    left_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    least_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;  // no longer than needed
    most_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;   // no surrogates, nothing beyond U+10FFFF
  }

  size_t taken_ = 0;
  int left_ = 0;
  uint8_t least_ = 0x80;
  uint8_t most_ = 0xbf;
  bool broken_ = false;
};

}  // namespace junctor::autobahn
