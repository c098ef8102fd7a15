// SPDX-License-Identifier: Apache-2.0
// Key texts, signatures and signed ids.
#include "wire/signing.hpp"

#include <doctest/doctest.h>

#include "wire/base64.hpp"

namespace junctor::wire {
namespace {

SigningKeys fixed(uint8_t fill) {
  std::array<uint8_t, 32> seed{};
  seed.fill(fill);
  return SigningKeys::from_seed(seed);
}

TEST_CASE("base64 is strict both ways") {
  CHECK(encode_base64("") == "");
  CHECK(encode_base64("f") == "Zg==");
  CHECK(encode_base64("\xFB\xFF") == "+/8=");
  CHECK(encode_base64("\xFB\xFF", Base64::kUrlNoPadding) == "-_8");
  CHECK(decode_base64("Zm9vYmFy") == "foobar");
  CHECK(decode_base64("") == "");
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zg== ", "Z g==", "Zg==Zg==", "-_8=", "*"}) {
    CHECK_FALSE_MESSAGE(decode_base64(bad), bad);
  }
  CHECK_FALSE(decode_base64("-_8=", Base64::kUrlNoPadding));
}

TEST_CASE("a seed gives the pair of RFC 8032") {
  // RFC 8032 7.1, test 1.
  const std::array<uint8_t, 32> seed{0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                     0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                     0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
  const auto keys = SigningKeys::from_seed(seed);
  CHECK(keys.public_text() == "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  CHECK(static_cast<uint8_t>(keys.sign("")[0]) == 0xe5);
}

TEST_CASE("both texts of a pair are read back") {
  const auto keys = SigningKeys::generate();
  const auto again = SigningKeys::parse_secret(" " + keys.secret_text() + "\r\n");
  REQUIRE(again);
  CHECK(again->public_key() == keys.public_key());
  CHECK(again->sign("x") == keys.sign("x"));
  CHECK(parse_public_key(keys.public_text() + "\n") == keys.public_key());
}

TEST_CASE("new pairs have no slash in the public text") {
  for (int i = 0; i < 200; ++i) {
    const std::string text = SigningKeys::generate().public_text();
    CHECK(text.size() == 44);
    CHECK(text.find_first_of("/:") == std::string::npos);
  }
}

TEST_CASE("a damaged secret key is refused with the reason") {
  const auto bytes = decode_base64(fixed(1).secret_text());
  REQUIRE(bytes);
  std::string why;
  CHECK_FALSE(SigningKeys::parse_secret("", &why));
  CHECK(why.find("nothing but blanks") != std::string::npos);
  CHECK_FALSE(SigningKeys::parse_secret("not base64!", &why));
  CHECK(why.find("base64") != std::string::npos);
  CHECK_FALSE(SigningKeys::parse_secret(fixed(1).public_text(), &why));
  CHECK(why.find("32 bytes") != std::string::npos);
  for (const size_t at : {size_t{0}, size_t{31}, size_t{32}, size_t{63}}) {
    std::string damaged = *bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    CHECK_FALSE(SigningKeys::parse_secret(encode_base64(damaged), &why));
    CHECK(why.find("damaged") != std::string::npos);
  }
}

TEST_CASE("a public key of another size is refused") {
  CHECK_FALSE(parse_public_key(""));
  CHECK_FALSE(parse_public_key(fixed(1).secret_text()));
  CHECK_FALSE(parse_public_key(encode_base64(std::string(31, 'x'))));
}

TEST_CASE("a signed id opens with the right key alone") {
  const auto keys = fixed(1);
  const std::string signed_id = sign_id_pk(keys, "123456789", std::string(32, 'p'));
  CHECK(signed_id.size() == kSignatureSize + 11 + 34);
  const auto opened = open_id_pk(keys.public_key(), signed_id);
  REQUIRE(opened);
  CHECK(opened->id == "123456789");
  CHECK(opened->pk == std::string(32, 'p'));
  CHECK_FALSE(open_id_pk(fixed(2).public_key(), signed_id));
  for (size_t i = 0; i < signed_id.size(); ++i) {
    std::string forged = signed_id;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    CHECK_FALSE(open_id_pk(keys.public_key(), forged));
  }
  CHECK_FALSE(open_id_pk(keys.public_key(), signed_id.substr(0, 63)));
  CHECK_FALSE(open_id_pk(keys.public_key(), ""));
}

TEST_CASE("a signed message that is no IdPk is refused") {
  const auto keys = fixed(1);
  CHECK(open_signed(keys.public_key(), keys.sign("\xFF")) == "\xFF");
  CHECK_FALSE(open_id_pk(keys.public_key(), keys.sign("\xFF")));
}

TEST_CASE("a pair that was moved from holds no secret") {
  auto keys = fixed(1);
  const std::string secret = keys.secret_text();
  const auto moved = std::move(keys);
  CHECK(moved.secret_text() == secret);
  CHECK(keys.secret_text() == encode_base64(std::string(64, '\0')));  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace junctor::wire
