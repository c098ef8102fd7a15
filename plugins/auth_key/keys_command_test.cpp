// SPDX-License-Identifier: Apache-2.0
// What `junctorctl keys` answers, and that no secret is in it.
#include "auth_key/keys_command.hpp"

#include <doctest/doctest.h>

#include "auth_key/test_dir.hpp"

namespace junctor::auth {
namespace {

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

TEST_CASE("show tells the public key, its fingerprint, the mode and the files") {
  TestDir dir;
  const KeyFiles files = dir.files();
  const SiteKey key = SiteKey::open("-", files);
  for (const char* args : {R"({"args":["show"]})", R"({"args":[]})", "{}"}) {
    const CommandResult result = keys_command(args, key, files);
    CHECK(result.ok);
    CHECK(result.json == "{\"public_key\":\"" + key.public_text() + "\",\"fingerprint\":\"" + key.fingerprint() +
                             "\",\"mode\":\"files_checked\",\"licence_key_checked\":true,\"signs\":true,"
                             "\"secret_file\":\"" +
                             dir.secret() + "\",\"public_file\":\"" + dir.pub() + "\"}");
  }
}

TEST_CASE("export gives the public key alone") {
  TestDir dir;
  const SiteKey key = SiteKey::open(seeded(7).secret_text(), dir.files());
  CHECK(keys_command(R"({"args":["export"]})", key, dir.files()).json ==
        "{\"public_key\":\"" + seeded(7).public_text() + "\"}");
}

TEST_CASE("generate makes a pair where there is none and never replaces one") {
  TestDir dir;
  const SiteKey key = SiteKey::open(seeded(7).secret_text(), dir.files());
  const CommandResult made = keys_command(R"({"args":["generate"]})", key, dir.files());
  CHECK(made.ok);
  CHECK(has(made.json, dir.read(dir.pub())));
  CHECK_FALSE(has(made.json, dir.read(dir.secret())));

  const std::string before = dir.read(dir.secret());
  const CommandResult again = keys_command(R"({"args":["generate"]})", key, dir.files());
  CHECK_FALSE(again.ok);
  CHECK(has(again.json, "a key is never replaced"));
  CHECK(dir.read(dir.secret()) == before);
}

TEST_CASE("import stores the pair of a secret key file") {
  TestDir dir, elsewhere;
  const SiteKey key = SiteKey::open(seeded(7).public_text(), dir.files());
  const std::string file = elsewhere.path() + "/backup";
  const std::string args = "{\"args\":[\"import\",\"" + file + "\"]}";
  CHECK(has(keys_command(args, key, dir.files()).json, "No such file"));
  elsewhere.write(file, "rubbish");
  CHECK(has(keys_command(args, key, dir.files()).json, "malformed secret key"));
  CHECK(dir.entries() == 0);

  elsewhere.write(file, seeded(9).secret_text() + "\n");
  const CommandResult result = keys_command(args, key, dir.files());
  CHECK(result.ok);
  CHECK_FALSE(has(result.json, seeded(9).secret_text()));
  CHECK(dir.files().load_or_create().keys.public_text() == seeded(9).public_text());
  CHECK_FALSE(keys_command(args, key, dir.files()).ok);
  CHECK_FALSE(keys_command(R"({"args":["import","relative"]})", key, dir.files()).ok);
}

TEST_CASE("other words are answered with those that there are") {
  TestDir dir;
  const SiteKey key = SiteKey::open(seeded(7).public_text(), dir.files());
  for (const char* args : {R"({"args":["rotate"]})", R"({"args":["import"]})", R"({"args":["show","all"]})"}) {
    CHECK(keys_command(args, key, dir.files()).json ==
          R"({"error":"expected: keys show | generate | import FILE | export"})");
  }
}

}  // namespace
}  // namespace junctor::auth
