// SPDX-License-Identifier: Apache-2.0
#include "tools/check/elf_exports.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace junctor::tools;

namespace {

/// Any dynamic object does; this one is mapped into the test itself. See dl_iterate_phdr's first entries.
std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// The C++ runtime that this test runs with, found through its own maps.
std::string a_shared_object() {
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    const size_t path = line.find('/');
    if (path != std::string::npos && line.find("libstdc++.so") != std::string::npos) return line.substr(path);
  }
  return {};
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("exports are what the file defines for others") {
  const std::string path = a_shared_object();
  REQUIRE_FALSE(path.empty());
  std::string why;
  const auto names = elf_exports(read_file(path), &why);
  REQUIRE_MESSAGE(names.has_value(), why);
  CHECK(has(*names, "__cxa_throw"));
  CHECK(has(*names, "_ZSt4cout"));
  CHECK_FALSE(has(*names, "malloc"));  // used, not defined
}

TEST_CASE("what is no ELF file is refused with a reason") {
  std::string why;
  CHECK_FALSE(elf_exports({}, &why).has_value());
  CHECK(why.find("ELF") != std::string::npos);
  CHECK_FALSE(elf_exports(std::vector<uint8_t>(4096, 0x7F), &why).has_value());
}

TEST_CASE("a file that is cut or damaged anywhere never makes it read beyond the end") {
  const std::vector<uint8_t> whole = read_file(a_shared_object());
  std::string why;
  for (size_t part = 0; part < 64; ++part) {
    std::vector<uint8_t> cut{whole.begin(), whole.begin() + static_cast<long>(whole.size() * part / 64)};
    elf_exports(cut, &why);
  }
  // The head and the section table, where offsets and counts are.
  for (size_t at = 0; at < 64; ++at) {
    std::vector<uint8_t> damaged{whole.begin(), whole.begin() + 64};
    damaged[at] ^= 0xFF;
    CHECK_FALSE(elf_exports(damaged, &why).has_value());
  }
}
