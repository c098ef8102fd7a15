// SPDX-License-Identifier: Apache-2.0
// Keys and tickets for tests. One thread.
#pragma once

#include <string>
#include <string_view>

#include "ticket.hpp"
#include "wire/frame.hpp"

namespace junctor::relay_tickets::test {

inline wire::SigningKeys seeded(uint8_t value) {
  std::array<uint8_t, 32> seed{};
  seed.fill(value);
  return wire::SigningKeys::from_seed(seed);
}

inline constexpr uint64_t kSecond = 1'000'000;
inline constexpr uint64_t kNow = 1'700'000'000 * kSecond;

inline Ticket ticket(const std::string& uuid = "uuid", uint64_t issued = kNow) {
  return {uuid, "123456789", issued, issued + 60 * kSecond};
}

/// The one frame that `bytes` is.
inline std::string unframed(std::string_view bytes) {
  wire::FrameDecoder decoder{1 << 20};
  std::string_view payload;
  return decoder.next(bytes, payload) == wire::FrameDecoder::Status::kFrame ? std::string{payload} : "";
}

}  // namespace junctor::relay_tickets::test
