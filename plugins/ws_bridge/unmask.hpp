// SPDX-License-Identifier: Apache-2.0
// Masked payloads (RFC 6455, 5.3) made plain, in steps that compilers turn into vector code. Any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace junctor::ws_bridge {

using Mask = std::array<uint8_t, 4>;

/// `key`: the mask as the first byte of `data` meets it, repeated.
inline void unmask(char* data, size_t size, const std::array<uint64_t, 4>& key) {
  size_t i = 0;
  for (; i + sizeof key <= size; i += sizeof key) {
    std::array<uint64_t, 4> words{};
    std::memcpy(words.data(), data + i, sizeof words);
    for (size_t k = 0; k < words.size(); ++k) words[k] ^= key[k];
    std::memcpy(data + i, words.data(), sizeof words);
  }
  const auto* bytes = reinterpret_cast<const char*>(key.data());
  for (size_t k = 0; i < size; ++i, ++k) data[i] = static_cast<char>(data[i] ^ bytes[k]);
}

/// Appends `masked` to `out`, plain. `offset`: of its first byte within the frame's payload.
inline void append_unmasked(std::string_view masked, const Mask& mask, uint64_t offset, std::string& out) {
  // Copied and unmasked piece by piece, while each is in the nearest cache.
  constexpr size_t kPiece = 4096;
  std::array<uint64_t, 4> key{};
  for (size_t i = 0; i < sizeof key; ++i) reinterpret_cast<uint8_t*>(key.data())[i] = mask[(offset + i) % mask.size()];
  while (!masked.empty()) {
    const std::string_view piece = masked.substr(0, kPiece);
    const size_t at = out.size();
    out.append(piece);
    unmask(out.data() + at, piece.size(), key);
    masked.remove_prefix(piece.size());
  }
}

}  // namespace junctor::ws_bridge
