// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/given.hpp"

#include <doctest/doctest.h>

#include "tools/stock/test_site.hpp"
#include "wire/signing.hpp"

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

TEST_CASE("what is no argument, and a flag without its value, is an error: it may be a rule") {
  Remarks remarks;
  const Arguments arguments =
      parse_arguments(Program::kHbbr, {"-r", "host", "--new", "-p", "7", "word", "-k"}, "x.service:3: ", &remarks);
  CHECK(arguments.values.size() == 1);
  const std::string text = remarks_of(remarks, Kind::kError);
  CHECK(has(text, "x.service:3: \"-r\" is no argument of hbbr"));  // of hbbs alone
  CHECK(has(text, "\"--new\""));
  CHECK(has(text, "\"word\""));
  CHECK(has(text, "x.service:3: -k has no value\n"));
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

TEST_CASE("a name that nobody knows is told of, one that every host has is not") {
  const std::vector<Pair> pairs = {{"TZ", "UTC", "c.yml:4"},         {"ALWAYS_USE_RELAY", "Y", "c.yml:5"},
                                   {"PORT", "7", "c.yml:6"},         {"LC_ALL", "C", "c.yml:7"},
                                   {"MAX_DEVICES", "3", "c.yml:8"},  {"PATH", "/bin", "environment"},
                                   {"ODD", "secret", "environment"}, {"EVEN", "", "environment"}};
  Remarks remarks;
  const Values values = values_of(Program::kHbbr, pairs, &remarks);
  CHECK(values.size() == 1);
  CHECK(remarks_of(remarks, Kind::kNotUnderstood) ==
        "c.yml:8: MAX_DEVICES is no setting of a stock server that is known here\n"
        "environment: ODD, EVEN are no settings of a stock server that is known here\n");
  CHECK(has(remarks_of(remarks, Kind::kNote), "c.yml:5: ALWAYS_USE_RELAY is not used by hbbr"));
}

TEST_CASE("PORT is P for both: the relay's own port is one above, and -p alone is literal") {
  Remarks remarks;
  for (const char* name : {"PORT", "port", "Port"}) {
    CAPTURE(name);
    const std::vector<Pair> pairs = {{name, "21200", "e:1"}};
    CHECK(values_of(Program::kHbbs, pairs, &remarks).at(Id::kPort).value == "21200");
    CHECK(values_of(Program::kHbbr, pairs, &remarks).at(Id::kPort).value == "21201");
  }
  CHECK(hbbr("-p 21200").at(Id::kPort).value == "21200");
  CHECK(values_of(Program::kHbbr, {{"PORT", "much", "e:1"}}, &remarks).at(Id::kPort).value == "much");
  CHECK(remarks.empty());
}

TEST_CASE("every name is found in any case, with dashes and with underscores") {
  for (const Setting& one : settings()) {
    std::string low{one.name};
    std::string under{one.name};
    for (char& c : low) c = c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    for (char& c : under) c = c == '-' ? '_' : c;
    if (low.empty()) continue;
    CHECK(find_name(low) == &setting(one.id));
    CHECK(find_name(under) == &setting(one.id));
  }
}

TEST_CASE("an empty KEY opens nothing: only the flag says that no key is asked for") {
  Remarks remarks;
  CHECK(values_of(Program::kHbbs, {{"KEY", "", "e:1"}}, &remarks).empty());
  CHECK(has(remarks_of(remarks, Kind::kWarning), "e:1: KEY is empty and taken for not given"));
  CHECK(hbbs("-k=").at(Id::kKey).value.empty());
}

TEST_CASE("the image's own variables are arguments of both, and are read by no other start") {
  const auto keys = wire::SigningKeys::from_seed({5});
  const std::vector<Pair> pairs = {{"RELAY", "rd.example.org", "e:1"},
                                   {"ENCRYPTED_ONLY", "1", "e:2"},
                                   {"KEY", "-", "e:3"},
                                   {"RELAY_SERVERS", "other", "e:4"}};
  Remarks remarks;
  Values values = values_of(Program::kHbbs, pairs, &remarks);
  Values other = values;
  settle_image(StartedBy::kImage, &values, &remarks);
  CHECK(remarks.empty());
  CHECK(values.size() == 2);
  CHECK(values.at(Id::kRelayServers).value == "rd.example.org");
  CHECK(values.at(Id::kKey).value == "_");
  settle_image(StartedBy::kCommand, &other, &remarks);
  CHECK(other.at(Id::kRelayServers).value == "other");
  CHECK(has(remarks_of(remarks, Kind::kWarning), "e:2: ENCRYPTED_ONLY is read by the image"));
  Values pair{{Id::kImageKeyPublic, {keys.public_text(), "pub"}}, {Id::kImageKeySecret, {keys.secret_text(), "priv"}}};
  Values odd{{Id::kImageKeyPublic, {"x", "pub"}}, {Id::kImageKeySecret, {keys.secret_text(), "priv"}}};
  Values half{{Id::kImageKeyPublic, {keys.public_text(), "pub"}}, {Id::kImageEncryptedOnly, {"yes", "e"}}};
  remarks.clear();
  settle_image(StartedBy::kImage, &pair, &remarks);
  CHECK(remarks.empty());
  CHECK(pair.at(Id::kKey).value == keys.secret_text());
  settle_image(StartedBy::kImage, &odd, &remarks);
  CHECK(remarks_of(remarks, Kind::kError) == "pub and priv are no pair\n");
  settle_image(StartedBy::kImage, &half, &remarks);
  CHECK(half.at(Id::kKey).value == keys.public_text());
  CHECK(remarks_of(remarks, Kind::kNotUnderstood) == "e: expected 1 or 0\n");
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
