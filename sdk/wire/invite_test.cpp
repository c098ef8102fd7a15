// SPDX-License-Identifier: Apache-2.0
// The configuration string: the vector both ways, and texts that need care.
#include "wire/invite.hpp"

#include <doctest/doctest.h>

#include "wire/base64.hpp"
#include "wire/testdata/vectors.hpp"

namespace junctor::wire {
namespace {

std::string backwards(std::string_view json) {
  const std::string text = encode_base64(json, Base64::kUrlNoPadding);
  return {text.rbegin(), text.rend()};
}

TEST_CASE("the vector is written and read") {
  const auto vector = vectors::load()->getObject("configuration_string");
  const auto text = vector->getValue<std::string>("string");
  const Invite invite{"rd.example.org", "", "", "bm90LWEtcmVhbC1rZXktYnV0LTMyLWJ5dGVzLWxvbmc="};
  CHECK(encode_invite(invite) == text);
  CHECK(backwards(vector->getValue<std::string>("json")) == text);
  CHECK(decode_invite(text) == invite);
}

TEST_CASE("any texts come back") {
  const Invite invite{"[2001:db8::1]:21116", "a\"b\\c/d", "tab\tnew\nline\x01", "schl\xC3\xBCssel"};
  CHECK(decode_invite(encode_invite(invite)) == invite);
  CHECK(decode_invite(encode_invite({})) == Invite{});
}

TEST_CASE("other writers' JSON is read: order, spaces, escapes, members that we do not know") {
  const Invite invite{"h/\xC3\xA9\xF0\x9F\x98\x80", "", "", "k\n"};
  const std::string json = " { \"key\" : \"k\\n\",\"more\":\"x\", \"host\":\"h\\/\\u00e9\\uD83D\\ude00\" } ";
  CHECK(decode_invite(backwards(json)) == invite);
  CHECK(decode_invite(backwards("{}")) == Invite{});
}

TEST_CASE("anything else is refused") {
  for (const char* json :
       {"", "{", "[]", "{\"host\":1}", "{\"host\":\"a\"", "{\"host\":\"a\",}", "{\"host\"}", "{\"host\":\"a\"}x",
        "{\"host\":\"\\x\"}", "{\"host\":\"\\ud800\"}", "{\"host\":\"\\ud800\\u0041\"}", "{\"host\":\"\\udc00\"}",
        "{\"host\":\"\\u12g4\"}", "{\"host\":\"\\u1", "{\"host\":\"\n\"}", "{\"host\":\"\\"}) {
    CHECK_FALSE_MESSAGE(decode_invite(backwards(json)), json);
  }
  CHECK_FALSE(decode_invite("not base64url!"));
}

}  // namespace
}  // namespace junctor::wire
