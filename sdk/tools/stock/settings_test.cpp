// SPDX-License-Identifier: Apache-2.0
// The table itself, and that the page for people moving over has it.
#include "tools/stock/settings.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "tools/stock/test_site.hpp"

namespace junctor::stock {
namespace {

/// As share/doc/moving.md has it.
std::string row(const Setting& setting) {
  const auto code = [](std::string_view text) {
    return text.empty() ? std::string{"-"} : "`" + std::string{text} + "`";
  };
  return "| " + code(setting.name) + " | " + code(flags_text(setting)) + " | " + programs_text(setting) + " | " +
         (setting.equal.empty() ? "none" : "`" + std::string{setting.equal} + "`") + " | " +
         std::string{setting.means} + " |";
}

TEST_CASE("share/doc/moving.md has a row for each setting, as the table has it") {
  std::ifstream file{JUNCTOR_MOVING_DOC};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  for (const Setting& setting : settings()) {
    INFO("expected in share/doc/moving.md: " << row(setting));
    CHECK(has(page, row(setting) + "\n"));
  }
}

TEST_CASE("each setting is found by each of its names, and no name is used twice") {
  for (const Setting& one : settings()) {
    if (!one.name.empty()) CHECK(find_name(one.name) == &one);
    if (one.flag != 0) CHECK(find_flag(one.flag) == &one);
    if (!one.long_flag.empty()) CHECK(find_long_flag(one.long_flag) == &one);
    CHECK(&setting(one.id) == &one);
    CHECK((one.hbbs || one.hbbr));
  }
  CHECK(find_name("RELAY_SERVERS") == find_name("RELAY-SERVERS"));
  CHECK(find_name("PATH") == nullptr);
  for (const Setting& one : settings()) CHECK_FALSE(is_of_the_host(one.name));
  for (const char* name : {"PATH", "LC_ALL", "TZ", "http_proxy", "S6_KEEP_ENV"}) CHECK(is_of_the_host(name));
  for (const char* name : {"PATHS", "", "MAX_DEVICES"}) CHECK_FALSE(is_of_the_host(name));
  CHECK(find_flag('x') == nullptr);
}

TEST_CASE("a program is known by the last part of its path") {
  Program program = Program::kHbbs;
  CHECK(is_program("/usr/bin/hbbr", &program));
  CHECK(program == Program::kHbbr);
  CHECK(is_program("hbbs", &program));
  CHECK(program == Program::kHbbs);
  for (const char* other : {"", "hbb", "hbbs.sh", "/hbbs/", "junctord"}) CHECK_FALSE(is_program(other, &program));
}

}  // namespace
}  // namespace junctor::stock
