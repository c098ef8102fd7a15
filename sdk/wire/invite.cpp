// SPDX-License-Identifier: Apache-2.0
// The configuration string: a flat JSON object of texts, in base64url, backwards. No thread of its own.
#include "wire/invite.hpp"

#include "wire/base64.hpp"
#include "wire/cursor.hpp"

namespace junctor::wire {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kEscaped = "\"\\/bfnrt";
constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out.append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

// Reads the JSON of an object whose values are all texts.
class FlatJson {
 public:
  explicit FlatJson(std::string_view text) : in_{text} {}

  /// Calls `member(name, value)` for each; false where the text is anything else.
  template <class Member>
  bool read(Member member) {
    if (!punctuation('{')) return false;
    if (punctuation('}')) return at_end();
    std::string name, value;
    do {
      if (!quoted(name) || !punctuation(':') || !quoted(value)) return false;
      member(name, value);
    } while (punctuation(','));
    return punctuation('}') && at_end();
  }

 private:
  void skip_space() {
    while (!in_.empty() && std::string_view{" \t\r\n"}.find(in_.rest().front()) != std::string_view::npos) in_.skip(1);
  }

  bool at_end() {
    skip_space();
    return in_.empty();
  }

  bool punctuation(char wanted) {
    skip_space();
    return !in_.empty() && in_.rest().front() == wanted && in_.skip(1);
  }

  bool quoted(std::string& out) {
    out.clear();
    if (!punctuation('"')) return false;
    uint8_t byte = 0;
    while (in_.u8(byte)) {
      if (byte == '"') return true;
      if (byte < 0x20) return false;
      if (byte != '\\') {
        out += static_cast<char>(byte);
      } else if (!escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool escape(std::string& out) {
    uint8_t byte = 0;
    if (!in_.u8(byte)) return false;
    if (byte == 'u') return unicode(out);
    const size_t which = kEscaped.find(static_cast<char>(byte));
    if (which == std::string_view::npos) return false;
    out += kMeant[which];
    return true;
  }

  bool unicode(std::string& out) {
    uint32_t code = 0;
    if (!four_digits(code) || (code >= 0xDC00 && code < 0xE000)) return false;
    if (code >= 0xD800 && code < 0xDC00) {
      std::string_view mark;
      uint32_t low = 0;
      if (!in_.take(2, mark) || mark != "\\u" || !four_digits(low) || low < 0xDC00 || low >= 0xE000) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(code, out);
    return true;
  }

  bool four_digits(uint32_t& out) {
    std::string_view digits;
    if (!in_.take(4, digits)) return false;
    out = 0;
    for (const char c : digits) {
      const size_t digit = kHex.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
      if (digit == std::string_view::npos) return false;
      out = out << 4 | static_cast<uint32_t>(digit);
    }
    return true;
  }

  static void append_utf8(uint32_t code, std::string& out) {
    if (code < 0x80) {
      out += static_cast<char>(code);
      return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const uint32_t lead = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
    out += static_cast<char>(lead | code >> (6 * more));
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
  }

  Cursor in_;
};

}  // namespace

std::string encode_invite(const Invite& invite) {
  std::string json;
  char before = '{';
  const auto add = [&](std::string_view name, std::string_view value) {
    json += before;
    append_quoted(name, json);
    json += ':';
    append_quoted(value, json);
    before = ',';
  };
  add("host", invite.host);
  add("relay", invite.relay);
  add("api", invite.api);
  add("key", invite.key);
  json += '}';
  const std::string text = encode_base64(json, Base64::kUrlNoPadding);
  return {text.rbegin(), text.rend()};
}

std::optional<Invite> decode_invite(std::string_view text) {
  const auto json = decode_base64(std::string{text.rbegin(), text.rend()}, Base64::kUrlNoPadding);
  if (!json) return std::nullopt;
  Invite invite;
  const bool whole = FlatJson{*json}.read([&](const std::string& name, std::string& value) {
    if (name == "host") invite.host = value;
    if (name == "relay") invite.relay = value;
    if (name == "api") invite.api = value;
    if (name == "key") invite.key = value;
  });
  if (!whole) return std::nullopt;
  return invite;
}

}  // namespace junctor::wire
