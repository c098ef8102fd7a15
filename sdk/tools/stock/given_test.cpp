// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/given.hpp"

#include <doctest/doctest.h>

#include "tools/stock/test_site.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

TEST_CASE("a flag and its value may be written in every way") {
  for (const char* line : {"-p 7", "-p7", "-p=7", "--port 7", "--port=7"}) {
    CAPTURE(line);
    CHECK(hbbs(line).at(Id::kPort).value == "7");
  }
  CHECK(hbbs("-k -").at(Id::kKey).value == "-");
  CHECK(hbbs("-k -").at(Id::kKey).origin == "-k");
  CHECK(hbbs("-k= -p 1").at(Id::kKey).value.empty());
  CHECK(hbbs("-p 1 -p 2").at(Id::kPort).value == "2");
}

TEST_CASE("what is no argument is told of and passed over, a flag without its value is an error") {
  Remarks remarks;
  const Arguments arguments =
      parse_arguments(Program::kHbbr, {"-r", "host", "--new", "-p", "7", "word", "-k"}, "x.service:3: ", &remarks);
  CHECK(arguments.values.size() == 1);
  const std::string text = remarks_of(remarks, Kind::kNotUnderstood);
  CHECK(has(text, "x.service:3: \"-r\" is no argument of hbbr"));  // of hbbs alone
  CHECK(has(text, "\"--new\""));
  CHECK(has(text, "\"word\""));
  CHECK(remarks_of(remarks, Kind::kError) == "x.service:3: -k has no value\n");
  Remarks next;
  parse_arguments(Program::kHbbs, {"-k", "-p", "7"}, "", &next);
  CHECK(remarks_of(next, Kind::kError) == "-k has no value\n");
}

TEST_CASE("help, version and junctord's own --set are known beside the flags") {
  Remarks remarks;
  CHECK(parse_arguments(Program::kHbbs, {"--help"}, "", &remarks).help);
  CHECK(parse_arguments(Program::kHbbs, {"-V"}, "", &remarks).version);
  const Arguments set =
      parse_arguments(Program::kHbbs, {"--set", "kernel.workers=1", "--set=relay.wait=1s"}, "", &remarks);
  CHECK(set.overrides == std::vector<std::string>{"kernel.workers=1", "relay.wait=1s"});
  CHECK(remarks.empty());
}

TEST_CASE("an environment file is NAME=VALUE, and its odd lines have numbers") {
  Remarks remarks;
  const auto pairs = parse_env_file("stock.env",
                                    "# a comment\n[section]\n\nKEY=_\nexport PORT = \"21200\"\r\nRELAY-SERVERS='a,b'\n"
                                    "what is this\nEMPTY=\n",
                                    &remarks);
  REQUIRE(pairs.size() == 4);
  CHECK(pairs[0].value == "_");
  CHECK(pairs[1].name == "PORT");
  CHECK(pairs[1].value == "21200");
  CHECK(pairs[1].origin == "stock.env:5");
  CHECK(pairs[2].value == "a,b");
  CHECK(pairs[3].value.empty());
  CHECK(remarks_of(remarks, Kind::kNotUnderstood) == "stock.env:7: expected NAME=VALUE\n");
}

TEST_CASE("a name is told of where it was written for the server, and not where it is anybody's") {
  const std::vector<Pair> pairs = {
      {"TZ", "UTC", "c.yml:4"}, {"ALWAYS_USE_RELAY", "Y", "c.yml:5"}, {"PORT", "7", "c.yml:6"}};
  Remarks remarks;
  const Values values = values_of(Program::kHbbr, pairs, Unknown::kTell, &remarks);
  CHECK(values.size() == 1);
  CHECK(values.at(Id::kPort).origin == "c.yml:6: PORT");
  CHECK(has(remarks_of(remarks, Kind::kNotUnderstood), "c.yml:4: TZ is no setting"));
  CHECK(has(remarks_of(remarks, Kind::kNote), "c.yml:5: ALWAYS_USE_RELAY is not used by hbbr"));
  Remarks none;
  values_of(Program::kHbbr, pairs, Unknown::kPassOver, &none);
  CHECK(none.empty());
}

TEST_CASE("the stronger source holds, and says so where the two differ") {
  Values values{{Id::kPort, {"1", "-p"}}, {Id::kKey, {"_", "-k"}}};
  Remarks remarks;
  lay_under({{Id::kPort, {"2", "PORT"}}, {Id::kKey, {"_", "KEY"}}, {Id::kBind, {"::", "BIND"}}}, &values, &remarks);
  CHECK(values.at(Id::kPort).value == "1");
  CHECK(values.at(Id::kBind).value == "::");
  REQUIRE(remarks.size() == 1);
  CHECK(remarks[0].text == "PORT is not used: -p says something else");
}

TEST_CASE("words are split as a shell does it") {
  std::vector<std::string> words;
  CHECK(split_words(R"(hbbs  -k "a b" 'c"d' e\ f "")", &words));
  CHECK(words == std::vector<std::string>{"hbbs", "-k", "a b", "c\"d", "e f", ""});
  words.clear();
  CHECK_FALSE(split_words("hbbs 'open", &words));
}

}  // namespace
}  // namespace junctor::stock
