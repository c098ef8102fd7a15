// SPDX-License-Identifier: Apache-2.0
#include "wire/key_text.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "wire/base64.hpp"
#include "wire/secret.hpp"

namespace junctor::wire {
namespace {

constexpr std::string_view kBom8 = "\xEF\xBB\xBF";

/// By its mark, or by every other byte being zero.
bool is_utf16(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  if (text.size() < 4 || text.size() % 2 != 0) return false;
  for (const size_t first : {size_t{0}, size_t{1}}) {
    bool all = true;
    for (size_t i = first; i < text.size(); i += 2) all = all && text[i] == '\0';
    if (all) return true;
  }
  return false;
}

bool begins(std::string_view text, std::string_view with) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  return text.starts_with(with);
}

/// Without what is no part of a key, wherever it stands.
std::string bare(std::string_view text) {
  if (text.starts_with(kBom8)) text.remove_prefix(kBom8.size());
  const bool wide = is_utf16(text);
  if (wide && (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))) text.remove_prefix(2);
  std::string out;
  out.reserve(text.size() + 3);
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == '"' || c == '\'' || (wide && c == '\0')) continue;
    out += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  return out;
}

bool is_hex(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

bool is_base64_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '=';
}

std::string of_bytes(size_t size, size_t expected) {
  if (size == 32 && expected == 64) return "32 bytes: a public key, or the seed of a secret one, which has 64";
  if (size == 64 && expected == 32) return "64 bytes: a secret key, where the public one has 32";
  return "base64 of " + std::to_string(size) + " bytes";
}

}  // namespace

std::optional<std::string> key_bytes(std::string_view text) {
  std::string digits = bare(text);
  while (!digits.empty() && digits.back() == '=') digits.pop_back();
  while (digits.size() % 4 != 0) digits += '=';
  auto bytes = decode_base64(digits);
  wipe(digits);
  return bytes;
}

std::string key_damage(std::string_view text, size_t expected) {
  if (begins(text, "-----BEGIN OPENSSH")) return "an OpenSSH private key, which is of another format";
  if (begins(text, "ssh-")) return "an OpenSSH public key, which is of another format";
  if (begins(text, "-----BEGIN")) return "a PEM file, which is of another format";
  if (begins(text, "untrusted comment:")) return "a minisign key, which is of another format";
  std::string digits = bare(text);
  const size_t odd =
      static_cast<size_t>(std::count_if(digits.begin(), digits.end(), [](char c) { return !is_base64_character(c); }));
  const bool hex = digits.size() == 2 * expected && is_hex(digits);
  const size_t length = digits.size();
  wipe(digits);
  if (length == 0) return "nothing but blanks";
  if (hex) return "hexadecimal digits, where base64 is expected";
  if (length == expected && odd > 0) return std::to_string(expected) + " raw bytes, where their base64 is expected";
  if (odd > 0) return std::to_string(odd) + " characters of " + std::to_string(length) + " are no base64";
  if (auto bytes = key_bytes(text)) {
    const size_t size = bytes->size();
    wipe(*bytes);
    return of_bytes(size, expected);
  }
  return "base64 that breaks off: " + std::to_string(length) + " characters";
}

}  // namespace junctor::wire
