// SPDX-License-Identifier: Apache-2.0
#include "ops/quote.hpp"

#include <algorithm>
#include <array>

namespace junctor::ops {
namespace {

bool continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// What the second byte may be, so that nothing is overlong, a surrogate or beyond U+10FFFF (RFC 3629).
bool second_fits(unsigned char lead, unsigned char second) {
  if (lead == 0xE0) return second >= 0xA0;
  if (lead == 0xED) return second < 0xA0;
  if (lead == 0xF0) return second >= 0x90;
  if (lead == 0xF4) return second < 0x90;
  return true;
}

void add_escaped(std::string& out, unsigned char byte) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (byte) {
    case '"':
    case '\\':
      out += '\\';
      out += static_cast<char>(byte);
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
  }
}

}  // namespace

size_t utf8_size(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const size_t size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (size == 0 || text.size() < size || !second_fits(lead, static_cast<unsigned char>(text[1]))) return 0;
  const auto rest = text.substr(1, size - 1);
  return std::all_of(rest.begin(), rest.end(), [](char c) { return continues(static_cast<unsigned char>(c)); }) ? size
                                                                                                                : 0;
}

std::string quote_json(std::string_view text) {
  std::string out{'"'};
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    const size_t size = utf8_size(text);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else if (byte < ' ' || byte == '"' || byte == '\\' || byte == 0x7F) {
      add_escaped(out, byte);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out + '"';
}

}  // namespace junctor::ops
