// SPDX-License-Identifier: Apache-2.0
#include "accounts/store/sealed.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <junctor/result.hpp>

#include <filesystem>
#include <fstream>
#include <set>

namespace junctor::accounts {
namespace {

TEST_CASE("what is sealed opens at its place and with its key alone") {
  const Sealer sealer{{1, 2, 3}};
  const std::string sealed = sealer.seal("secret", "totp:1");
  CHECK(sealed.find("secret") == std::string::npos);
  CHECK(sealer.open(sealed, "totp:1") == "secret");
  CHECK_FALSE(sealer.open(sealed, "totp:2"));
  CHECK_FALSE(Sealer{{9}}.open(sealed, "totp:1"));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(sealer.open(changed, "totp:1"));
    CHECK_FALSE(sealer.open(sealed.substr(0, i == 0 ? 1 : i), "totp:1"));
  }
  CHECK(sealer.seal("", "totp:1").empty());
  CHECK(sealer.open("", "totp:1") == "");
  CHECK(sealer.seal("secret", "totp:1") != sealed);
}

TEST_CASE("a mark is the same for the same text, place and key alone") {
  const Sealer sealer{{1, 2, 3}};
  CHECK(sealer.mark("123456", "backup:1") == sealer.mark("123456", "backup:1"));
  CHECK(sealer.mark("123456", "backup:1") != sealer.mark("123456", "backup:2"));
  CHECK(sealer.mark("123456", "backup:1") != sealer.mark("123457", "backup:1"));
  CHECK(sealer.mark("123456", "backup:1") != Sealer{{9}}.mark("123456", "backup:1"));
}

TEST_CASE("the key's file is made once, for its owner alone, and a broken one refuses") {
  std::string dir = (std::filesystem::temp_directory_path() / "junctor-seal-XXXXXX").string();
  REQUIRE(mkdtemp(dir.data()) != nullptr);
  const std::string path = dir + "/accounts.key";
  const std::string sealed = Sealer::from_file(path).seal("secret", "x");
  struct stat file {};
  REQUIRE(stat(path.c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == 0600);
  CHECK(Sealer::from_file(path).open(sealed, "x") == "secret");
  std::ofstream{path} << "short";
  CHECK_THROWS_AS(Sealer::from_file(path), Error);
  CHECK_THROWS_AS(Sealer::from_file(dir + "/none/accounts.key"), Error);
  std::filesystem::remove_all(dir);
}

TEST_CASE("tokens and guids have their form and do not repeat") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = random_token("jct_");
    CHECK(token.size() == 47);
    CHECK(token.substr(0, 4) == "jct_");
    CHECK(seen.insert(token).second);
    const std::string guid = new_guid();
    CHECK(guid.size() == 36);
    CHECK(seen.insert(guid).second);
  }
  CHECK(hash_of("a").size() == 32);
  CHECK(hash_of("a") != hash_of("b"));
}

}  // namespace
}  // namespace junctor::accounts
