// SPDX-License-Identifier: Apache-2.0
// For tests: a data directory that goes with the test.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "auth_key/key_files.hpp"

namespace junctor::auth {

class TestDir {
 public:
  TestDir() {
    std::string name = (std::filesystem::temp_directory_path() / "junctor-keys-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TestDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDir(const TestDir&) = delete;
  TestDir& operator=(const TestDir&) = delete;

  const std::string& path() const { return path_; }
  std::string secret() const { return path_ + "/id_ed25519"; }
  std::string pub() const { return path_ + "/id_ed25519.pub"; }
  KeyFiles files() const { return KeyFiles{path_}; }
  void write(const std::string& path, const std::string& text) const { std::ofstream{path} << text; }
  std::string read(const std::string& path) const {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  mode_t mode(const std::string& path) const {
    struct stat file {};
    REQUIRE(stat(path.c_str(), &file) == 0);
    return file.st_mode & 07777;
  }
  size_t entries() const { return static_cast<size_t>(std::distance(std::filesystem::directory_iterator{path_}, {})); }

 private:
  std::string path_;
};

/// Root may read everything: the test goes on as nobody.
class AsNobody {
 public:
  AsNobody() { REQUIRE((!is_root_ || seteuid(65534) == 0)); }
  ~AsNobody() {
    if (is_root_ && seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  const bool is_root_ = getuid() == 0;
};

inline wire::SigningKeys seeded(uint8_t value) {
  std::array<uint8_t, 32> seed{};
  seed.fill(value);
  return wire::SigningKeys::from_seed(seed);
}

}  // namespace junctor::auth
