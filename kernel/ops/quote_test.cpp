// SPDX-License-Identifier: Apache-2.0
#include "ops/quote.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <doctest/doctest.h>

#include <string>

using namespace junctor::ops;

namespace {

std::string read_back(const std::string& text) {
  const auto object =
      Poco::JSON::Parser{}.parse(R"({"x":)" + quote_json(text) + "}").extract<Poco::JSON::Object::Ptr>();
  return object->getValue<std::string>("x");
}

}  // namespace

TEST_CASE("nothing that a terminal obeys or that turns the text around it is left as it is") {
  for (const std::string& order :
       {std::string{"\x1b"}, std::string{"\x07"}, std::string{"\x7f"}, std::string{"\u0085"}, std::string{"\u009b"},
        std::string{"\u061c"}, std::string{"\u200e"}, std::string{"\u202a"}, std::string{"\u202e"},
        std::string{"\u2066"}, std::string{"\u2069"}, std::string{"\u2028"}, std::string{"\ufeff"}}) {
    CAPTURE(quote_json(order));
    CHECK(quote_json(order).find(order) == std::string::npos);
    CHECK(printable("a" + order + "b").find(order) == std::string::npos);
    CHECK(read_back("a" + order + "b") == "a" + order + "b");
  }
  CHECK(printable("\u202e\x1b[2J\xff") == "\\u{202E}\\x1B[2J\\xFF");
}

TEST_CASE("letters of every script stay as they are") {
  for (const std::string text : {"plain", "é ß 漢字 🙂", "עברית", "عربي"}) {
    CHECK(printable(text) == text);
    CHECK(quote_json(text) == "\"" + text + "\"");
  }
}

TEST_CASE("a text is cut by what it takes when it is quoted, at whole characters") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 5) == "abcde");
  CHECK(cut("\x01\x01\x01", 12) == "\x01\x01");
  CHECK(cut("ééé", 5) == "éé");
  CHECK(cut("\xff\xff", 3) == "\xff");
  CHECK(cut("", 0).empty());
  const std::string hostile(2000, '\x01');
  CHECK(quote_json(cut(hostile, 160)).size() <= 162);
}
