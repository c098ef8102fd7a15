// SPDX-License-Identifier: Apache-2.0
// Tests of TOML reading: places, order, nesting bounds, bare values, merging.
#include "config/document.hpp"

#include <doctest/doctest.h>

#include "config/merge.hpp"
#include "config/text_guard.hpp"

using namespace junctor::config;

namespace {

std::string repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

std::string first_fault(const std::string& text) {
  Faults faults;
  parse_document("f.toml", text, &faults);
  return faults.empty() ? "" : faults.take().front().print();
}

}  // namespace

TEST_CASE("members keep the order and the places of the file") {
  Faults faults;
  Node root = parse_document("f.toml", "[zebra]\nb = 1\na = \"x\"\n[apple]\n", &faults);
  CHECK(faults.empty());
  REQUIRE(root.members.size() == 2);
  CHECK(root.members[0].key == "zebra");
  CHECK(root.members[1].key == "apple");
  const Node& zebra = root.members[0].node;
  REQUIRE(zebra.members.size() == 2);
  CHECK(zebra.members[0].key == "b");
  CHECK(zebra.members[1].origin.line == 3);
  CHECK(zebra.members[1].origin.column == 1);
  CHECK(zebra.members[1].node.origin.column == 5);
}

TEST_CASE("a syntax error is one fault at its place") {
  CHECK(first_fault("[relay]\nwait = = 3\n").rfind("f.toml:2:8: syntax: ", 0) == 0);
  CHECK(first_fault("a = 1\na = 2\n").rfind("f.toml:2:", 0) == 0);
  CHECK(first_fault("a = \"\xff\"\n").rfind("f.toml:1:", 0) == 0);
}

TEST_CASE("a header without a key is a syntax error and not an assertion") {
  CHECK(first_fault("[!]\n").rfind("f.toml:1:2: syntax: ", 0) == 0);
  CHECK(first_fault("[[=]]\n").rfind("f.toml:1:3: syntax: ", 0) == 0);
  CHECK(first_fault(std::string("[\0]\n", 4)).rfind("f.toml:1:", 0) == 0);
  CHECK(first_fault("[a.!]\n").rfind("f.toml:1:", 0) == 0);
}

