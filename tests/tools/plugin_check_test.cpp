// SPDX-License-Identifier: Apache-2.0
// junctor-plugin-check over the plugins that ship, and over some that are bad on purpose.
#include <doctest/doctest.h>

#include "support/process.hpp"

using namespace junctor::testing;

namespace {

std::string shipped(const std::string& name) { return std::string{JUNCTOR_TEST_PLUGINS} + "/" + name + ".so"; }
std::string fixture(const std::string& name) { return std::string{JUNCTOR_TEST_FIXTURES} + "/" + name + ".so"; }

Finished check(std::vector<std::string> words) {
  words.insert(words.begin(), JUNCTOR_TEST_CHECK);
  return run(words, Millis{60'000});
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the shipped plugins walk through all their states without a fault") {
  const Finished all = check(
      {shipped("storage_sqlite"), shipped("auth_key"), shipped("rendezvous"), shipped("holepunch"), shipped("relay")});
  INFO(all.out);
  CHECK(all.code == 0);
  CHECK_FALSE(has(all.out, "not tried"));
  CHECK(has(all.out, "5 files, 0 faults"));
  CHECK(check({shipped("storage_memory")}).code == 0);
}

TEST_CASE("a plugin in plain C is as good") {
  const Finished c = check({fixture("echo_c")});
  INFO(c.out);
  CHECK(c.code == 0);
  CHECK(has(c.out, "exports junctor_plugin_v1 alone"));
}

TEST_CASE("what a plugin needs and nobody provides is said, and its states are not walked") {
  const Finished lone = check({shipped("holepunch")});
  CHECK(lone.code == 0);
  CHECK(has(lone.out, "create not tried: needs signal/1, peers/1, keys/1"));
}

TEST_CASE("two providers of one service are settled by --set") {
  const std::vector<std::string> files{shipped("storage_sqlite"), shipped("storage_memory"), shipped("auth_key"),
                                       shipped("rendezvous")};
  CHECK(check(files).code == 1);
  std::vector<std::string> settled{"--set", "rendezvous.storage=storage_memory", "--set",
                                   "auth_key.storage=storage_memory"};
  settled.insert(settled.end(), files.begin(), files.end());
  CHECK(check(settled).code == 0);
}

TEST_CASE("what is left behind, a start that fails, and a file that is no plugin are faults") {
  const Finished leaks = check({fixture("leaks_timer")});
  CHECK(leaks.code == 1);
  CHECK(has(leaks.out, "plugin.leftover timers=1"));
  CHECK(has(check({fixture("start_fails")}).out, "the tide is out"));
  CHECK(has(check({fixture("wrong_major")}).out, "has junctor_plugin_v2"));
  const Finished absent = check({"/nowhere/absent.so"});
  CHECK(absent.code == 1);
  CHECK(has(absent.out, "No such file"));
}

TEST_CASE("work that never returns is a fault that is named in time, and the other plugins are walked") {
  const Finished held = check({fixture("holds_pool"), fixture("echo_c")});
  INFO(held.out);
  CHECK(held.code == 1);
  CHECK(has(held.out, "plugin.still_busy waiting=\"work that it gave to the pool\""));
  CHECK(has(held.out, "not walked any further"));
  const size_t next = held.out.find("\necho_c\n");
  REQUIRE(next != std::string::npos);
  CHECK(held.out.find("FAULT", next) == std::string::npos);
}

TEST_CASE("wrong usage is exit code 2") {
  CHECK(check({}).code == 2);
  CHECK(check({"plugin.txt"}).code == 2);
  CHECK(check({"--nonsense"}).code == 2);
}
