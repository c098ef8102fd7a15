// SPDX-License-Identifier: Apache-2.0
// Tests of id_rules.
#include "registration/id_rules.hpp"

#include <doctest/doctest.h>

#include <string>

using junctor::rendezvous::is_valid_id;

TEST_CASE("ids that clients make or users choose are allowed") {
  for (const char* id :
       {"123456789", "1234567890", "my-pc_7", "host.example.org", "büro-rechner", "办公室电脑", "abcdef"}) {
    CAPTURE(id);
    CHECK(is_valid_id(id));
  }
}

TEST_CASE("an id has 6 to 100 bytes, not characters") {
  CHECK_FALSE(is_valid_id(""));
  CHECK_FALSE(is_valid_id("12345"));
  CHECK(is_valid_id("123456"));
  CHECK(is_valid_id(std::string(100, 'a')));
  CHECK_FALSE(is_valid_id(std::string(101, 'a')));
  CHECK(is_valid_id("电脑"));  // two characters of three bytes each
}

TEST_CASE("control characters and spaces of any alphabet are refused") {
  CHECK_FALSE(is_valid_id("123 456 789"));
  CHECK_FALSE(is_valid_id("123456\n"));
  CHECK_FALSE(
      is_valid_id(std::string("1234\0"
                              "567",
                              8)));
  CHECK_FALSE(is_valid_id("123456\x7F"));
  CHECK_FALSE(is_valid_id("123456\xC2\x85"));      // C1: next line
  CHECK_FALSE(is_valid_id("123456\xC2\xA0"));      // no-break space
  CHECK_FALSE(is_valid_id("123456\xE3\x80\x80"));  // ideographic space
  CHECK_FALSE(is_valid_id("123456\xE2\x80\xA8"));  // line separator
}

TEST_CASE("what is not UTF-8 is refused") {
  CHECK_FALSE(is_valid_id("123456\x80"));              // a continuation alone
  CHECK_FALSE(is_valid_id("123456\xC3"));              // cut short
  CHECK_FALSE(is_valid_id("123456\xC0\xAF"));          // overlong
  CHECK_FALSE(is_valid_id("123456\xE0\x80\xAF"));      // overlong
  CHECK_FALSE(is_valid_id("123456\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_valid_id("123456\xF4\x90\x80\x80"));  // beyond U+10FFFF
  CHECK_FALSE(is_valid_id("123456\xFF"));
}
