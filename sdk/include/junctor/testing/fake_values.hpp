// SPDX-License-Identifier: Apache-2.0
// The small languages of configuration texts and addresses, enough of each for tests. Pure functions; they throw Error.
#pragma once

#include <cctype>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "../address.hpp"
#include "../result.hpp"

namespace junctor::testing {

struct Unit {
  std::string_view name;
  int64_t factor;
};

[[noreturn]] inline void refuse(const std::string& expected, std::string_view text) {
  throw Error{JCT_E_CONFIG, "expected " + expected + ", got \"" + std::string{text} + "\""};
}

/// "90s" or, for durations, "1m30s"; a bare number where a unit without name allows it.
template <size_t N>
int64_t parse_units(std::string_view text, const Unit (&units)[N], const char* expected) {
  const std::string_view whole = text;
  int64_t total = 0;
  do {
    size_t digits = 0;
    int64_t number = 0;
    while (digits < text.size() && digits < 18 && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) {
      number = number * 10 + (text[digits++] - '0');
    }
    size_t end = digits;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) == 0) ++end;
    const std::string_view name = text.substr(digits, end - digits);
    const Unit* unit = nullptr;
    for (const Unit& candidate : units) {
      if (candidate.name == name || (number == 0 && name.empty())) unit = &candidate;
    }
    if (digits == 0 || unit == nullptr || number > (std::numeric_limits<int64_t>::max() - total) / unit->factor) {
      refuse(expected, whole);
    }
    total += number * unit->factor;
    text.remove_prefix(end);
  } while (!text.empty());
  return total;
}

/// Nanoseconds.
inline int64_t parse_duration(std::string_view text) {
  static constexpr Unit kUnits[] = {{"d", 86'400'000'000'000},
                                    {"h", 3'600'000'000'000},
                                    {"m", 60'000'000'000},
                                    {"s", 1'000'000'000},
                                    {"ms", 1'000'000},
                                    {"us", 1'000},
                                    {"ns", 1}};
  return parse_units(text, kUnits, "a duration such as \"30s\"");
}
/// Bytes.
inline int64_t parse_size(std::string_view text) {
  static constexpr Unit kUnits[] = {
      {"TiB", int64_t{1} << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1'000'000'000},
      {"MB", 1'000'000},         {"KB", 1'000},    {"B", 1},         {"", 1}};
  return parse_units(text, kUnits, "a size such as \"64KiB\"");
}
/// Bits a second.
inline int64_t parse_rate(std::string_view text) {
  static constexpr Unit kUnits[] = {{"Gbit", 1'000'000'000}, {"Mbit", 1'000'000}, {"kbit", 1'000}, {"bit", 1}};
  return parse_units(text, kUnits, "a rate such as \"128Mbit\"");
}
inline int64_t parse_int(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  static constexpr Unit kUnits[] = {{"", 1}};
  const int64_t value = parse_units(negative ? text.substr(1) : text, kUnits, "a whole number");
  return negative ? -value : value;
}
inline int64_t parse_bool(std::string_view text) {
  if (text != "true" && text != "false") refuse("true or false", text);
  return text == "true" ? 1 : 0;
}

/// "host:P+1" with P put in; the port must be a number in the end.
inline std::string resolve_port(std::string_view text, int64_t base_port) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) refuse("an address such as \":P+1\"", text);
  std::string_view port = text.substr(colon + 1);
  int64_t number = 0;
  if (!port.empty() && port.front() == 'P') {
    port.remove_prefix(1);
    number = base_port;
    if (!port.empty() && port.front() == '+') port.remove_prefix(1);
  }
  if (!port.empty()) number += parse_int(port);
  if (number < 0 || number > 65535) refuse("a port up to 65535", text);
  return std::string{text.substr(0, colon + 1)} + std::to_string(number);
}

/// "198.51.100.1:50122", "[2001:db8::1]:50122"; ":21117" is every IPv4 address.
inline jct_addr address(std::string_view text) {
  const std::string resolved = resolve_port(text, 21116);
  const bool any = resolved.front() == ':';
  const auto out = parse_address(any ? "0.0.0.0" + resolved : resolved);
  if (!out) refuse("an IP address and a port", text);
  return *out;
}

/// The reverse of address().
inline std::string text_of(const jct_addr& value) { return value.family == 0 ? "none" : address_text(value); }

/// "a, b" as its elements; "" has none.
inline std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    std::string_view element = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (!element.empty() && element.front() == ' ') element.remove_prefix(1);
    while (!element.empty() && element.back() == ' ') element.remove_suffix(1);
    if (!element.empty()) all.emplace_back(element);
  }
  return all;
}

}  // namespace junctor::testing
