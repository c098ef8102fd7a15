// SPDX-License-Identifier: Apache-2.0
#include "wire/key_text.hpp"

#include <doctest/doctest.h>

#include "wire/base64.hpp"
#include "wire/signing.hpp"

using namespace junctor;

namespace {

std::string utf16(const std::string& text, bool big, bool marked) {
  std::string out = !marked ? "" : big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : text) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

std::string url(std::string text) {
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string without_padding(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  return text;
}

/// Reads as the same pair.
void check_read(const wire::SigningKeys& keys, const std::string& secret, const std::string& open) {
  std::string why;
  const auto read = wire::SigningKeys::parse_secret(secret, &why);
  CAPTURE(why);
  REQUIRE(read);
  CHECK(read->public_key() == keys.public_key());
  CHECK(wire::parse_public_key(open) == keys.public_key());
}

}  // namespace

TEST_CASE("what an editor or a terminal has done to a key is undone") {
  const auto keys = wire::SigningKeys::generate();
  const std::string secret = keys.secret_text();
  const std::string open = keys.public_text();
  for (const auto& dress : {+[](const std::string& text) { return "\xEF\xBB\xBF" + text + "\r\n"; },
                            +[](const std::string& text) { return utf16(text, false, true); },
                            +[](const std::string& text) { return utf16(text, true, true); },
                            +[](const std::string& text) { return utf16(text + "\r\n", false, false); },
                            +[](const std::string& text) { return "\"" + text + "\"\n"; },
                            +[](const std::string& text) { return text.substr(0, 20) + "\n" + text.substr(20) + "\n"; },
                            +[](const std::string& text) { return url(text); },
                            +[](const std::string& text) { return without_padding(text); }}) {
    check_read(keys, dress(secret), dress(open));
  }
}

TEST_CASE("a secret key whose halves are the other way round is the same key") {
  const auto keys = wire::SigningKeys::generate();
  auto bytes = *wire::key_bytes(keys.secret_text());
  std::string swapped = bytes.substr(32) + bytes.substr(0, 32);
  std::string why;
  const auto read = wire::SigningKeys::parse_secret(wire::encode_base64(swapped), &why);
  REQUIRE(read);
  CHECK(read->secret_text() == keys.secret_text());
}

TEST_CASE("each usual damage has words of its own") {
  const auto keys = wire::SigningKeys::generate();
  const auto damage = [](const std::string& text) { return wire::key_damage(text, 64); };
  CHECK(damage("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n").find("an OpenSSH private key") == 0);
  CHECK(damage("ssh-ed25519 AAAAC3Nz me@host\n").find("an OpenSSH public key") == 0);
  CHECK(damage("-----BEGIN PRIVATE KEY-----\nAAAA\n").find("a PEM file") == 0);
  CHECK(damage(std::string(128, 'a')).find("hexadecimal") == 0);
  CHECK(damage(std::string(64, '\x01')).find("64 raw bytes") == 0);
  CHECK(damage(keys.public_text()).find("32 bytes: a public key, or the seed") == 0);
  CHECK(wire::key_damage(keys.secret_text(), 32).find("64 bytes: a secret key") == 0);
  CHECK(damage(" \n") == "nothing but blanks");
  CHECK(damage(keys.secret_text().substr(0, 41)).find("base64 that breaks off: 41") == 0);
  CHECK(damage("a key of mine!").find("1 characters of 11") == 0);
}

TEST_CASE("words on a damaged secret have none of it in them") {
  const auto keys = wire::SigningKeys::generate();
  std::string text = keys.secret_text();
  text[7] = text[7] == 'A' ? 'B' : 'A';
  std::string why;
  CHECK_FALSE(wire::SigningKeys::parse_secret(text, &why));
  for (size_t i = 0; i + 8 <= text.size(); ++i) CHECK(why.find(text.substr(i, 8)) == std::string::npos);
}
