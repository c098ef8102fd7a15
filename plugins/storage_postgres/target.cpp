// SPDX-License-Identifier: Apache-2.0
// Places as text. Any thread.
#include "storage_postgres/target.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace junctor::storage::postgres {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw std::invalid_argument{
      "expected a host as \"db1\", \"db1:5433\" or \"[2001:db8::7]:5433\", or the directory of a Unix socket as "
      "\"/run/postgresql\", got \"" +
      text + "\""};
}

uint16_t parse_port(std::string_view digits, const std::string& text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) refuse(text);
  return port;
}

/// No commas and spaces: libpq would read a list or options.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
}

bool is_ipv6(std::string_view name) {
  return name.find_first_not_of("0123456789abcdefABCDEF:.%") == std::string_view::npos &&
         std::count(name.begin(), name.end(), ':') > 1;
}

}  // namespace

Place parse_place(const std::string& text, uint16_t port) {
  if (text.starts_with('/')) {
    if (text.find_first_of(",'\\") != std::string::npos || text.size() > 100) refuse(text);
    return {text, port};
  }
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    const std::string name = close == std::string::npos ? std::string{} : text.substr(1, close - 1);
    if (!is_ipv6(name)) refuse(text);
    if (close + 1 == text.size()) return {name, port};
    if (text[close + 1] != ':') refuse(text);
    return {name, parse_port(std::string_view{text}.substr(close + 2), text)};
  }
  if (is_ipv6(text)) return {text, port};
  const size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  if (!is_name(name)) refuse(text);
  if (colon == std::string::npos) return {name, port};
  return {name, parse_port(std::string_view{text}.substr(colon + 1), text)};
}

std::string text_of(const Place& place) {
  const std::string port = std::to_string(place.port);
  if (place.name.starts_with('/')) return place.name + "/.s.PGSQL." + port;
  if (place.name.find(':') != std::string::npos) return "[" + place.name + "]:" + port;
  return place.name + ":" + port;
}

std::string quoted(const std::string& identifier) {
  std::string out = "\"";
  for (const char c : identifier) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace junctor::storage::postgres
