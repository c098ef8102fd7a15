// SPDX-License-Identifier: Apache-2.0
// Every reason for which a descriptor is refused, and what is read of a good one.
#include "api/descriptor.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <vector>

using namespace junctor;

namespace {

jct_status create(const jct_host*, const jct_config*, void**, jct_error*) { return JCT_OK; }
void destroy(void*) {}

jct_plugin good() {
  jct_plugin made{};
  made.size = sizeof made;
  made.abi_minor = JCT_ABI_MINOR;
  made.name = "good";
  made.version = "1.2";
  made.summary = "does good";
  made.create = &create;
  made.destroy = &destroy;
  return made;
}

jct_option option(const char* name, uint32_t type, const char* text) {
  return {sizeof(jct_option), type, 0, 0, name, text, "help", 1, 0, nullptr, nullptr};
}

std::string refusal(const jct_plugin& plugin) {
  std::string why;
  CHECK_FALSE(api::read_descriptor(&plugin, "good", &why));
  return why;
}

std::string refusal(const jct_option& bad) {
  const jct_option* const all[] = {&bad};
  jct_plugin plugin = good();
  plugin.options = all;
  plugin.option_count = 1;
  return refusal(plugin);
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a good descriptor is read whole") {
  static const char* const kProvides[] = {"relay/1", nullptr};
  static const char* const kNeeds[] = {"storage/1", "?auth/1", nullptr};
  jct_option wait = option("wait", JCT_OPT_DURATION, "30s");
  wait.flags = JCT_OPT_LIVE;
  const jct_option* const options[] = {&wait};
  jct_plugin plugin = good();
  plugin.provides = kProvides;
  plugin.needs = kNeeds;
  plugin.options = options;
  plugin.option_count = 1;
  std::string why;
  const auto read = api::read_descriptor(&plugin, "good", &why);
  REQUIRE(read);
  CHECK(read->version == "1.2");
  CHECK(read->schema.summary == "does good");
  CHECK(read->schema.provides == std::vector<std::string>{"relay/1"});
  CHECK(read->schema.needs == std::vector<std::string>{"storage/1", "?auth/1"});
  REQUIRE(read->schema.options.size() == 1);
  CHECK(read->schema.options[0].live);
  CHECK(read->schema.options[0].default_text == "30s");
}

TEST_CASE("a longer record of a later minor and a shorter one are read as far as both sides know") {
  struct Later {
    jct_plugin known;
    void (*unknown)();
  } later{good(), nullptr};
  later.known.size = sizeof later;
  std::string why;
  CHECK(api::read_descriptor(&later.known, "good", &why));
  jct_plugin shorter = good();
  shorter.size = offsetof(jct_plugin, create);
  CHECK(contains(refusal(shorter), "lacks create or destroy"));
}

TEST_CASE("no descriptor, or the head of one, is refused") {
  std::string why;
  CHECK_FALSE(api::read_descriptor(nullptr, "good", &why));
  CHECK(contains(why, "no descriptor"));
  jct_plugin tiny = good();
  tiny.size = 8;
  CHECK(contains(refusal(tiny), "too short"));
}

TEST_CASE("the minor that it needs, its name and its functions are checked") {
  jct_plugin newer = good();
  newer.abi_minor_needed = JCT_ABI_MINOR + 1;
  CHECK(contains(refusal(newer), "update Junctor"));
  jct_plugin built_newer = good();
  built_newer.abi_minor = JCT_ABI_MINOR + 5;  // built with a newer one, content with ours
  std::string why;
  CHECK(api::read_descriptor(&built_newer, "good", &why));
  jct_plugin renamed = good();
  renamed.name = "evil";
  CHECK(contains(refusal(renamed), "calls itself \"evil\""));
  renamed.name = nullptr;
  CHECK(contains(refusal(renamed), "calls itself \"\""));
  jct_plugin lame = good();
  lame.destroy = nullptr;
  CHECK(contains(refusal(lame), "lacks create or destroy"));
}

TEST_CASE("option tables that nobody could use are refused with the option's name") {
  CHECK(contains(refusal(option("x", 0, "")), "unknown type 0"));
  CHECK(contains(refusal(option("x", 99, "")), "unknown type 99"));
  CHECK(contains(refusal(option("X", JCT_OPT_INT, "1")), "malformed name"));
  CHECK(contains(refusal(option(nullptr, JCT_OPT_INT, "1")), "malformed name"));
  CHECK(contains(refusal(option("x", JCT_OPT_INT, "many")), "bad default"));
  CHECK(contains(refusal(option("enabled", JCT_OPT_BOOL, "true")), "belongs to the kernel"));
  CHECK(contains(refusal(option("x", JCT_OPT_CHOICE, "a")), "without choices"));
  CHECK(contains(refusal(option("x", JCT_OPT_RECORDS, nullptr)), "records without fields"));
  jct_option silent = option("x", JCT_OPT_INT, "1");
  silent.help = nullptr;
  CHECK(contains(refusal(silent), "no help text"));
  jct_option cut = option("x", JCT_OPT_INT, "1");
  cut.size = 8;
  CHECK(contains(refusal(cut), "null or too short"));
  jct_option out_of_range = option("x", JCT_OPT_INT, "7");
  out_of_range.min = 1;
  out_of_range.max = 5;
  CHECK(contains(refusal(out_of_range), "bad default"));
}

TEST_CASE("tables without a table, and lists without an end, are refused") {
  jct_plugin plugin = good();
  plugin.option_count = 2;
  CHECK(contains(refusal(plugin), "its option table is null"));
  const jct_option* const hole[] = {nullptr};
  plugin.options = hole;
  plugin.option_count = 1;
  CHECK(contains(refusal(plugin), "null or too short"));
  plugin.option_count = 100'000;
  CHECK(contains(refusal(plugin), "more than 256"));
  std::vector<const char*> endless(64, "a/1");
  jct_plugin greedy = good();
  greedy.needs = endless.data();
  CHECK(contains(refusal(greedy), "more than 32 services"));
}

TEST_CASE("records within records without an end are refused, not followed") {
  jct_option self = option("x", JCT_OPT_RECORDS, nullptr);
  const jct_option* const fields[] = {&self};
  self.fields = fields;
  self.field_count = 1;
  CHECK(contains(refusal(self), "nested too deeply"));
}
