// SPDX-License-Identifier: Apache-2.0
// The little JSON that commands and routes need, for plugins that link no library for it: texts are written, and the
// words of a command are read. With Poco there is command_json.hpp. Header-only, C++20; values, any thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::json {

/// Bytes of the UTF-8 sequence that `text` begins with; 0 where it begins with none.
inline size_t utf8_size(std::string_view text) {
  const auto byte = [text](size_t at) { return static_cast<unsigned char>(text[at]); };
  if (text.empty() || byte(0) < 0x80) return text.empty() ? 0 : 1;
  const unsigned lead = byte(0);
  const size_t size = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (size == 0 || text.size() < size) return 0;
  for (size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xC0) != 0x80) return 0;
  }
  // Nothing overlong, no surrogate, nothing beyond U+10FFFF (RFC 3629).
  const unsigned second = byte(1);
  const bool wrong = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
                     (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90);
  return wrong ? 0 : size;
}

/// With its quotes. Each byte that is no UTF-8 becomes U+FFFD.
inline std::string quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const size_t size = utf8_size(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else if (byte == '"' || byte == '\\') {
      out += {'\\', text[0]};
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out + '"';
}

inline std::string value(std::string_view text) { return quote(text); }
inline std::string value(const char* text) { return quote(text); }
inline std::string value(const std::string& text) { return quote(text); }
template <class Bool>
requires std::same_as<Bool, bool> std::string value(Bool yes) { return yes ? "true" : "false"; }
template <class Int>
requires(std::integral<Int> && !std::same_as<Int, bool>) std::string value(Int number) {
  return std::to_string(number);
}

/// Members in the order in which they were set; a name is not looked for twice.
class Object {
 public:
  template <class T>
  Object& set(std::string_view name, const T& one) {
    return set_raw(name, value(one));
  }
  /// `json` is JSON: another object, an array.
  Object& set_raw(std::string_view name, std::string_view json) {
    members_ += (members_.empty() ? "" : ",") + quote(name) + ":" + std::string{json};
    return *this;
  }
  std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

class Array {
 public:
  template <class T>
  Array& add(const T& one) {
    return add_raw(value(one));
  }
  Array& add_raw(std::string_view json) {
    elements_ += (elements_.empty() ? "" : ",") + std::string{json};
    return *this;
  }
  std::string text() const { return "[" + elements_ + "]"; }

 private:
  std::string elements_;
};

/// {"error": reason}, as a command's failure is answered.
inline std::string error(std::string_view reason) { return Object{}.set("error", reason).text(); }

namespace detail {

inline void append_utf8(uint32_t point, std::string& out) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) return put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
  if (point < 0x10000) return put(0xE0 | point >> 12), put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
  put(0xF0 | point >> 18), put(0x80 | (point >> 12 & 0x3F)), put(0x80 | (point >> 6 & 0x3F)),
      put(0x80 | (point & 0x3F));
}

/// Reads a list of texts. Every step answers whether what it expected was there.
class WordReader {
 public:
  explicit WordReader(std::string_view rest) : rest_{rest} {}

  bool take(char c) {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\n' || rest_[0] == '\r')) skip(1);
    if (rest_.empty() || rest_[0] != c) return false;
    skip(1);
    return true;
  }
  bool over() {
    take('\0');
    return rest_.empty();
  }
  std::optional<std::string> text() {
    std::string out;
    if (!take('"')) return std::nullopt;
    while (!rest_.empty() && rest_[0] != '"') {
      if (rest_[0] != '\\') {
        out += rest_[0];
        skip(1);
      } else if (!escape(out)) {
        return std::nullopt;
      }
    }
    if (rest_.empty()) return std::nullopt;
    skip(1);
    return out;
  }

 private:
  void skip(size_t n) { rest_.remove_prefix(n); }

  bool escape(std::string& out) {
    if (rest_.size() < 2) return false;
    const char kind = rest_[1];
    skip(2);
    if (kind == 'u') return point(out);
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    const size_t at = kFrom.find(kind);
    if (at == std::string_view::npos) return false;
    out += kTo[at];
    return true;
  }

  std::optional<uint32_t> unit() {
    uint32_t sum = 0;
    for (int i = 0; i < 4; ++i, skip(1)) {
      static constexpr std::string_view kDigits = "0123456789abcdef";
      if (rest_.empty()) return std::nullopt;
      const size_t digit =
          kDigits.find(static_cast<char>(rest_[0] >= 'A' && rest_[0] <= 'F' ? rest_[0] + 32 : rest_[0]));
      if (digit == std::string_view::npos) return std::nullopt;
      sum = sum * 16 + static_cast<uint32_t>(digit);
    }
    return sum;
  }

  /// One of the basic plane, or a pair of surrogates.
  bool point(std::string& out) {
    const auto first = unit();
    if (!first) return false;
    if (*first < 0xD800 || *first > 0xDFFF) return append_utf8(*first, out), true;
    if (*first > 0xDBFF || !rest_.starts_with("\\u")) return false;
    skip(2);
    const auto second = unit();
    if (!second || *second < 0xDC00 || *second > 0xDFFF) return false;
    append_utf8(0x10000 + ((*first - 0xD800) << 10 | (*second - 0xDC00)), out);
    return true;
  }

  std::string_view rest_;
};

}  // namespace detail

/// The words of {"args": ["..."]}. The kernel hands out nothing else; of what is no such text there are none.
inline std::vector<std::string> words(std::string_view args) {
  detail::WordReader reader{args};
  std::vector<std::string> out;
  if (!reader.take('{') || reader.text() != "args" || !reader.take(':') || !reader.take('[')) return {};
  for (bool first = true; !reader.take(']'); first = false) {
    if (!first && !reader.take(',')) return {};
    auto word = reader.text();
    if (!word) return {};
    out.push_back(std::move(*word));
  }
  return reader.take('}') && reader.over() ? out : std::vector<std::string>{};
}

}  // namespace junctor::json
