// SPDX-License-Identifier: Apache-2.0
// Words and answers of commands.
#include <doctest/doctest.h>

#include <junctor/command_json.hpp>

using namespace junctor;

TEST_CASE("a command's words are taken from its arguments, and nothing from anything else") {
  CHECK(command::words(R"({"args":["end","7"]})") == std::vector<std::string>{"end", "7"});
  for (const char* none : {"", "{}", "[1]", "not json", R"({"args":[]})", R"({"args":7})", R"({"args":["a",{}]})"}) {
    CAPTURE(none);
    CHECK(command::words(none).empty());
  }
}

TEST_CASE("a failure's words are quoted") { CHECK(command::error("no \"b\"") == R"({"error":"no \"b\""})"); }
