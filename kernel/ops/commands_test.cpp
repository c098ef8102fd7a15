// SPDX-License-Identifier: Apache-2.0
// Words belong to one instance; of its objects the newest has them.
#include "ops/commands.hpp"

#include <doctest/doctest.h>

using junctor::ops::Commands;

namespace {

Commands::Command command(const std::string& instance, const std::string& key, const std::string& help) {
  return {instance, key, help, nullptr};
}

}  // namespace

TEST_CASE("a word that another instance has is refused") {
  Commands commands;
  CHECK(commands.add("peers", command("a", "a#1", "first")));
  CHECK_FALSE(commands.add("peers", command("b", "b#2", "second")));
  CHECK(commands.find("peers")->help == "first");
  CHECK(commands.find("nothing") == nullptr);
}

TEST_CASE("while an old object drains its successor has the word, in whichever order they leave") {
  Commands commands;
  commands.add("peers", command("a", "a#1", "old"));
  commands.add("peers", command("a", "a#2", "new"));
  CHECK(commands.find("peers")->help == "new");
  SUBCASE("the old one leaves first") {
    commands.remove("a#1");
    CHECK(commands.find("peers")->help == "new");
  }
  SUBCASE("the new one is given up") {
    commands.remove("a#2");
    CHECK(commands.find("peers")->help == "old");
  }
}

TEST_CASE("the command with the most leading words has what was typed, the rest are its arguments") {
  Commands commands;
  commands.add("peers", command("a", "a#1", "all"));
  CHECK(commands.add("peers approve", command("b", "b#2", "one")));
  const auto typed = [&](const std::vector<std::string>& words) {
    const auto match = commands.match(words);
    return (match.command == nullptr ? "none" : match.command->help) + " " + std::to_string(match.words);
  };
  CHECK(typed({"peers"}) == "all 1");
  CHECK(typed({"peers", "123456789"}) == "all 1");
  CHECK(typed({"peers", "approve"}) == "one 2");
  CHECK(typed({"peers", "approve", "123456789"}) == "one 2");
  CHECK(typed({"peer", "approve"}) == "none 0");
  CHECK(typed({"approve"}) == "none 0");
  CHECK(typed({}) == "none 0");
  commands.remove("a#1");
  CHECK(typed({"peers", "123456789"}) == "none 0");
  CHECK(typed({"peers", "approve", "1"}) == "one 2");
}

TEST_CASE("a name is words with single spaces between") {
  for (const char* name : {"peers", "peers approve", "a b c d"}) CHECK(Commands::is_name(name));
  for (const char* name : {"", " ", " peers", "peers ", "peers  approve", "a b c d e"})
    CHECK_FALSE(Commands::is_name(name));
}

TEST_CASE("words leave with their object and are free again; the list is in order") {
  Commands commands;
  commands.add("b", command("x", "x#1", "second"));
  commands.add("a", command("x", "x#1", "first"));
  CHECK(commands.list() == std::vector<std::pair<std::string, std::string>>{{"a", "first"}, {"b", "second"}});
  commands.remove("x#1");
  CHECK(commands.list().empty());
  CHECK(commands.add("a", command("y", "y#2", "another")));
}
