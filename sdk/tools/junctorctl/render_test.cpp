// SPDX-License-Identifier: Apache-2.0
#include "tools/junctorctl/render.hpp"

#include <Poco/Exception.h>
#include <doctest/doctest.h>

using namespace junctor::tools;

namespace {
std::string rendered(const std::string& json) { return render(parse_json(json)); }
}  // namespace

TEST_CASE("rows become a table whose columns line up, numbers to the right") {
  CHECK(rendered(R"({"rows":[{"id":"abc","seen_s":7},{"id":"a","seen_s":1234}]})") ==
        "ID   SEEN_S\n"
        "abc       7\n"
        "a      1234\n");
}

TEST_CASE("JSON is shown in ASCII, with slashes as they are and everything else as it was") {
  const std::string shown =
      json_text(parse_json(R"({"url":"https://a/b","path":"\\/\\\\/","name":"é\u001b\"","n":[1,true,null]})"));
  CHECK(shown == R"({"url":"https://a/b","path":"\\/\\\\/","name":"\u00E9\u001B\"","n":[1,true,null]})");
  CHECK(json_text(parse_json(shown)) == shown);
}

TEST_CASE("columns keep the order in which the server names them") {
  CHECK(rendered(R"({"rows":[{"z":"1a","a":"2b"}]})") == "Z   A\n1a  2b\n");
}

TEST_CASE("a member that only a later row has is a column, empty in the others") {
  CHECK(rendered(R"({"rows":[{"a":"x"},{"a":"y","why":"slow"}]})") ==
        "A  WHY\n"
        "x\n"
        "y  slow\n");
}

TEST_CASE("no rows are said in a word") { CHECK(rendered(R"({"rows":[]})") == "none\n"); }

TEST_CASE("a flat object is a listing") {
  CHECK(rendered(R"({"version":"0.1.0","pid":42,"ok":true,"none":null})") ==
        "version  0.1.0\n"
        "pid      42\n"
        "ok       true\n"
        "none\n");
}

TEST_CASE("what is nested follows under its name") {
  CHECK(rendered(R"({"state":"running","listening":[{"protocol":"tcp","port":21116}],"network":{"shed":0}})") ==
        "state  running\n"
        "\n"
        "listening\n"
        "  PROTOCOL   PORT\n"
        "  tcp       21116\n"
        "\n"
        "network\n"
        "  shed  0\n");
}

TEST_CASE("an object of nested parts alone does not begin with an empty line") {
  CHECK(rendered(R"({"network":{"shed":0}})") == "network\n  shed  0\n");
}

TEST_CASE("a list of words is one cell") { CHECK(rendered(R"({"uses":["a","b"]})") == "uses  a b\n"); }

TEST_CASE("rows beside other members are a table of their own") {
  CHECK(rendered(R"({"total":1,"rows":[{"a":"x"}]})") == "total  1\n\nrows\n  A\n  x\n");
}

TEST_CASE("what a terminal would obey is shown, not sent") {
  CHECK(rendered(R"({"rows":[{"id":"a\u001b[2Jb\n"}]})") == "ID\na\\x1B[2Jb\\x0A\n");
}

TEST_CASE("letters of several bytes take one place") {
  CHECK(rendered("{\"rows\":[{\"a\":\"\xC3\xA4\",\"b\":\"x\"},{\"a\":\"yy\",\"b\":\"z\"}]}") ==
        "A   B\n\xC3\xA4   x\nyy  z\n");
}

TEST_CASE("values other than objects are printed as they are") {
  CHECK(rendered(R"({"a":1.5})") == "a  1.5\n");
  CHECK(render(Poco::Dynamic::Var{std::string{"following"}}) == "following\n");
}

TEST_CASE("text that is not JSON is an exception") { CHECK_THROWS_AS(parse_json("{\"a\":"), Poco::Exception); }

TEST_CASE("an event reads as in the log") {
  CHECK(event_line(R"({"time":"2024-05-01T10:00:00.000Z","level":"info","plugin":"relay","event":"relay.refused",)"
                   R"("reason":"wrong_key","hint":"two words","empty":""})") ==
        "2024-05-01T10:00:00.000Z level=info plugin=relay event=relay.refused reason=wrong_key hint=\"two words\" "
        "empty=\"\"");
}

TEST_CASE("a line that is no event is shown harmless") { CHECK(event_line("\x1b[2J") == "\\x1B[2J"); }

TEST_CASE("an empty list in a row is an empty cell") {
  CHECK(render(parse_json(R"({"rows":[{"name":"relay","limits":[]}]})")).find("\\x0A") == std::string::npos);
}

TEST_CASE("a table, a listing and an event obey nothing that a stranger has put into a text, and end") {
  const std::string orders = "\\u001b[2J\\u009b1m\\u202eevil\\u2066";
  const std::string rows = render(parse_json(R"({"rows":[{"id":")" + orders + std::string(5000, 'x') + R"("}]})"));
  CHECK(rows.size() < 300);
  const std::string listing = render(parse_json(R"({"id":")" + orders + R"("})"));
  const std::string event = event_line(R"({"time":"T","event":"e","id":")" + orders + R"("})");
  for (const std::string& text : {rows, listing, event}) {
    CAPTURE(text);
    for (const char* order : {"\x1b", "\u009b", "\u202e", "\u2066"}) CHECK(text.find(order) == std::string::npos);
    CHECK(text.find("evil") != std::string::npos);
  }
}
