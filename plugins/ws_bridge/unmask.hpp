// SPDX-License-Identifier: Apache-2.0
// Masked payloads (RFC 6455, 5.3) made plain, eight bytes at a time. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace junctor::ws_bridge {

using Mask = std::array<uint8_t, 4>;

/// Appends `masked` to `out`, plain. `offset`: of its first byte within the frame's payload.
inline void append_unmasked(std::string_view masked, const Mask& mask, uint64_t offset, std::string& out) {
  char turned[8];
  for (size_t i = 0; i < sizeof turned; ++i) turned[i] = static_cast<char>(mask[(offset + i) % 4]);
  uint64_t key = 0;
  std::memcpy(&key, turned, sizeof key);

  const size_t at = out.size();
  out.append(masked);
  char* data = out.data() + at;
  size_t i = 0;
  for (; i + sizeof key <= masked.size(); i += sizeof key) {
    uint64_t word = 0;
    std::memcpy(&word, data + i, sizeof word);
    word ^= key;
    std::memcpy(data + i, &word, sizeof word);
  }
  for (; i < masked.size(); ++i) data[i] = static_cast<char>(data[i] ^ turned[i % 8]);
}

}  // namespace junctor::ws_bridge
