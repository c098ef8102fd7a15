// SPDX-License-Identifier: Apache-2.0
// Durations, sizes and rates: a number and a unit. Pure functions, any thread.
#include "config/values.hpp"

#include <limits>
#include <span>

#include "config/fault.hpp"

namespace junctor::config {
namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kSecond = 1'000'000'000;

// Falling, as a duration must be written and is printed.
constexpr Unit kDurations[] = {{"d", 86'400 * kSecond},
                               {"h", 3'600 * kSecond},
                               {"m", 60 * kSecond},
                               {"s", kSecond},
                               {"ms", 1'000'000},
                               {"us", 1'000},
                               {"ns", 1}};
constexpr Unit kSizes[] = {{"TiB", int64_t{1} << 40},
                           {"GiB", int64_t{1} << 30},
                           {"MiB", int64_t{1} << 20},
                           {"KiB", int64_t{1} << 10},
                           {"TB", 1'000'000'000'000},
                           {"GB", 1'000'000'000},
                           {"MB", 1'000'000},
                           {"KB", 1'000},
                           {"kB", 1'000},
                           {"B", 1}};
constexpr Unit kRates[] = {{"Tbit", 1'000'000'000'000},
                           {"Gbit", 1'000'000'000},
                           {"Mbit", 1'000'000},
                           {"kbit", 1'000},
                           {"Kbit", 1'000},
                           {"bit", 1}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits at the front of `text`. Nothing for no digit or for more than int64_t holds.
std::optional<int64_t> take_number(std::string_view* text) {
  if (text->empty() || !is_digit(text->front())) return std::nullopt;
  int64_t number = 0;
  while (!text->empty() && is_digit(text->front())) {
    int digit = text->front() - '0';
    if (number > (kMost - digit) / 10) return std::nullopt;
    number = number * 10 + digit;
    text->remove_prefix(1);
  }
  return number;
}

std::string_view take_word(std::string_view* text) {
  size_t length = 0;
  while (length < text->size() && !is_digit((*text)[length])) ++length;
  std::string_view word = text->substr(0, length);
  text->remove_prefix(length);
  return word;
}

// The index in `units`, or units.size().
size_t find_unit(std::span<const Unit> units, std::string_view name) {
  size_t index = 0;
  while (index < units.size() && units[index].name != name) ++index;
  return index;
}

std::optional<int64_t> scaled(int64_t number, int64_t factor) {
  if (number > kMost / factor) return std::nullopt;
  return number * factor;
}

std::optional<int64_t> duration_of(std::string_view text) {
  if (text == "0") return 0;
  int64_t total = 0;
  size_t next_unit = 0;
  do {
    auto number = take_number(&text);
    if (!number) return std::nullopt;
    size_t unit = find_unit(kDurations, take_word(&text));
    if (unit >= std::size(kDurations) || unit < next_unit) return std::nullopt;
    auto part = scaled(*number, kDurations[unit].factor);
    if (!part || *part > kMost - total) return std::nullopt;
    total += *part;
    next_unit = unit + 1;
  } while (!text.empty());
  return total;
}

std::optional<int64_t> one_number(std::string_view text, std::span<const Unit> units, bool bare_allowed) {
  auto number = take_number(&text);
  if (!number) return std::nullopt;
  if (text.empty()) return bare_allowed || *number == 0 ? number : std::nullopt;
  size_t unit = find_unit(units, text);
  if (unit >= units.size()) return std::nullopt;
  return scaled(*number, units[unit].factor);
}

std::optional<int64_t> or_why(std::optional<int64_t> value, std::string_view expected, std::string_view text,
                              std::string* why) {
  if (!value && why != nullptr) *why = "expected " + std::string(expected) + ", got " + quote(text);
  return value;
}

// The shortest way to write `value` with one unit or, where that is allowed, none. The first of equals.
std::string print_whole(int64_t value, std::span<const Unit> units, bool bare_allowed) {
  if (value == 0) return "0";
  std::string best;
  for (const Unit& unit : units) {
    if (value % unit.factor != 0) continue;
    std::string text = std::to_string(value / unit.factor) + std::string(unit.name);
    if (best.empty() || text.size() < best.size()) best = std::move(text);
  }
  std::string bare = std::to_string(value);
  return bare_allowed && bare.size() < best.size() ? bare : best;
}

}  // namespace

std::optional<int64_t> parse_duration(std::string_view text, std::string* why) {
  return or_why(duration_of(text), R"(a duration such as "30s", "500ms" or "1h30m")", text, why);
}

std::optional<int64_t> parse_size(std::string_view text, std::string* why) {
  return or_why(one_number(text, kSizes, true), R"(a size such as "64KiB", "1MB" or bytes)", text, why);
}

std::optional<int64_t> parse_rate(std::string_view text, std::string* why) {
  return or_why(one_number(text, kRates, false), R"(a rate such as "128Mbit" or "1Gbit")", text, why);
}

std::string print_duration(int64_t nanoseconds) {
  std::string out;
  for (const Unit& unit : kDurations) {
    if (int64_t count = nanoseconds / unit.factor; count != 0) {
      out += std::to_string(count) + std::string(unit.name);
      nanoseconds %= unit.factor;
    }
  }
  return out.empty() ? "0" : out;
}

std::string print_size(int64_t bytes) { return print_whole(bytes, kSizes, true); }

std::string print_rate(int64_t bits_a_second) { return print_whole(bits_a_second, kRates, false); }

}  // namespace junctor::config
