// SPDX-License-Identifier: Apache-2.0
// What a peer may be called (protocol.md 6.1). Any thread.
#include "registration/id_rules.hpp"

#include <cstdint>

namespace junctor::rendezvous {

namespace {

constexpr uint32_t kNotText = UINT32_MAX;

/// How many bytes follow the first one, or -1 for one that begins nothing.
int continuation_bytes(uint8_t first) {
  if (first < 0x80) return 0;
  if (first >= 0xC2 && first < 0xE0) return 1;
  if (first >= 0xE0 && first < 0xF0) return 2;
  if (first >= 0xF0 && first < 0xF5) return 3;
  return -1;
}

/// Takes one code point off the front; kNotText for what is not UTF-8 (overlong forms and surrogates included).
uint32_t take_code_point(std::string_view& text) {
  constexpr uint32_t kFirstMask[] = {0x7F, 0x1F, 0x0F, 0x07};
  constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  const int follow = continuation_bytes(static_cast<uint8_t>(text.front()));
  if (follow < 0 || text.size() <= static_cast<size_t>(follow)) return kNotText;
  uint32_t point = static_cast<uint8_t>(text.front()) & kFirstMask[follow];
  for (int i = 1; i <= follow; ++i) {
    const auto byte = static_cast<uint8_t>(text[static_cast<size_t>(i)]);
    if ((byte & 0xC0) != 0x80) return kNotText;
    point = point << 6 | (byte & 0x3F);
  }
  text.remove_prefix(static_cast<size_t>(follow) + 1);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point < kLeast[follow] || surrogate || point > 0x10FFFF ? kNotText : point;
}

bool is_control(uint32_t point) { return point < 0x20 || (point >= 0x7F && point < 0xA0); }

bool is_space(uint32_t point) {
  return point == 0x20 || point == 0xA0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
         point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

}  // namespace

bool is_valid_id(std::string_view id) {
  if (id.size() < kShortestId || id.size() > kLongestId) return false;
  while (!id.empty()) {
    const uint32_t point = take_code_point(id);
    if (point == kNotText || is_control(point) || is_space(point)) return false;
  }
  return true;
}

}  // namespace junctor::rendezvous
