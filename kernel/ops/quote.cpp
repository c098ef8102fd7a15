// SPDX-License-Identifier: Apache-2.0
#include "ops/quote.hpp"

#include <cstdio>

#include "junctor/json.hpp"

namespace junctor::ops {
namespace {

char32_t code_point(std::string_view text, size_t size) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (size == 1) return lead;
  char32_t code = lead & (0x7FU >> size);
  for (size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return code;
}

/// Everything that is an order lies within the four digits.
void add_escaped(std::string& out, char32_t code) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (code == '\n' || code == '\r' || code == '\t') {
    out += code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t";
    return;
  }
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[code >> shift & 15U];
}

}  // namespace

size_t utf8_size(std::string_view text) { return json::utf8_size(text); }

bool is_order(std::string_view text, size_t size) {
  const char32_t code = code_point(text, size);
  if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) return true;
  const bool direction = code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                         (code >= 0x2066 && code <= 0x2069);
  return direction || code == 0x2028 || code == 0x2029 || code == 0xFEFF;
}

std::string quote_json(std::string_view text) {
  std::string out{'"'};
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const size_t size = utf8_size(text);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else if (text[0] == '"' || text[0] == '\\') {
      out += '\\';
      out += text[0];
    } else if (is_order(text, size)) {
      add_escaped(out, code_point(text, size));
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out + '"';
}

std::string_view cut(std::string_view text, size_t most) {
  size_t taken = 0;
  for (size_t cost = 0; taken < text.size();) {
    const std::string_view rest = text.substr(taken);
    const size_t size = utf8_size(rest);
    if (size == 0) {
      cost += 3;  // U+FFFD
    } else if (rest[0] == '"' || rest[0] == '\\') {
      cost += 2;
    } else {
      cost += is_order(rest, size) ? 6 : size;
    }
    if (cost > most) break;
    taken += size == 0 ? 1 : size;
  }
  return text.substr(0, taken);
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t size = utf8_size(text);
    char escaped[16];
    if (size != 0 && !is_order(text, size)) {
      out += text.substr(0, size);
    } else if (size > 1) {
      std::snprintf(escaped, sizeof escaped, "\\u{%04X}", static_cast<unsigned>(code_point(text, size)));
      out += escaped;
    } else {
      std::snprintf(escaped, sizeof escaped, "\\x%02X", static_cast<unsigned char>(text[0]));
      out += escaped;
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace junctor::ops
