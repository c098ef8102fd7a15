// SPDX-License-Identifier: Apache-2.0
// Tests of comparing snapshots and of showing them.
#include "config/snapshot.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "config/diff.hpp"
#include "config/explain.hpp"
#include "config/kernel_options.hpp"
#include "config/test_schemas.hpp"

using namespace junctor::config;
using junctor::config::testing::plugins;

namespace {

std::shared_ptr<const Snapshot> snapshot(const std::string& text) {
  Checked checked = check({{"f.toml", text}}, {}, plugins());
  for (const Fault& fault : checked.faults) MESSAGE(fault.print());
  REQUIRE(checked.snapshot);
  return checked.snapshot;
}

Diff diff_texts(const std::string& older, const std::string& newer) { return diff(*snapshot(older), *snapshot(newer)); }

const Row* find_row(const std::vector<Row>& rows, const std::string& instance, const std::string& key) {
  auto found = std::find_if(rows.begin(), rows.end(),
                            [&](const Row& row) { return row.instance == instance && row.key == key; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("the same values at other places are no change") {
  CHECK(diff_texts("[relay]\nwait = \"60s\"\n", "# moved\n\n[relay]\nwait = \"1m\"\n").empty());
  CHECK(diff_texts("[relay]\n", "[relay]\nwait = \"30s\"\n").empty());
  std::string records = "[[holepunch.relay]]\nhost = \"a:1\"\n";
  CHECK(diff_texts(records, "\n" + records).empty());
}

TEST_CASE("a live change can be applied in place, another needs a restart") {
  Diff live = diff_texts("[relay]\n", "[relay]\nwait = \"1m\"\n");
  REQUIRE(live.instances.size() == 1);
  CHECK(live.instances[0].change == Change::kChanged);
  CHECK(live.instances[0].options[0].name == "wait");
  CHECK_FALSE(live.instances[0].needs_restart());
  Diff both = diff_texts("[relay]\n", "[relay]\nwait = \"1m\"\nmode = \"copy\"\n");
  CHECK(both.instances[0].options.size() == 2);
  CHECK(both.instances[0].needs_restart());
}

TEST_CASE("added, removed and switched-off instances are told apart from unchanged ones") {
  Diff result = diff_texts("[relay]\n[a]\nplugin = \"relay\"\n[b]\nplugin = \"relay\"\nenabled = false\n",
                           "[relay]\n[a]\nplugin = \"relay\"\nenabled = false\n[b]\nplugin = \"relay\"\n");
  REQUIRE(result.instances.size() == 3);
  CHECK(result.instances[0].change == Change::kUnchanged);
  CHECK(result.instances[1].name == "b");
  CHECK(result.instances[1].change == Change::kAdded);
  CHECK(result.instances[2].name == "a");
  CHECK(result.instances[2].change == Change::kRemoved);
  CHECK_FALSE(result.empty());
}

TEST_CASE("another plugin, another provider or another base_port restarts what it touches") {
  CHECK(diff_texts("[x]\nplugin = \"relay\"\n", "[x]\nplugin = \"holepunch\"\n").instances[0].needs_restart());
  std::string site = "[r1]\nplugin = \"relay\"\n[r2]\nplugin = \"relay\"\n[holepunch]\n";
  Diff bound = diff_texts(site, site + "relay = \"r2\"\n");
  CHECK(bound.instances[2].options[0].name == "relay");
  CHECK(bound.instances[2].needs_restart());
  Diff moved = diff_texts("[relay]\n", "[kernel]\nbase_port = 1000\n[relay]\n");
  CHECK(moved.kernel.needs_restart());
  CHECK(moved.instances[0].options[0].name == "listen");
  CHECK_FALSE(diff_texts("", "[kernel]\nlog_level = \"debug\"\n").kernel.needs_restart());
}

TEST_CASE("a path that is relative lies under the data directory") {
  KernelConfig kernel;
  CHECK(under_data_dir(kernel, "x") == "x");
  kernel.data_dir = "/var/lib/junctor";
  CHECK(under_data_dir(kernel, "x") == "/var/lib/junctor/x");
  CHECK(under_data_dir(kernel, "/x") == "/x");
  CHECK(under_data_dir(kernel, "") == "");
}

TEST_CASE("effective values come with their origin, and secrets not at all") {
  auto made = snapshot(
      "[relay]\nkey = \"hush\"\nwait = \"90s\"\nallow = [\"10.0.0.0/8\"]\nlisten = { backlog = 5 }\n"
      "[auth_key]\nenabled = false\n[[holepunch.relay]]\nhost = \"a:1\"\nnetworks = [\"::1\"]\n");
  auto rows = describe(*made);
  CHECK(find_row(rows, "kernel", "base_port")->value == "21116");
  CHECK(find_row(rows, "relay", "wait")->value == "1m30s");
  CHECK(find_row(rows, "relay", "wait")->origin == "f.toml:3");
  CHECK(find_row(rows, "relay", "key")->value == "***");
  CHECK(find_row(rows, "relay", "allow")->value == "[\"10.0.0.0/8\"]");
  CHECK(find_row(rows, "relay", "listen")->value == "{address = \":21117\", backlog = 5}");
  CHECK(find_row(rows, "relay", "mode")->origin == "default");
  CHECK(find_row(rows, "auth_key", "enabled")->value == "false");
  CHECK(find_row(rows, "auth_key", "mode") == nullptr);
  CHECK(find_row(rows, "holepunch", "relay")->value == "[{host = \"a:1\", weight = 1, networks = [\"::1/128\"]}]");
  CHECK(find_row(rows, "holepunch", "label")->value == "");
  for (const Row& row : rows) CHECK(row.value.find("hush") == std::string::npos);
}

TEST_CASE("a secret that was not given shows as nothing") {
  auto made = snapshot("[relay]\n");
  CHECK(find_row(describe(*made), "relay", "key")->value == "");
}

TEST_CASE("--explain shows type, range, default, flags and help of every option") {
  std::string text = explain_text(testing::relay_schema());
  CHECK(text.find("[relay]  pairs two peers and joins them\nprovides: relay/1\nneeds: ?auth/1\n") == 0);
  CHECK(text.find("  wait  (duration, 1s to 1h)  default: 30s  LIVE\n      how long a first side waits\n") !=
        std::string::npos);
  CHECK(text.find("  mode  (choice, \"splice\" or \"copy\")  default: splice\n") != std::string::npos);
  CHECK(text.find("  key  (string)  SECRET\n") != std::string::npos);
  CHECK(text.find("  allow  (list of networks)  default: []\n") != std::string::npos);
  CHECK(text.find("A listener is an address, or a table with:") != std::string::npos);
  CHECK(explain_text(testing::punch_schema()).find("      host  (address)  REQUIRED\n") != std::string::npos);
}

TEST_CASE("long help is wrapped at 100 columns") {
  Schema schema = testing::auth_schema();
  schema.options[0].help.clear();
  for (int i = 0; i < 60; ++i) schema.options[0].help += "words ";
  std::string text = explain_text(schema);
  size_t start = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    CHECK(end - start <= 100);
    start = end + 1;
  }
}

TEST_CASE("the reference page has a table for the options and one for each kind of record") {
  std::string page = explain_markdown(testing::punch_schema());
  CHECK(page.find("# holepunch\n") == 0);
  CHECK(page.find("## `[[holepunch.relay]]`") != std::string::npos);
  CHECK(page.find("| `weight` | integer | `1` |  |  | its share |") != std::string::npos);
  Schema piped = testing::auth_schema();
  piped.options[0].help = "a|b";
  CHECK(explain_markdown(piped).find("a\\|b |\n") != std::string::npos);
}

TEST_CASE("the kernel's typed form holds what its table says") {
  auto made = snapshot("[kernel]\nworkers = 3\nlog_format = \"json\"\nloop_stall = \"2s\"\ndata_dir = \"/d\"\n");
  CHECK(made->kernel.workers == 3);
  CHECK(made->kernel.log_format == "json");
  CHECK(made->kernel.loop_stall == 2'000'000'000);
  CHECK(made->kernel.data_dir == "/d");
  CHECK(made->kernel.log_rate == 1000);
  CHECK(kernel_config(made->kernel_table) == made->kernel);
}

TEST_CASE("what a text speaks of is found: the option, the record's field, else the table") {
  auto made =
      snapshot("[relay]\nwait = \"90s\"\n[[holepunch.relay]]\nhost = \"a:1\"\n[[holepunch.relay]]\nhost = \"b:1\"\n");
  const Instance& relay = *made->find("relay");
  CHECK(relay.place_of("wait: too long").print() == "f.toml:2");
  CHECK(relay.place_of("listen: taken").print() == "f.toml:1");
  CHECK(relay.place_of("something else").print() == "f.toml:1");
  const Instance& punch = *made->find("holepunch");
  CHECK(punch.place_of("relay[1].host: nobody").print() == "f.toml:6");
  CHECK(punch.place_of("relay[0]: nobody").print() == punch.find("relay")->origin.print());
  CHECK(punch.place_of("relay[9].host: nobody").print() == punch.find("relay")->origin.print());
  CHECK(punch.place_of("relay[x: nobody").print() == punch.find("relay")->origin.print());
}
