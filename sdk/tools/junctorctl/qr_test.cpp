// SPDX-License-Identifier: Apache-2.0
// What is drawn is read by a QR reader (zbarimg), from the characters.
#include "tools/junctorctl/qr.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

using namespace junctor::tools;

namespace {

constexpr size_t kScale = 6;  // pixels a module

/// Two rows of modules for a line of the drawing: true is dark.
std::vector<std::vector<bool>> modules_of(const std::string& drawing) {
  std::vector<std::vector<bool>> rows;
  std::istringstream lines{drawing};
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(line.find('m') + 1);
    line = line.substr(0, line.find('\x1b'));
    std::vector<bool> upper, lower;
    for (size_t i = 0; i < line.size(); i += line[i] == ' ' ? 1 : 3) {
      const std::string_view mark = std::string_view{line}.substr(i, 3);
      upper.push_back(mark == "█" || mark == "▀");
      lower.push_back(mark == "█" || mark == "▄");
    }
    rows.push_back(upper);
    rows.push_back(lower);
  }
  return rows;
}

std::string read_by_zbar(const std::vector<std::vector<bool>>& rows) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("junctor-qr-" + std::to_string(::getpid()) + ".pgm");
  std::ofstream image{path, std::ios::binary};
  image << "P5\n" << rows[0].size() * kScale << " " << rows.size() * kScale << "\n255\n";
  for (size_t y = 0; y < rows.size() * kScale; ++y) {
    for (size_t x = 0; x < rows[0].size() * kScale; ++x) image.put(rows[y / kScale][x / kScale] ? '\0' : '\xff');
  }
  image.close();
  std::string text;
  FILE* const reader = ::popen(("zbarimg -q --raw " + path + " 2> /dev/null").c_str(), "r");
  REQUIRE(reader != nullptr);
  for (int c = std::fgetc(reader); c != EOF; c = std::fgetc(reader)) text += static_cast<char>(c);
  ::pclose(reader);
  std::filesystem::remove(path);
  return text;
}

}  // namespace

TEST_CASE("a reader reads what was drawn, short and long") {
  for (const size_t size : {1, 17, 150, 600}) {
    CAPTURE(size);
    const std::string text = "config=" + std::string(size, 'x');
    CHECK(read_by_zbar(modules_of(qr_code(text))) == text + "\n");
  }
}

TEST_CASE("what no code holds is refused") { CHECK_THROWS_AS(qr_code(std::string(3'000, 'x')), std::length_error); }