TEST_CASE("nesting beyond 16 is a fault before the parser sees it") {
  CHECK(first_fault("a = " + repeat("[", 16) + repeat("]", 16)) == "");
  CHECK(first_fault("a = " + repeat("[", 17) + repeat("]", 17)) ==
        "f.toml:1:21: tables, arrays or dotted keys nest deeper than 16");
  CHECK(first_fault("\n" + repeat("a.", 400'000) + "a = 1\n") ==
        "f.toml:2:34: tables, arrays or dotted keys nest deeper than 16");
  CHECK(first_fault("[" + repeat("a.", 400'000) + "a]\n").find("deeper than 16") != std::string::npos);
  CHECK(first_fault("x = " + repeat("{a=", 200'000)).find("deeper than 16") != std::string::npos);
  CHECK(first_fault(repeat("\"a,\".", 100'000) + "a = 1\n").find("deeper than 16") != std::string::npos);
}

TEST_CASE("dots and brackets in strings and comments are not nesting") {
  CHECK_FALSE(guard_text("a = \"" + repeat(".[", 50) + "\""));
  CHECK_FALSE(guard_text("a = '" + repeat(".[", 50) + "\\'"));
  CHECK_FALSE(guard_text("# it's " + repeat(".[", 50)));
  CHECK_FALSE(guard_text("a = \"\"\"\n" + repeat(".[\n", 50) + " \\\"\"\"\" " + "\"\"\""));
  CHECK_FALSE(guard_text("a = [" + repeat("1.5, ", 100) + "]"));
  CHECK(guard_text("a = \"\"\"x\"\"\"\"\"\nb = " + repeat("[", 17)).has_value());
  CHECK(guard_text("a = '''x''''\nb = " + repeat("[", 17)).has_value());
}

TEST_CASE("characters beyond ASCII stand in strings and comments, where toml++ can take them") {
  CHECK(first_fault("\xef\xbb\xbf# \u00f9\na = \"\u00f9\"\n\"\u00f9\" = '\u00f9'\n") == "");
  CHECK(first_fault("[\u00f9]\n") == "f.toml:1:2: a character beyond ASCII stands in quotes");
  CHECK(first_fault("a = \"\u00f9\" \u00f9\n") == "f.toml:1:9: a character beyond ASCII stands in quotes");
  CHECK(first_fault("a = \"\"\"x\\\n  \u00f9\"\"\"\n") ==
        "f.toml:2:3: a character beyond ASCII may not be the first after a line-ending backslash");
  CHECK(first_fault("a = \"\"\"x\\\n  y\u00f9\"\"\"\n") == "");
}

TEST_CASE("a quote right behind a value is refused before toml++ reads on over it") {
  const std::string reason = "a quote stands right behind another value";
  for (const char* glued : {"a =0n\"\u00f9\"\n", "a =0!\"\u00f9\"\n", "a = 0.\"\u00f9\"\n", "a = [1, 0.'\u00f9']\n",
                            "a = [{b = 1}, x'\u00f9']\n", "a = {b = 1.\"\u00f9\"}\n", "a\"\u00f9\" = 1\n"}) {
    CAPTURE(glued);
    CHECK(first_fault(glued).find(reason) != std::string::npos);
  }
  for (const char* right : {"a.\"\u00f9\" = 1\n", "1.\"\u00f9\" = \"\u00f9\"\n", "[a.\"\u00f9\"]\nb = 1\n",
                            "a = {b.\"\u00f9\" = 1, c.'\u00f9' = 2}\n", "a = [\n1.5,\n\"\u00f9\"]\nb.'\u00f9' = 1\n",
                            "a = [{b = 1, c.'\u00f9' = 2}, '\u00f9']\n"}) {
    CAPTURE(right);
    CHECK(first_fault(right) == "");
  }
}

TEST_CASE("a value on the command line is TOML, or else a bare string") {
  Origin origin{Origin::Kind::kCommandLine, "--set a.b", 0, 0};
  CHECK(parse_bare_value("22116", origin).integer == 22116);
  CHECK(parse_bare_value("true", origin).boolean);
  CHECK(parse_bare_value("30s", origin).string == "30s");
  CHECK(parse_bare_value("[::]:1", origin).string == "[::]:1");
  CHECK(parse_bare_value("\"30s\"", origin).string == "30s");
  CHECK(parse_bare_value("2024-01-01", origin).string == "2024-01-01");
  CHECK(parse_bare_value("", origin).kind == Node::Kind::kString);
  CHECK(parse_bare_value("1\nother = 2", origin).kind == Node::Kind::kString);
  CHECK(parse_bare_value("[1, 2]", origin).items.size() == 2);
  CHECK(parse_bare_value("{a = 1}", origin).members[0].node.origin == origin);
}

TEST_CASE("a later document overrides single keys and replaces whole arrays") {
  Faults faults;
  Node base = parse_document("1.toml", "[r]\na = 1\nb = [1, 2]\nt = { x = 1 }\n", &faults);
  merge(parse_document("2.toml", "[r]\nb = [3]\nt = { y = 2 }\n[s]\n", &faults), &base);
  const Node& r = base.find("r")->node;
  CHECK(base.find("r")->origin.file == "1.toml");
  CHECK(r.find("a")->origin.print() == "1.toml:2");
  CHECK(r.find("b")->origin.print() == "2.toml:2");
  CHECK(r.find("b")->node.items.size() == 1);
  CHECK(r.find("t")->node.members.size() == 2);
  CHECK(base.members.size() == 2);
}

TEST_CASE("an override is a path of at least two parts and a value") {
  Faults faults;
  Node node = parse_override("kernel.base_port=22116", &faults);
  CHECK(faults.empty());
  CHECK(node.find("kernel")->node.find("base_port")->node.integer == 22116);
  CHECK(parse_override("r.listen.backlog=5", &faults).find("r")->node.find("listen")->node.members.size() == 1);
  CHECK(parse_override("r.k=a=b", &faults).find("r")->node.find("k")->node.string == "a=b");
  CHECK(faults.empty());
  for (const char* text : {"", "kernel", "kernel=1", "a.b", ".b=1", "a.=1", "a..b=1", "a b.c=1"}) {
    CAPTURE(text);
    Faults found;
    parse_override(text, &found);
    CHECK(found.seen() == 1);
  }
  parse_override("key=hush", &faults);
  CHECK(faults.take().front().print() == "--set \"key\": expected TABLE.KEY=VALUE");
}
