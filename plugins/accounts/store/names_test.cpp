// SPDX-License-Identifier: Apache-2.0
#include "accounts/store/names.hpp"

#include <doctest/doctest.h>

#include "accounts/api/refused.hpp"

namespace junctor::accounts {
namespace {

TEST_CASE("names are trimmed and NFC, and differ only where their folded forms do") {
  CHECK(clean_name("  Ada Lovelace \t", "A name") == "Ada Lovelace");
  CHECK(clean_name("e\xcc\x81", "A name") == "\xc3\xa9");  // e and an accent: one character
  CHECK(name_key("ADA") == name_key(" ada"));
  CHECK(name_key("\xc3\x89") == name_key("e\xcc\x81"));
  CHECK(name_key("Stra\xc3\x9f"
                 "e") == name_key("STRASSE"));
  CHECK(name_key("ada") != name_key("adb"));
  CHECK(name_key("\xff").empty());
  CHECK(clean_name("\xe2\x80\x8b"
                   "ada\xc2\xa0",
                   "A name") == "ada");  // a space of no width, a hard one
}

TEST_CASE("what is no name is refused in words") {
  for (const std::string& bad : {std::string{}, std::string{"  "}, std::string(65, 'a'), std::string{"a\nb"},
                                 std::string{"a\0b", 3}, std::string{"\xff"}, std::string{"\xe2\x80\x8b"}}) {
    CHECK_THROWS_AS(clean_name(bad, "A name"), Refused);
  }
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "\xc3\xbc";
  CHECK(characters(clean_name(umlauts, "A name")) == 64);
}

TEST_CASE("a mail address is taken as it is, or refused") {
  CHECK(clean_email(" Ada@Example.org ") == "Ada@Example.org");
  CHECK(clean_email("").empty());
  for (const char* bad : {"ada", "@b", "a@", "a@b@c", "a b@c", "a@b,c@d"}) CHECK_THROWS_AS(clean_email(bad), Refused);
}

}  // namespace
}  // namespace junctor::accounts
