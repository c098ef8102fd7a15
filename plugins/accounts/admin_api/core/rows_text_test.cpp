// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/rows_text.hpp"

#include <doctest/doctest.h>

using namespace junctor::accounts::admin;

TEST_CASE("cells with commas, quotes and line ends are quoted") {
  CHECK(csv_line({"a", "b,c", "d\"e", "f\ng", ""}) == "a,\"b,c\",\"d\"\"e\",\"f\ng\",\r\n");
}

TEST_CASE("what a spreadsheet would compute is text") {
  for (const char* text : {"=1+1", "+1", "-1", "@x", "\tx"}) {
    CAPTURE(text);
    CHECK(csv_cell(text) == "\"'" + std::string{text} + "\"");
  }
}

TEST_CASE("what was written is read back, with the lines that records begin at") {
  const auto records = parse_csv("\xEF\xBB\xBFid,alias\r\n1,\"a \"\"b\"\"\nc\"\n\n2,\"open");
  REQUIRE(records.size() == 3);
  CHECK(records[0].cells == std::vector<std::string>{"id", "alias"});
  CHECK(records[1].line == 2);
  CHECK(records[1].cells == std::vector<std::string>{"1", "a \"b\"\nc"});
  CHECK(records[2].line == 5);
  CHECK(records[2].cells == std::vector<std::string>{"2", "open"});
}
