// SPDX-License-Identifier: Apache-2.0
// The one place where bytes from the network are read: every length is checked before the read. A value; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace junctor::wire {

/// Reads forwards over bytes that somebody else owns. Where a read fails, it returns false, moves nothing and leaves
/// `out` as it was.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_{bytes} {}

  size_t left() const { return rest_.size(); }
  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  bool take(size_t count, std::string_view& out) {
    if (count > rest_.size()) return false;
    out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
  }

  bool skip(size_t count) {
    std::string_view passed;
    return take(count, passed);
  }

  bool u8(uint8_t& out) { return little_endian(out); }
  bool u16_le(uint16_t& out) { return little_endian(out); }
  bool u32_le(uint32_t& out) { return little_endian(out); }
  bool u64_le(uint64_t& out) { return little_endian(out); }

  /// Protobuf's varint. More than `max_bytes` bytes is a failure; bits beyond the 64th are dropped, as protobuf does.
  bool varint(uint64_t& out, size_t max_bytes = 10) {
    uint64_t value = 0;
    for (size_t i = 0; i < max_bytes && i < rest_.size(); ++i) {
      const auto byte = static_cast<uint8_t>(rest_[i]);
      value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
      if (byte < 0x80) {
        out = value;
        return skip(i + 1);
      }
    }
    return false;
  }

 private:
  template <class Unsigned>
  bool little_endian(Unsigned& out) {
    std::string_view bytes;
    if (!take(sizeof(Unsigned), bytes)) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
    out = static_cast<Unsigned>(value);
    return true;
  }

  std::string_view rest_;
};

}  // namespace junctor::wire
