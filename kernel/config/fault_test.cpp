// SPDX-License-Identifier: Apache-2.0
// Tests of fault printing and of the search for mistyped words.
#include "config/fault.hpp"

#include <doctest/doctest.h>

using namespace junctor::config;

TEST_CASE("a fault prints as file:line:column, and without a line as the file alone") {
  CHECK(Fault{"conf.d/40-relay.toml", 7, 1, "wrong"}.print() == "conf.d/40-relay.toml:7:1: wrong");
  CHECK(Fault{"conf.d", 0, 0, "unreadable"}.print() == "conf.d: unreadable");
  CHECK(Fault{"", 0, 0, "wrong"}.print() == "wrong");
}

TEST_CASE("an origin prints where a value was set") {
  CHECK(Origin{}.print() == "default");
  CHECK(Origin{Origin::Kind::kFile, "a.toml", 7, 3}.print() == "a.toml:7");
  CHECK(Origin{Origin::Kind::kCommandLine, "--set relay.wait", 0, 0}.print() == "--set relay.wait");
}

TEST_CASE("a slip finds the word that was meant, and a strange word finds none") {
  std::vector<std::string> words{"max_waiting", "wait", "listen"};
  CHECK(closest("max_wating", words) == "max_waiting");
  CHECK(closest("wiat", words) == "wait");
  CHECK(closest("Listen", words) == "listen");
  CHECK(closest("zzz", words) == "");
  CHECK(closest("", words) == "");
  CHECK(closest(std::string(1000, 'w'), words) == "");
  CHECK(did_you_mean("lisen", words) == " (did you mean \"listen\"?)");
  CHECK(did_you_mean("colour", words) == "");
}

TEST_CASE("a quoted text has no control characters and an end") {
  CHECK(quote("a\nb\x01") == "\"a\\nb\\x01\"");
  CHECK(quote(std::string(100, 'x')) == "\"" + std::string(80, 'x') + "...\"");
  CHECK(one_of({"a", "b", "c"}) == R"("a", "b" or "c")");
}

TEST_CASE("faults beyond the bound are counted, not kept") {
  Faults faults;
  for (size_t i = 0; i < Faults::kMax + 7; ++i) faults.add({"f", 1, 1, "wrong"});
  CHECK(faults.seen() == Faults::kMax + 7);
  auto list = faults.take();
  CHECK(list.size() == Faults::kMax + 1);
  CHECK(list.back().print() == "and 7 more faults");
}
