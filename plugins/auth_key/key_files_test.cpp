// SPDX-License-Identifier: Apache-2.0
// The two files: a new pair, an old one, and every way in which they can be wrong.
#include "auth_key/key_files.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "auth_key/test_dir.hpp"

namespace junctor::auth {
namespace {

/// The refusal's text; nothing in the directory has changed and no new key was made.
std::string refusal(const TestDir& dir) {
  const std::string secret = dir.read(dir.secret()), pub = dir.read(dir.pub());
  const size_t entries = dir.entries();
  std::string text;
  try {
    dir.files().load_or_create();
    FAIL("it was accepted");
  } catch (const KeyError& error) {
    text = error.what();
  }
  CHECK(dir.read(dir.secret()) == secret);
  CHECK(dir.read(dir.pub()) == pub);
  CHECK(dir.entries() == entries);
  return text;
}

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

void write_pair(const TestDir& dir, const wire::SigningKeys& keys) {
  dir.write(dir.secret(), keys.secret_text());
  dir.write(dir.pub(), keys.public_text());
  std::filesystem::permissions(dir.secret(), std::filesystem::perms{0600});
}

TEST_CASE("the first start makes a pair, the secret for its owner alone, and the next finds it") {
  TestDir dir;
  const LoadedKeys made = dir.files().load_or_create();
  CHECK(made.created);
  CHECK(made.warnings.empty());
  CHECK(dir.mode(dir.secret()) == 0600);
  CHECK(dir.mode(dir.pub()) == 0644);
  CHECK(dir.entries() == 2);
  CHECK(dir.read(dir.pub()) == made.keys.public_text());
  CHECK(dir.read(dir.secret()).size() == 88);
  CHECK_FALSE(has(made.keys.public_text(), "/"));

  const LoadedKeys found = dir.files().load_or_create();
  CHECK_FALSE(found.created);
  CHECK(found.keys.public_text() == made.keys.public_text());
  CHECK(wire::open_signed(made.keys.public_key(), found.keys.sign("message")) == "message");
}

TEST_CASE("many that start at once in an empty directory agree on one pair") {
  for (int round = 0; round < 20; ++round) {
    TestDir dir;
    std::vector<std::string> found(8);
    std::vector<std::thread> threads;
    for (std::string& one : found) {
      threads.emplace_back([&dir, &one] { one = dir.files().load_or_create().keys.public_text(); });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(dir.entries() == 2);
    for (const std::string& one : found) CHECK(one == dir.read(dir.pub()));
  }
}

TEST_CASE("a stock pair works unchanged, with or without a line's end") {
  TestDir dir;
  const wire::SigningKeys keys = seeded(7);
  write_pair(dir, keys);
  CHECK(dir.files().load_or_create().keys.public_text() == keys.public_text());
  dir.write(dir.secret(), keys.secret_text() + "\n");
  dir.write(dir.pub(), keys.public_text() + "\r\n");
  CHECK(dir.files().load_or_create().keys.public_text() == keys.public_text());
}

TEST_CASE("a secret file without its public one is refused with the command that mends it") {
  TestDir dir;
  const wire::SigningKeys keys = seeded(7);
  dir.write(dir.secret(), keys.secret_text());
  const std::string text = refusal(dir);
  CHECK(has(text, dir.pub() + ": missing"));
  CHECK(has(text, "printf %s '" + keys.public_text() + "' > '" + dir.pub() + "'"));
  CHECK_FALSE(has(text, keys.secret_text().substr(0, 20)));

  dir.write(dir.pub(), keys.public_text());
  CHECK(dir.files().load_or_create().keys.public_text() == keys.public_text());
}

TEST_CASE("a public file without its secret one is refused") {
  TestDir dir;
  dir.write(dir.pub(), seeded(7).public_text());
  const std::string text = refusal(dir);
  CHECK(has(text, dir.secret() + ": missing"));
  CHECK(has(text, "Restore it from a backup"));
}

TEST_CASE("two halves of different pairs are refused with both public keys") {
  TestDir dir;
  dir.write(dir.secret(), seeded(7).secret_text());
  dir.write(dir.pub(), seeded(8).public_text());
  const std::string text = refusal(dir);
  CHECK(has(text, "not a pair"));
  CHECK(has(text, seeded(7).public_text()));
  CHECK(has(text, seeded(8).public_text()));
}

TEST_CASE("a malformed file is refused by name, and its content is not told") {
  TestDir dir;
  const std::string secret = seeded(7).secret_text();
  for (const std::string& wrong :
       {std::string{"rubbish"}, std::string{}, secret.substr(0, 80), secret + secret, seeded(7).public_text(),
        std::string(100'000, 'A'), std::string(88, 'A'), std::string{"\0\0\0", 3}}) {
    dir.write(dir.secret(), wrong);
    dir.write(dir.pub(), seeded(7).public_text());
    const std::string text = refusal(dir);
    CAPTURE(text);
    CHECK(text.rfind(dir.secret() + ": ", 0) == 0);
    CHECK(text.size() < 500);
    if (wrong.size() > 60) CHECK_FALSE(has(text, wrong.substr(0, 30)));
  }
  for (const std::string& wrong : {std::string{"rubbish"}, std::string{}, secret, std::string(100'000, 'A')}) {
    dir.write(dir.secret(), secret);
    dir.write(dir.pub(), wrong);
    CHECK(refusal(dir).rfind(dir.pub() + ": ", 0) == 0);
  }
}

TEST_CASE("a malformed half alone is refused as malformed") {
  TestDir dir;
  dir.write(dir.secret(), "rubbish");
  CHECK(has(refusal(dir), dir.secret() + ": malformed"));
}

TEST_CASE("an unreadable secret is refused") {
  TestDir dir;
  write_pair(dir, seeded(7));
  std::filesystem::permissions(dir.path(), std::filesystem::perms{0755});
  std::filesystem::permissions(dir.secret(), std::filesystem::perms{0000});
  const AsNobody nobody;
  try {
    dir.files().load_or_create();
    FAIL("it was accepted");
  } catch (const KeyError& error) {
    CHECK(has(error.what(), dir.secret() + ": cannot be read: Permission denied"));
  }
}

TEST_CASE("what is no regular file is refused") {
  TestDir dir;
  std::filesystem::create_directory(dir.secret());
  dir.write(dir.pub(), seeded(7).public_text());
  CHECK_THROWS_AS(dir.files().load_or_create(), KeyError);
  std::filesystem::remove(dir.secret());
  REQUIRE(mkfifo(dir.secret().c_str(), 0600) == 0);
  CHECK_THROWS_AS(dir.files().load_or_create(), KeyError);
  std::filesystem::remove(dir.secret());
  std::filesystem::create_symlink("/nonexistent", dir.secret());
  std::filesystem::remove(dir.pub());
  CHECK_THROWS_AS(dir.files().load_or_create(), KeyError);
  CHECK(dir.entries() == 1);
}

TEST_CASE("a directory that is missing or read-only gets no pair") {
  CHECK_THROWS_AS(KeyFiles{"/nonexistent"}.load_or_create(), KeyError);
  TestDir dir;
  std::filesystem::permissions(dir.path(), std::filesystem::perms{0555});
  {
    const AsNobody nobody;
    CHECK_THROWS_AS(dir.files().load_or_create(), KeyError);
  }
  CHECK(dir.entries() == 0);
}

TEST_CASE("a secret that others may read is used with a warning") {
  TestDir dir;
  write_pair(dir, seeded(7));
  std::filesystem::permissions(dir.secret(), std::filesystem::perms{0644});
  const LoadedKeys loaded = dir.files().load_or_create();
  REQUIRE(loaded.warnings.size() == 1);
  CHECK(has(loaded.warnings[0], "chmod 600 '" + dir.secret() + "'"));
}

TEST_CASE("what a crash left of writing is no obstacle") {
  TestDir dir;
  dir.write(dir.secret() + ".new", "half a ke");
  CHECK(dir.files().load_or_create().created);
  CHECK(dir.entries() == 2);
}

TEST_CASE("a pair is never stored over a file that is there") {
  TestDir dir;
  dir.write(dir.pub(), "x");
  CHECK_THROWS_AS(dir.files().store(seeded(7)), KeyError);
  CHECK(dir.entries() == 1);
  std::filesystem::rename(dir.pub(), dir.secret());
  CHECK_THROWS_AS(dir.files().create(), KeyError);
  CHECK(dir.read(dir.secret()) == "x");
}

}  // namespace
}  // namespace junctor::auth
