// SPDX-License-Identifier: Apache-2.0
// Tokens and keys as texts. Vectors: RFC 7515 A.2 (RS256) and A.3 (ES256).
#include "jwt.hpp"

#include <doctest/doctest.h>

namespace junctor::login_oidc {
namespace {

constexpr const char* kEcKeys =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
constexpr const char* kEcToken =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
constexpr const char* kRsaKeys =
    R"({"keys":[{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS)"
    R"(2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBY)"
    R"(UsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8)"
    R"(q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]})";
constexpr const char* kRsaToken =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ"
    "cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
    "xi12jzDwusC-"
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

TEST_CASE("the RFC's tokens are good by their own keys, and by no other") {
  CHECK(Token::parse(kEcToken).verify(Keys::parse(kEcKeys))->getValue<std::string>("iss") == "joe");
  CHECK(Token::parse(kRsaToken).verify(Keys::parse(kRsaKeys))->getValue<std::string>("iss") == "joe");
  CHECK_THROWS_AS(Token::parse(kEcToken).verify(Keys::parse(kRsaKeys)), NotBelieved);
  CHECK_THROWS_AS(Token::parse(kRsaToken).verify(Keys::parse(kEcKeys)), NotBelieved);
  std::string changed = kEcToken;
  changed[30] = changed[30] == 'A' ? 'B' : 'A';
  CHECK_THROWS_AS(Token::parse(changed).verify(Keys::parse(kEcKeys)), NotBelieved);
}

TEST_CASE("what is no token says so") {
  for (const char* text :
       {"", "a", "a.b", "a.b.c", "a.b.c.d", "e30.e30.!", "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsieCJdfQ.e30.AA"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Token::parse(text).verify(Keys::parse(kEcKeys)), NotBelieved);
  }
  CHECK_THROWS_AS(Keys::parse("[]"), NotBelieved);
  CHECK_THROWS_AS(Keys::parse("{}"), NotBelieved);
}

TEST_CASE("keys that are short, odd or for encryption are left out") {
  CHECK(Keys::parse(kEcKeys).all().size() == 1);
  CHECK(Keys::parse(R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},)"
                    R"({"kty":"oct","k":"AAAA"},{"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"},7,{}]})")
            .all()
            .empty());
}

TEST_CASE("base64url has no padding and no other letters") {
  CHECK(encode_base64url("\xff\xfe") == "__4");
  CHECK(decode_base64url("__4") == "\xff\xfe");
  CHECK_FALSE(decode_base64url("__4="));
  CHECK_FALSE(decode_base64url("//4"));
  CHECK_FALSE(decode_base64url("A"));
  CHECK(decode_base64url("") == "");
}

}  // namespace
}  // namespace junctor::login_oidc
