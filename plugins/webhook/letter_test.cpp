// SPDX-License-Identifier: Apache-2.0
#include "letter.hpp"

#include <doctest/doctest.h>

#include "junctor/result.hpp"

namespace junctor::webhook {
namespace {

TEST_CASE("an event is its type, its time and its fields, and no byte of a client's makes it no JSON") {
  const jct_field fields[] = {{"id", str("123456789")}, {"from", str("a\"b\n\xff\xc3(")}};
  const jct_event event{sizeof(jct_event), 0, str("auth_key"), str("auth.blocked"), 1'700'000'000'123'456, fields, 2};
  CHECK(
      body_of(event) ==
      R"({"type":"auth.blocked","timestamp":"2023-11-14T22:13:20.123Z","data":{"instance":"auth_key","id":"123456789",)"
      R"("from":"a\"b\u000a)"
      "\xEF\xBF\xBD\xEF\xBF\xBD"
      R"(("}})");
}

TEST_CASE("signatures are those of the Standard Webhooks specification") {
  // The example of its documents.
  const auto key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  REQUIRE(key);
  CHECK(key->size() == 24);
  CHECK(signature(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a secret is base64 behind its mark, or a text as it is") {
  CHECK(signing_key("") == "");
  CHECK(signing_key("plain") == "plain");
  CHECK(signing_key("whsec_AAEC") == std::string("\0\1\2", 3));
  for (const char* broken : {"whsec_", "whsec_A", "whsec_AB*D"}) CHECK_FALSE(signing_key(broken));
}

}  // namespace
}  // namespace junctor::webhook
