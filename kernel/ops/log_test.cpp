// SPDX-License-Identifier: Apache-2.0
// Lines that stay one line and can be read back, whatever the network put into them.
#include "ops/log.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

using namespace junctor::ops;

namespace {

std::string kv(std::string_view value) {
  const Field field{"id", value};
  return format_kv(Level::kInfo, "T", "relay", "relay.refused", {&field, 1});
}
std::string json(std::string_view value) {
  const Field field{"id", value};
  return format_json(Level::kInfo, "T", "relay", "relay.refused", {&field, 1});
}
std::string read_back(std::string_view value) {
  const auto object = Poco::JSON::Parser{}.parse(json(value)).extract<Poco::JSON::Object::Ptr>();
  return object->getValue<std::string>("id");
}

}  // namespace

TEST_CASE("plain values stand bare, others in quotes with escapes") {
  CHECK(kv("198.51.100.21:50122") == "T level=info plugin=relay event=relay.refused id=198.51.100.21:50122");
  const std::string start = "T level=info plugin=relay event=relay.refused id=";
  CHECK(kv("") == start + R"("")");
  CHECK(kv("a b") == start + R"("a b")");
  CHECK(kv("a\"b") == start + R"("a\"b")");
  CHECK(kv("a=b") == start + R"("a=b")");
  CHECK(kv("a\\b") == start + R"("a\\b")");
  CHECK(kv("a\nb") == start + R"("a\nb")");
  CHECK(kv("a\x01"
           "b") == start + R"("a\u0001b")");
  CHECK(kv("é") == start + "é");
}

TEST_CASE("no value breaks a line or forges a field") {
  for (const std::string& value : {std::string{"x\nlevel=error event=forged"}, std::string{"x\r\n"},
                                   std::string{"\x7f"}, std::string{"a\0b", 3}, std::string{"\x1b[31m"}}) {
    for (const std::string& line : {kv(value), json(value)}) {
      for (const char c : line) CHECK((static_cast<unsigned char>(c) >= ' ' && c != '\x7f'));
    }
    CHECK(kv(value).find("id=\"") != std::string::npos);
  }
}

TEST_CASE("JSON lines give every value back") {
  for (const std::string& value :
       {std::string{"plain"}, std::string{"a\"b\\c\n\t\x01"}, std::string{"é 漢"}, std::string{}}) {
    CHECK(read_back(value) == value);
  }
}

TEST_CASE("what is no UTF-8 is replaced, so that a JSON line stays JSON") {
  CHECK(read_back("a\xff\xfe"
                  "b") ==
        "a\xEF\xBF\xBD\xEF\xBF\xBD"
        "b");
  CHECK(read_back("\xC3") == "\xEF\xBF\xBD");
  CHECK(read_back("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a lone surrogate
  CHECK(read_back("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");                  // an overlong slash
  CHECK(kv("\xff") == "T level=info plugin=relay event=relay.refused id=\"\xEF\xBF\xBD\"");
}

TEST_CASE("levels are named, parsed and obeyed") {
  for (const Level level : {Level::kError, Level::kWarning, Level::kInfo, Level::kDebug}) {
    CHECK(parse_level(level_name(level)) == level);
  }
  CHECK_FALSE(parse_level("loud"));
  CHECK_FALSE(parse_level(""));
  Log log{{Level::kWarning, false, "/dev/null", 0, 0}};
  CHECK(log.enabled(Level::kError));
  CHECK_FALSE(log.enabled(Level::kInfo));
  log.set_level(Level::kDebug);
  CHECK(log.enabled(Level::kDebug));
}

TEST_CASE("followers hear lines as JSON from info up, until they leave, in the order of writing") {
  Log log{{Level::kDebug, false, "/dev/null", 0, 0}};
  std::vector<std::string> heard;
  const uint64_t id = log.follow([&](const std::string& line) { heard.push_back(line); });
  log.write(Level::kInfo, "one", {{"n", "1"}});
  log.write(Level::kDebug, "hidden", {});
  log.write(Level::kError, "two", {});
  log.flush();
  log.unfollow(id);
  log.write(Level::kError, "three", {});
  log.flush();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].find(R"("event":"one","n":"1"})") != std::string::npos);
  CHECK(heard[1].find(R"("event":"two"})") != std::string::npos);
}

TEST_CASE("what was written before the end is written, and to a file line by line") {
  char dir[] = "/tmp/junctor-log-XXXXXX";
  REQUIRE(mkdtemp(dir) != nullptr);
  const std::string file = std::string{dir} + "/log";
  {
    Log log{{Level::kInfo, false, file, 0, 0}};
    for (int i = 0; i < 1000; ++i) log.write(Level::kInfo, "line", {{"n", "x"}});
  }
  std::ifstream in{file};
  int count = 0;
  for (std::string line; std::getline(in, line);) ++count;
  CHECK(count == 1000);
  std::filesystem::remove_all(dir);
}
