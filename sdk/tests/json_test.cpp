// SPDX-License-Identifier: Apache-2.0
// The JSON of plugins without a library for it, and statuses in words.
#include "junctor/json.hpp"

#include <doctest/doctest.h>

#include "junctor/result.hpp"

namespace json = junctor::json;
using Words = std::vector<std::string>;

TEST_CASE("objects and arrays are written as they were put together") {
  json::Array list;
  list.add("a").add(7).add(true);
  json::Object object;
  object.set("name", std::string{"x\"y\\\n\x7f"}).set("count", uint64_t{1} << 63).set("open", false);
  object.set_raw("list", list.text());
  CHECK(object.text() ==
        R"({"name":"x\"y\\\u000a\u007f","count":9223372036854775808,"open":false,"list":["a",7,true]})");
  CHECK(json::Object{}.text() == "{}");
  CHECK(json::error("no \"such\" thing") == R"({"error":"no \"such\" thing"})");
}

TEST_CASE("a command's words are read with every escape that JSON has") {
  CHECK(json::words(R"({"args":[]})").empty());
  CHECK(json::words(R"({"args":["a","b c"]})") == Words{"a", "b c"});
  CHECK(json::words(" { \"args\" : [ \"a\" , \"b\" ] } \n") == Words{"a", "b"});
  CHECK(json::words(R"({"args":["\"\\\/\b\f\n\r\t"]})") == Words{"\"\\/\b\f\n\r\t"});
  CHECK(json::words(R"({"args":["\u0041\u00e9\u20AC\ud83d\ude00"]})") ==
        Words{"A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"});
}

TEST_CASE("what are no words of a command are none") {
  for (const char* text : {"", "{", "[]", R"({"args":)", R"({"args":[)", R"({"args":["a")",
                           R"({"args":["a"]})x", R"({"args":["a"] "b"})", R"({"args":["a" "b"]})", R"({"args":["\x"]})",
                           R"({"args":["\u12"]})", R"({"args":["\ud83d"]})", R"({"args":["\ude00"]})",
                           R"({"args":["\ud83dx"]})", R"({"args":["\)", R"({"other":["a"]})", R"({"args":[1]})"}) {
    CAPTURE(text);
    CHECK(json::words(text).empty());
  }
}

TEST_CASE("what is no UTF-8 is no part of a JSON text") {
  CHECK(json::quote("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  for (const char* broken :
       {"\xFF", "\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5"}) {
    CAPTURE(broken);
    CHECK(json::utf8_size(broken) == 0);
    CHECK(json::quote(broken).substr(0, 4) == "\"\xEF\xBF\xBD");
  }
  CHECK(json::quote("a\xC3(b") == "\"a\xEF\xBF\xBD(b\"");
}
