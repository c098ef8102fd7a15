// SPDX-License-Identifier: Apache-2.0
// The fake host's configuration: defaults, types and refusals.
#include <doctest/doctest.h>

#include <chrono>

#include "probe_plugin.hpp"

using namespace std::chrono_literals;
using junctor::Config;
using junctor::Error;
using junctor::testing::FakeConfig;
using junctor::testing::KernelValues;
using junctor::testing::Settings;

namespace {

FakeConfig make(const Settings& settings, const KernelValues& kernel = {}) {
  const jct_plugin* plugin = junctor_plugin_v1();
  return FakeConfig{"probe", plugin->options, plugin->option_count, settings, kernel};
}

TEST_CASE("an option that nobody gave has the plugin's default") {
  const FakeConfig fake = make({});
  const Config config{FakeConfig::table(), fake.raw()};
  CHECK(config[probe::kCount] == 7);
  CHECK(config[probe::kWait] == 30s);
  CHECK(config[probe::kLimit] == 65536);
  CHECK(config[probe::kNames] == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(config.has(probe::kToken));
  CHECK(config.instance() == "probe");
  CHECK(config.base_port() == 21116);
}

TEST_CASE("texts are read by the type of their option") {
  const FakeConfig fake = make({{"wait", "1m30s"}, {"limit", "2MiB"}, {"names", ""}, {"token", "secret"}});
  const Config config{FakeConfig::table(), fake.raw()};
  CHECK(config[probe::kWait] == 90s);
  CHECK(config[probe::kLimit] == 2 * 1024 * 1024);
  CHECK(config[probe::kNames].empty());
  CHECK(config[probe::kToken] == "secret");
}

TEST_CASE("P moves with the kernel's base port") {
  CHECK(make({}).listener("listen", false).front() == ":21117");
  CHECK(make({{"listen", "[::1]:P-1"}}, {22116, "/tmp"}).listener("listen", false).front() == "[::1]:22115");
}

TEST_CASE("a listener is for connections or for datagrams") {
  CHECK(make({}).listener("udp", true).front() == ":21116");
  CHECK_THROWS_AS(make({}).listener("udp", false), Error);
  CHECK_THROWS_AS(make({}).listener("listen", true), Error);
}

TEST_CASE("records are configurations of their own with defaults of their own") {
  const FakeConfig fake = make({{"server[0].host", "a:1"}, {"server[1].host", "b:2"}, {"server[1].wait", "5ms"}});
  const Config config{FakeConfig::table(), fake.raw()};
  const auto servers = config.records(probe::kServers);
  REQUIRE(servers.size() == 2);
  CHECK(servers[0][probe::kHost] == "a:1");
  CHECK(servers[0][probe::kWait] == 30s);
  CHECK(servers[1][probe::kWait] == 5ms);
}

TEST_CASE("what --check would refuse is refused") {
  CHECK_THROWS_AS(make({{"cuont", "7"}}), Error);
  CHECK_THROWS_AS(make({{"count", "11"}}), Error);
  CHECK_THROWS_AS(make({{"count", "many"}}), Error);
  CHECK_THROWS_AS(make({{"wait", "30"}}), Error);
  CHECK_THROWS_AS(make({{"wait", "99999999999999999d"}}), Error);
  CHECK_THROWS_AS(make({{"listen", "21117"}}), Error);
  CHECK_THROWS_AS(make({{"server[0].wait", "1s"}}), Error);
}

TEST_CASE("an option is read by its own type only") {
  const FakeConfig fake = make({});
  int64_t number = 0;
  jct_str text{};
  CHECK(FakeConfig::table()->get_str(fake.raw(), "count", &text) == JCT_E_ARG);
  CHECK(FakeConfig::table()->get_int(fake.raw(), "names", &number) == JCT_E_ARG);
  CHECK(FakeConfig::table()->get_int(fake.raw(), "nothing", &number) == JCT_E_NOT_FOUND);
  CHECK(FakeConfig::table()->str_at(fake.raw(), "names", 2, &text) == JCT_E_ARG);
}

TEST_CASE("addresses are read and written as operators do") {
  using junctor::testing::address;
  using junctor::testing::text_of;
  CHECK(text_of(address("198.51.100.1:50122")) == "198.51.100.1:50122");
  CHECK(text_of(address("[2001:db8::1]:1")) == "[2001:db8::1]:1");
  CHECK(text_of(address(":P+1")) == "0.0.0.0:21117");
  CHECK_THROWS_AS(address("localhost:1"), Error);
}

}  // namespace
