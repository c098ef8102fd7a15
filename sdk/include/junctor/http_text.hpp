// SPDX-License-Identifier: Apache-2.0
// Texts of HTTP: answers as values, form encoding, cookies, JSON strings. Header-only; values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace junctor::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a request is answered with.
struct Answer {
  uint32_t status = 200;
  std::string body{};
  Headers headers{};

  Answer with(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
};

/// `text` is whole JSON (http-api.md 1.4: the charset is told, or old clients read Latin-1).
inline Answer json(std::string text, uint32_t status = 200) {
  return {status, std::move(text), {{"Content-Type", "application/json; charset=utf-8"}}};
}
inline Answer text(std::string body, uint32_t status = 200) {
  return {status, std::move(body), {{"Content-Type", "text/plain; charset=utf-8"}}};
}
inline Answer html(std::string body, uint32_t status = 200) {
  return {status, std::move(body), {{"Content-Type", "text/html; charset=utf-8"}}};
}
/// As actions are answered: a status and nothing else.
inline Answer empty(uint32_t status = 200) { return {status, {}, {}}; }
/// 303: to be got there, whatever this request was.
inline Answer redirect(std::string location, uint32_t status = 303) {
  return {status, {}, {{"Location", std::move(location)}}};
}

/// A JSON string, quotes included. Bytes that are no UTF-8 are left as they are.
inline std::string json_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// {"error": text}: with status 200 for what can be expected (http-api.md 1.4).
inline Answer error(std::string_view text, uint32_t status = 200) {
  return json("{\"error\":" + json_string(text) + "}", status);
}

namespace detail {

inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Calls fn(name, value) for each pair, not decoded, until it answers false.
template <class Fn>
void each_pair(std::string_view text, char separator, Fn&& fn) {
  while (!text.empty()) {
    const size_t end = text.find(separator);
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (!fn(pair.substr(0, equals), value)) return;
  }
}

}  // namespace detail

/// Nothing where a '%' is not followed by two digits.
inline std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? detail::hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? detail::hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// As forms and queries have it: '+' is a space; what cannot be decoded stays as it is.
inline std::string form_decoded(std::string_view text) {
  std::string spaced{text};
  for (char& c : spaced) {
    if (c == '+') c = ' ';
  }
  auto out = percent_decoded(spaced);
  return out ? std::move(*out) : spaced;
}

inline std::optional<std::string> form_value(std::string_view form, std::string_view name) {
  std::optional<std::string> found;
  detail::each_pair(form, '&', [&](std::string_view key, std::string_view value) {
    if (form_decoded(key) == name) found = form_decoded(value);
    return !found;
  });
  return found;
}

inline std::vector<std::string> form_values(std::string_view form, std::string_view name) {
  std::vector<std::string> all;
  detail::each_pair(form, '&', [&](std::string_view key, std::string_view value) {
    if (form_decoded(key) == name) all.push_back(form_decoded(value));
    return true;
  });
  return all;
}

/// Of one Cookie header.
inline std::optional<std::string_view> cookie_value(std::string_view header, std::string_view name) {
  std::optional<std::string_view> found;
  detail::each_pair(header, ';', [&](std::string_view key, std::string_view value) {
    while (!key.empty() && key.front() == ' ') key.remove_prefix(1);
    if (key == name) found = value;
    return !found;
  });
  if (found && found->size() >= 2 && found->front() == '"' && found->back() == '"') {
    found = found->substr(1, found->size() - 2);
  }
  return found;
}

/// The token of an Authorization header; empty where it is none of this kind.
inline std::string_view bearer_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return {};
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != kScheme[i]) return {};
  }
  std::string_view token = authorization.substr(kScheme.size());
  while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
  while (!token.empty() && token.back() == ' ') token.remove_suffix(1);
  return token;
}

}  // namespace junctor::http
