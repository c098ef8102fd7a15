// SPDX-License-Identifier: Apache-2.0
// What a site weighs: printed for the record, bounded nowhere.
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>

#include "site.hpp"

namespace junctor::site {
namespace {

/// As it is installed from a package: without what only a debugger reads.
std::string stripped_size(const std::string& file) {
  const testing::TempDir dir;
  const std::string bare = dir.file("bare");
  if (testing::run({"strip", "-o", bare, file}).code != 0) return "?";
  return std::to_string(std::filesystem::file_size(bare)) + " bytes stripped";
}

TEST_CASE("an idle site says what it weighs") {
  namespace fs = std::filesystem;
  Site site;
  site.start();
  std::ostringstream text;
  text << "resident memory of an idle server: " << site.memory_kib() << " KiB\n";
  text << "  junctord: " << stripped_size(JUNCTOR_TEST_DAEMON) << "\n";
  for (const auto& entry : fs::directory_iterator{JUNCTOR_TEST_PLUGINS}) {
    if (entry.path().extension() == ".so") {
      text << "  " << entry.path().filename().string() << ": " << stripped_size(entry.path()) << "\n";
    }
  }
  MESSAGE(text.str());
  CHECK(site.memory_kib() > 0);
}

}  // namespace
}  // namespace junctor::site
