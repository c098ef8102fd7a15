// SPDX-License-Identifier: Apache-2.0
// PluginUnderTest: the states, services, commands, metrics, and what is held against a plugin.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>

#include "probe_plugin.hpp"

using namespace std::chrono_literals;
using junctor::Error;
using junctor::testing::FakeHost;
using junctor::testing::PluginUnderTest;

namespace {

struct Reset {
  Reset() { probe::script() = {}; }
};

TEST_CASE_FIXTURE(Reset, "a plugin that behaves leaves no complaint") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  CHECK(host.listens("listen"));
  plugin.drain();
  CHECK(plugin.idle());
  plugin.finish();
  CHECK(host.complaints() == std::vector<std::string>{});
}

TEST_CASE_FIXTURE(Reset, "what create throws reaches the test as the operator's text") {
  probe::script().create = [](junctor::Host&, const junctor::Config&) { throw Error{JCT_E_CONFIG, "no good"}; };
  FakeHost host;
  CHECK_THROWS_WITH_AS((PluginUnderTest{host, junctor_plugin_v1()}), "no good", Error);
}

TEST_CASE_FIXTURE(Reset, "a reload that is refused leaves the old values") {
  std::optional<junctor::Duration> applied;
  probe::script().check = [](const junctor::Config& candidate) {
    if (candidate[probe::kCount] == 3) throw Error{JCT_E_CONFIG, "not three"};
  };
  probe::script().reload = [&](const junctor::Config& config) { applied = config[probe::kWait]; };
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  CHECK_THROWS_AS(plugin.reload({{"count", "3"}}), Error);
  CHECK_FALSE(applied);
  plugin.reload({{"wait", "5s"}});
  CHECK(applied == 5s);
  CHECK_THROWS_AS(plugin.reload({{"wait", "5s"}, {"limit", "1KiB"}}), Error);
}

TEST_CASE_FIXTURE(Reset, "drain is over when the plugin says so") {
  std::optional<junctor::Done> kept;
  probe::script().drain = [&](junctor::Done done) { kept = done; };
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  plugin.drain();
  CHECK_FALSE(plugin.idle());
  (*kept)();
  CHECK(plugin.idle());
}

TEST_CASE_FIXTURE(Reset, "services are found by declared id alone, in the order in which they were given") {
  FakeHost host;
  int first = 0, second = 0;
  host.provide("auth/1", &first, &first, "one");
  host.provide("auth/1", &second, &second, "two");
  std::vector<std::string> names;
  bool storage = true;
  probe::script().create = [&](junctor::Host& api, const junctor::Config&) {
    for (const jct_service_ref& ref : api.find_all("auth/1")) names.emplace_back(junctor::view(ref.instance));
    storage = api.find("storage/1").has_value();
    CHECK_THROWS_AS(api.find("keys/1"), Error);
    CHECK_THROWS_AS(api.provide("other/1", &first, &first), Error);
    api.provide("probe/1", &first, &second);
  };
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  CHECK(names == std::vector<std::string>{"one", "two"});
  CHECK_FALSE(storage);
  CHECK(plugin.service_self("probe/1") == &second);
  CHECK(host.complaints().size() == 2);
}

TEST_CASE_FIXTURE(Reset, "a command answers, and one that never answers is a complaint") {
  probe::script().create = [](junctor::Host& api, const junctor::Config&) {
    api.command("echo", "says it again", [](std::string_view args, junctor::Reply reply) { reply.ok(args); });
    api.command("mute", "says nothing", [](std::string_view, junctor::Reply) {});
  };
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  const auto answer = host.command("echo", "[1]");
  REQUIRE(answer);
  CHECK(answer->json == "[1]");
  CHECK(host.command("nobody")->status == JCT_E_NOT_FOUND);
  CHECK(host.complaints().empty());
  CHECK_FALSE(host.command("mute"));
  CHECK(host.complaints().size() == 1);
}

TEST_CASE_FIXTURE(Reset, "metrics are read by name and label") {
  probe::script().create = [](junctor::Host& api, const junctor::Config&) {
    api.counter("refused", "reason=full", "help").add(2);
    api.counter("refused", "reason=full", "help").add(1);
    api.gauge("open", nullptr, "help").set(5);
    api.histogram("took", nullptr, "help").observe(3ms);
  };
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  CHECK(host.metric("refused", "reason=full") == 3);
  CHECK(host.metric("refused") == 0);
  CHECK(host.metric("open") == 5);
  CHECK(host.records().metric("took").count == 1);
}

TEST_CASE_FIXTURE(Reset, "what is not given back is named") {
  const auto nothing = [](void*, jct_handle) -> jct_status { return JCT_OK; };
  probe::script().start = [&](probe::Plugin& plugin) {
    jct_handle out = 0;
    const auto* loop = static_cast<const jct_loop_api*>(plugin.host.raw()->api(plugin.host.raw(), JCT_LOOP_API));
    loop->timer_start(plugin.host.raw(), 1'000'000'000, 0, nothing, nullptr, &out);
  };
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  plugin.finish();
  CHECK(host.complaints() == std::vector<std::string>{"left behind: timer"});
}

TEST_CASE_FIXTURE(Reset, "once the plugin is stopping its connections end and nothing else is called") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  auto client = host.connect("listen");
  host.run_until_idle();
  client.deliver("too late");
  plugin.stop();
  host.run_until_idle();
  CHECK(probe::plugin().connections.at(0)->seen.empty());
  CHECK(probe::plugin().connections.at(0)->closes == 1);
  CHECK(probe::plugin().connections.at(0)->reason == JCT_E_CLOSED);
}

TEST_CASE_FIXTURE(Reset, "listening after start is refused") {
  FakeHost host;
  PluginUnderTest plugin{host, junctor_plugin_v1()};
  plugin.start();
  host.on_loop(0, [&] { CHECK_THROWS_AS((junctor::Listener{probe::plugin().host, probe::kListen, {}}), Error); });
  CHECK(host.complaints().size() == 1);
}

}  // namespace
