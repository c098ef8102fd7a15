// SPDX-License-Identifier: Apache-2.0
// A directory that is gone with its owner. Any thread.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace junctor::testing {

inline std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "junctor-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a directory like " + name};
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  /// Makes the folders on the way.
  std::string write(const std::string& name, const std::string& text) const {
    const std::string full = file(name);
    std::filesystem::create_directories(std::filesystem::path{full}.parent_path());
    std::ofstream{full, std::ios::binary} << text;
    return full;
  }

 private:
  std::string path_;
};

}  // namespace junctor::testing
