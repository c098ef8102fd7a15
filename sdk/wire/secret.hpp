// SPDX-License-Identifier: Apache-2.0
// Bytes that must not outlive their use: a move-only array that wipes itself. Any thread.
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace junctor::wire {

template <size_t kSize>
class Secret {
 public:
  Secret() = default;
  ~Secret() { sodium_memzero(bytes_.data(), kSize); }
  Secret(Secret&& other) noexcept : bytes_{other.bytes_} { sodium_memzero(other.bytes_.data(), kSize); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      sodium_memzero(other.bytes_.data(), kSize);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }
  static constexpr size_t size() { return kSize; }

 private:
  std::array<uint8_t, kSize> bytes_{};
};

/// Wipes and empties a text that held a secret.
inline void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace junctor::wire
