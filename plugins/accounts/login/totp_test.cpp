// SPDX-License-Identifier: Apache-2.0
#include "accounts/login/totp.hpp"

#include <doctest/doctest.h>

#include <set>

namespace junctor::accounts {
namespace {

constexpr std::string_view kRfcSecret = "12345678901234567890";

TEST_CASE("codes are those of RFC 6238, six digits of them") {
  CHECK(totp_code(kRfcSecret, 59 / 30) == "287082");
  CHECK(totp_code(kRfcSecret, 1111111109 / 30) == "081804");
  CHECK(totp_code(kRfcSecret, 20000000000 / 30) == "353130");
}

TEST_CASE("a code counts one step either way") {
  const int64_t now = 1'700'000'015;
  const int64_t step = totp_step_at(now);
  for (int64_t off = -1; off <= 1; ++off)
    CHECK(totp_step(kRfcSecret, totp_code(kRfcSecret, step + off), now) == step + off);
  for (const int64_t off : {-2, 2}) CHECK_FALSE(totp_step(kRfcSecret, totp_code(kRfcSecret, step + off), now));
  for (const char* bad : {"", "12345", "1234567", "abcdef"}) CHECK_FALSE(totp_step(kRfcSecret, bad, now));
}

TEST_CASE("an authenticator reads the secret and whose it is") {
  CHECK(base32(kRfcSecret) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  CHECK(base32_decoded(base32(kRfcSecret)) == kRfcSecret);
  CHECK(base32_decoded("!").empty());
  CHECK(totp_url(kRfcSecret, "Junctor", "ada l") ==
        "otpauth://totp/Junctor:ada%20l?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Junctor&algorithm=SHA1&digits=6&"
        "period=30");
  CHECK(new_totp_secret().size() == 20);
  CHECK(new_totp_secret() != new_totp_secret());
}

TEST_CASE("backup codes are six digits, as clients take nothing else, and no two are the same") {
  const auto codes = new_backup_codes(100);
  CHECK(std::set<std::string>(codes.begin(), codes.end()).size() == 100);
  for (const std::string& code : codes) {
    CHECK(code.size() == 6);
    CHECK(code.find_first_not_of("0123456789") == std::string::npos);
  }
}

}  // namespace
}  // namespace junctor::accounts
