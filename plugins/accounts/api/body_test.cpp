// SPDX-License-Identifier: Apache-2.0
// What bodies may look like, and what is refused of them.
#include "accounts/api/body.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace junctor::accounts {
namespace {

template <class Fn>
std::string refusal(Fn&& fn) {
  try {
    fn();
  } catch (const Refused& refused) {
    CHECK(refused.status() == 200);
    return refused.what();
  }
  return "";
}

TEST_CASE("fields read as what they are; null and missing are the same") {
  const Body body = Body::parse(
      R"({"name":"ada","none":null,"n":-5,"on":true,"list":["a","b"],"in":{"x":1},"rows":[{"y":2}],"ids":[1,2]})");
  CHECK(body.text("name") == "ada");
  CHECK(body.text("none").empty());
  CHECK_FALSE(body.maybe_text("none"));
  CHECK_FALSE(body.has("none"));
  CHECK_FALSE(body.has("missing"));
  CHECK(body.integer("n") == -5);
  CHECK(body.flag("on") == true);
  CHECK(body.texts("list", 2) == std::vector<std::string>{"a", "b"});
  CHECK(body.object("in")->integer("x") == 1);
  CHECK(body.objects("rows", 1)->at(0).integer("y") == 2);
  CHECK(body.integers("ids", 5) == std::vector<int64_t>{1, 2});
  CHECK_FALSE(body.object("missing"));
  CHECK_FALSE(body.texts("none", 1));
}

TEST_CASE("numbers of 64 bits stay exact") {
  const Body body = Body::parse(
      R"({"s":12345678901234567890,"m":18446744073709551615,"i":9223372036854775807,"l":-9223372036854775808,"odd":9007199254740993})");
  CHECK(body.unsigned64("s") == 12345678901234567890u);
  CHECK(body.unsigned64("m") == std::numeric_limits<uint64_t>::max());
  CHECK(body.integer("i") == std::numeric_limits<int64_t>::max());
  CHECK(body.unsigned64("i") == 9223372036854775807u);
  CHECK(body.integer("l") == std::numeric_limits<int64_t>::min());
  CHECK(body.integer("odd") == 9007199254740993);
  CHECK(refusal([&] { body.integer("s"); }).find("\"s\"") != std::string::npos);
  CHECK(refusal([&] { body.unsigned64("l"); }).find("negative") != std::string::npos);
}

TEST_CASE("a wrong type is refused with the field's name") {
  const Body body = Body::parse(R"({"n":1,"d":1.5,"e":1e3,"t":"x","a":[1],"o":{},"b":true})");
  for (const char* key : {"n", "a", "o", "b", "d"})
    CHECK(refusal([&] { body.text(key); }).find(key) != std::string::npos);
  for (const char* key : {"d", "e", "t", "a", "o", "b"}) {
    CAPTURE(key);
    CHECK(refusal([&] { body.integer(key); }).find("whole number") != std::string::npos);
    CHECK(refusal([&] { body.unsigned64(key); }).find("whole number") != std::string::npos);
  }
  for (const char* key : {"n", "t", "a", "o"}) CHECK_FALSE(refusal([&] { body.flag(key); }).empty());
  CHECK_FALSE(refusal([&] { body.texts("a", 5); }).empty());
  CHECK_FALSE(refusal([&] { body.texts("t", 5); }).empty());
  CHECK_FALSE(refusal([&] { body.objects("a", 5); }).empty());
  CHECK_FALSE(refusal([&] { body.object("a"); }).empty());
  CHECK_FALSE(refusal([&] { body.required_text("missing"); }).empty());
}

TEST_CASE("a number beyond 64 bits is refused, never rounded; in a text it is a text") {
  for (const char* bad :
       {"18446744073709551616", "99999999999999999999", "36893488147419103232", "-9223372036854775809"}) {
    const std::string text = std::string{"{\"q\":\"a\\\"b\",\"n\":"} + bad + "}";
    CHECK(refusal([&] { Body::parse(text); }).find("64 bits") != std::string::npos);
  }
  CHECK(Body::parse(R"({"t":"99999999999999999999\\"})").text("t") == "99999999999999999999\\");
}

TEST_CASE("texts and arrays have bounds, and no NUL") {
  const Body body = Body::parse(R"({"t":"12345","z":"a\u0000b","a":["x","y","z"]})");
  CHECK(body.text("t", 5) == "12345");
  CHECK(refusal([&] { body.text("t", 4); }).find("at most 4") != std::string::npos);
  CHECK(refusal([&] { body.text("z"); }).find("NUL") != std::string::npos);
  CHECK(refusal([&] { body.texts("a", 2); }).find("at most 2") != std::string::npos);
}

TEST_CASE("what is no JSON object in UTF-8 is refused, however deep or broken") {
  const std::string deep(100'000, '['), pairs = [] {
    std::string out;
    for (int i = 0; i < 100'000; ++i) out += "{\"a\":";
    return out;
  }();
  for (const std::string& bad :
       {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"\"x\""}, std::string{"7"}, std::string{"{"},
        std::string{"{\"a\":}"}, std::string{"{\"a\":\"\xff\"}"}, std::string{"{} {}"}, std::string(3, '\0'), deep,
        pairs}) {
    CHECK(refusal([&] { Body::parse(bad); }).find("JSON object") != std::string::npos);
  }
}

TEST_CASE("bodies that are arrays of texts, or bare flags") {
  CHECK(parse_texts(R"(["a","b"])", 2) == std::vector<std::string>{"a", "b"});
  CHECK(parse_texts("[]", 2).empty());
  CHECK_FALSE(refusal([] { parse_texts(R"({"a":1})", 2); }).empty());
  CHECK_FALSE(refusal([] { parse_texts("[1]", 2); }).empty());
  CHECK_FALSE(refusal([] { parse_texts(R"(["a","b","c"])", 2); }).empty());
  CHECK(parse_flag(" true\n"));
  CHECK_FALSE(parse_flag("false"));
  for (const char* bad : {"", " ", "1", "\"true\"", "True"}) CHECK_FALSE(refusal([&] { parse_flag(bad); }).empty());
}

}  // namespace
}  // namespace junctor::accounts
