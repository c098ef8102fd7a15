// SPDX-License-Identifier: Apache-2.0
// The key file: made once, private, never replaced. One thread.
#include "own_key.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "junctor/result.hpp"
#include "support/temp_dir.hpp"

using namespace junctor;
using namespace junctor::relay_tickets;
using testing::TempDir;

namespace {

TEST_CASE("a key is made where there is none, for its owner's eyes alone, and found again") {
  const TempDir dir;
  const std::string path = dir.file("t.key");
  const OwnKey made = load_or_create_key(path);
  CHECK(made.created);
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  const OwnKey found = load_or_create_key(path);
  CHECK_FALSE(found.created);
  CHECK(found.keys.public_key() == made.keys.public_key());
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_CASE("a file that is no key, or that others may read, is refused and left alone") {
  const TempDir dir;
  const std::string path = dir.write("t.key", "nonsense");
  chmod(path.c_str(), 0600);
  CHECK_THROWS_WITH_AS(load_or_create_key(path), doctest::Contains("malformed secret key"), Error);
  CHECK(testing::read_file(path) == "nonsense");
  chmod(path.c_str(), 0640);
  CHECK_THROWS_WITH_AS(load_or_create_key(path), doctest::Contains("chmod 600"), Error);
  CHECK_THROWS_WITH_AS(load_or_create_key(dir.path()), doctest::Contains("regular file"), Error);
  CHECK_THROWS_WITH_AS(load_or_create_key(dir.file("nowhere/t.key")), doctest::Contains("cannot write it"), Error);
}

}  // namespace
