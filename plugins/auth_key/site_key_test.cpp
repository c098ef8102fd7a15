// SPDX-License-Identifier: Apache-2.0
// The modes of the option `key`.
#include "auth_key/site_key.hpp"

#include <doctest/doctest.h>

#include "auth_key/test_dir.hpp"

namespace junctor::auth {
namespace {

TEST_CASE("- and _ use the files and check the licence key") {
  TestDir dir;
  const SiteKey key = SiteKey::open("-", dir.files());
  CHECK(key.created());
  CHECK(key.can_sign());
  CHECK(key.is_checked());
  CHECK(key.public_text() == dir.read(dir.pub()));
  CHECK(key.accepts(key.public_text()));
  CHECK(word(key.mode()) == "files_checked");

  const SiteKey again = SiteKey::open("_", dir.files());
  CHECK_FALSE(again.created());
  CHECK(again.public_text() == key.public_text());
  CHECK(again.is_checked());
}

TEST_CASE("a licence key must match to the letter") {
  TestDir dir;
  const SiteKey key = SiteKey::open("-", dir.files());
  std::string wrong = key.public_text();
  CHECK_FALSE(key.accepts(""));
  CHECK_FALSE(key.accepts(wrong.substr(0, wrong.size() - 1)));
  CHECK_FALSE(key.accepts(wrong + "="));
  CHECK_FALSE(key.accepts(wrong + "\n"));
  for (char& letter : wrong) {
    const char right = letter;
    letter = right == 'A' ? 'B' : 'A';
    CHECK_FALSE(key.accepts(wrong));
    letter = right;
  }
}

TEST_CASE("an empty option uses the files to sign and checks nobody") {
  TestDir dir;
  const SiteKey key = SiteKey::open("", dir.files());
  CHECK(key.can_sign());
  CHECK_FALSE(key.is_checked());
  CHECK(key.accepts(""));
  CHECK(key.accepts("anything"));
  CHECK(key.public_text() == dir.read(dir.pub()));
}

TEST_CASE("a secret key in the option needs no files") {
  TestDir dir;
  const wire::SigningKeys keys = seeded(7);
  const SiteKey key = SiteKey::open(keys.secret_text(), dir.files());
  CHECK(dir.entries() == 0);
  CHECK(key.public_text() == keys.public_text());
  CHECK(key.can_sign());
  CHECK(key.accepts(keys.public_text()));
  CHECK_FALSE(key.accepts("other"));
  CHECK(wire::open_signed(keys.public_key(), key.sign("message")) == "message");
}

TEST_CASE("a public key in the option is checked, signs nothing and is warned about") {
  TestDir dir;
  const wire::SigningKeys keys = seeded(7);
  const SiteKey key = SiteKey::open(keys.public_text(), dir.files());
  CHECK(dir.entries() == 0);
  CHECK_FALSE(key.can_sign());
  CHECK(key.accepts(keys.public_text()));
  CHECK_FALSE(key.accepts(""));
  REQUIRE(key.warnings().size() == 1);
  CHECK(key.warnings()[0].find("nobody can register over TCP") != std::string::npos);
}

TEST_CASE("a public key whose pair lies in the files is that pair, and signs") {
  TestDir dir;
  const SiteKey made = SiteKey::open("-", dir.files());
  const SiteKey key = SiteKey::open(made.public_text(), dir.files());
  CHECK(key.mode() == SiteKey::Mode::kFilesChecked);
  CHECK(key.can_sign());
  CHECK(key.accepts(made.public_text()));
  CHECK_FALSE(key.accepts(""));
  CHECK(key.warnings().empty());
  const SiteKey other = SiteKey::open(seeded(7).public_text(), dir.files());
  CHECK(other.mode() == SiteKey::Mode::kPublic);
  CHECK(other.public_text() == seeded(7).public_text());
}

TEST_CASE("any other option is refused, without repeating what may be a secret") {
  TestDir dir;
  const std::string secret = seeded(7).secret_text();
  for (const std::string& wrong : {std::string{"x"}, secret.substr(0, 84), secret + "AAAA", std::string{"--"},
                                   seeded(7).public_text().substr(1)}) {
    try {
      SiteKey::open(wrong, dir.files());
      FAIL("it was accepted");
    } catch (const KeyError& error) {
      const std::string text = error.what();
      CAPTURE(text);
      CHECK(text.find("option key: expected") != std::string::npos);
      if (wrong.size() > 20) CHECK(text.find(wrong.substr(0, 20)) == std::string::npos);
    }
  }
  CHECK(dir.entries() == 0);
}

TEST_CASE("the fingerprint is the key's SHA-256") {
  TestDir dir;
  const std::string print = SiteKey::open(seeded(7).public_text(), dir.files()).fingerprint();
  CHECK(print.size() == 7 + 43);
  CHECK(print.rfind("SHA256:", 0) == 0);
  CHECK(print != SiteKey::open(seeded(8).public_text(), dir.files()).fingerprint());
}

}  // namespace
}  // namespace junctor::auth
