// SPDX-License-Identifier: Apache-2.0
// Unicode's forms come from utf8proc.
#include "accounts/store/names.hpp"

#include <junctor/sql_dialect.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "accounts/api/refused.hpp"

namespace junctor::accounts {
namespace {

std::string map(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &mapped, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned{mapped, &std::free};
  return size < 0 ? std::string{} : std::string{reinterpret_cast<const char*>(mapped), static_cast<size_t>(size)};
}

/// Spaces of any script, and what prints nothing.
bool is_blank(utf8proc_int32_t point) {
  const auto category = utf8proc_category(point);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
         category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF;
}

struct Span {
  size_t begin = 0, end = 0;
};

/// What lies between the first and the last character that shows.
Span shown(std::string_view text) {
  Span span;
  bool any = false;
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t point = 0;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                         static_cast<utf8proc_ssize_t>(text.size() - at), &point);
    if (length <= 0) return {};
    if (!is_blank(point)) {
      if (!any) span.begin = at;
      any = true;
      span.end = at + static_cast<size_t>(length);
    }
    at += static_cast<size_t>(length);
  }
  return span;
}

std::string trimmed(std::string_view text) {
  const Span span = shown(text);
  return std::string{text.substr(span.begin, span.end - span.begin)};
}

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

}  // namespace

size_t characters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string clean_name(std::string_view name, std::string_view what) {
  const std::string subject{what};
  if (!is_sql_text(name)) throw Refused{subject + " must be text in UTF-8"};
  const std::string clean = map(trimmed(name), UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  if (clean.empty()) throw Refused{subject + " must not be empty"};
  if (characters(clean) > kNameCharacters) {
    throw Refused{subject + " has at most " + std::to_string(kNameCharacters) + " characters"};
  }
  if (has_controls(clean)) throw Refused{subject + " must not have control characters"};
  return clean;
}

std::string name_key(std::string_view name) {
  return map(trimmed(name), UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

std::string clean_email(std::string_view email) {
  const std::string clean = trimmed(email);
  if (clean.empty()) return clean;
  const size_t at = clean.find('@');
  const bool one = at != std::string::npos && clean.find('@', at + 1) == std::string::npos;
  const bool spaced = std::any_of(clean.begin(), clean.end(), [](char c) { return c == ' ' || c == ',' || c == ';'; });
  if (!is_sql_text(clean) || clean.size() > 254 || !one || at == 0 || at + 1 == clean.size() || spaced ||
      has_controls(clean)) {
    throw Refused{"This is no mail address"};
  }
  return clean;
}

}  // namespace junctor::accounts
