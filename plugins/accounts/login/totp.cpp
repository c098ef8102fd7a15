// SPDX-License-Identifier: Apache-2.0
// Codes are oath-toolkit's.
#include "accounts/login/totp.hpp"

#include <liboath/oath.h>
#include <sodium.h>
#include <junctor/result.hpp>

#include <array>
#include <cstdlib>
#include <memory>
#include <set>

namespace junctor::accounts {
namespace {

constexpr unsigned kDigits = 6;

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string new_totp_secret() {
  std::string secret(20, '\0');
  randombytes_buf(secret.data(), secret.size());
  return secret;
}

std::string base32(std::string_view secret) {
  char* text = nullptr;
  size_t size = 0;
  if (oath_base32_encode(secret.data(), secret.size(), &text, &size) != OATH_OK) throw std::bad_alloc{};
  const std::unique_ptr<char, decltype(&std::free)> owned{text, &std::free};
  std::string out{text, size};
  while (!out.empty() && out.back() == '=') out.pop_back();
  return out;
}

std::string base32_decoded(std::string_view text) {
  char* bytes = nullptr;
  size_t size = 0;
  if (oath_base32_decode(text.data(), text.size(), &bytes, &size) != OATH_OK) return {};
  const std::unique_ptr<char, decltype(&std::free)> owned{bytes, &std::free};
  return {bytes, size};
}

std::string totp_url(std::string_view secret, std::string_view issuer, std::string_view name) {
  return "otpauth://totp/" + percent_encoded(issuer) + ':' + percent_encoded(name) + "?secret=" + base32(secret) +
         "&issuer=" + percent_encoded(issuer) + "&algorithm=SHA1&digits=6&period=30";
}

std::string totp_code(std::string_view secret, int64_t step) {
  std::array<char, kDigits + 1> code{};
  const int status = oath_hotp_generate(secret.data(), secret.size(), static_cast<uint64_t>(step), kDigits, false,
                                        OATH_HOTP_DYNAMIC_TRUNCATION, code.data());
  if (status != OATH_OK) throw Error{JCT_E_FAULT, std::string{"oath: "} + oath_strerror(status)};
  return code.data();
}

std::optional<int64_t> totp_step(std::string_view secret, std::string_view code, int64_t now) {
  if (code.size() != kDigits) return std::nullopt;
  std::optional<int64_t> found;
  for (int64_t step = totp_step_at(now) - 1; step <= totp_step_at(now) + 1; ++step) {
    if (step < 0) continue;
    const std::string expected = totp_code(secret, step);
    if (sodium_memcmp(expected.data(), code.data(), kDigits) == 0) found = step;
  }
  return found;
}

std::vector<std::string> new_backup_codes(size_t count) {
  std::set<std::string> codes;
  while (codes.size() < count) {
    const std::string number = std::to_string(randombytes_uniform(1'000'000));
    codes.insert(std::string(kDigits - number.size(), '0') + number);
  }
  std::vector<std::string> all{codes.begin(), codes.end()};
  // The set has them sorted, which would tell something of each.
  for (size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[randombytes_uniform(static_cast<uint32_t>(i))]);
  return all;
}

}  // namespace junctor::accounts
