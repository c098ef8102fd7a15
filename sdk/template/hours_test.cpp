// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: the clock is ours, connections need no port, and misuse of the kernel is noticed.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "junctor/plugin.hpp"
#include "junctor/service/auth.h"
#include "junctor/testing/auth_contract.hpp"
#include "junctor/testing/fake_auth.hpp"
#include "junctor/testing/fake_host.hpp"

using namespace std::chrono_literals;
using junctor::testing::FakeHost;
using junctor::testing::FakeStream;
using junctor::testing::PluginUnderTest;
using junctor::testing::Settings;

namespace {

constexpr uint64_t kMorning = 20'000ULL * 86'400 * 1'000'000 + 10ULL * 3'600 * 1'000'000;  // 10:00 UTC

struct Site {
  FakeHost host;
  PluginUnderTest plugin;

  explicit Site(Settings settings = {}) : plugin{host, junctor_plugin_v1(), with_utc(settings)} {
    host.set_wall(kMorning);
    plugin.start();
  }
  static Settings with_utc(Settings settings) {
    settings.emplace("zone", "utc");
    return settings;
  }

  /// What auth/1 says: "ok" or the reason.
  std::string ask(uint32_t kind) {
    junctor::testing::AuthQuestion question;
    jct_auth_request request{};
    request.kind = kind;
    question.ask(host, plugin.service<jct_auth_service>("auth/1"), plugin.service_self("auth/1"), request);
    CHECK(question.answers() == 1);
    return question.word();
  }
  std::string say(FakeStream& client, const std::string& text) {
    client.deliver(text);
    host.run_until_idle();
    return client.take_sent();
  }
};

/// As the provider that the SDK's contract of auth/1 wants.
struct Provider {
  jct_service_ref auth() { return site.host.services().provided(JCT_AUTH_SERVICE); }
  void ask(const std::function<void()>& call) {
    site.host.on_loop(0, call);
    site.host.run_until_idle();
  }
  Site site;
};

JUNCTOR_AUTH_CONTRACT(Provider);

TEST_CASE("sessions start in opening hours and are refused outside them") {
  Site site;
  CHECK(site.ask(JCT_AUTH_START) == "ok");
  site.host.advance(8h);
  CHECK(site.ask(JCT_AUTH_START) == "closed_hours");
  CHECK(site.host.metric("refused") == 1);
}

TEST_CASE("devices register at any hour") {
  Site site;
  site.host.advance(12h);
  CHECK(site.ask(JCT_AUTH_REGISTER) == "ok");
  CHECK(site.ask(999) == "ok");
}

TEST_CASE("one can ask over the socket, line by line") {
  Site site;
  FakeStream client = site.host.connect("listen");
  CHECK(site.say(client, "may 123456789\n") == "yes\n");
  CHECK(site.say(client, "sta") == "");
  CHECK(site.say(client, "tus\r\n") == "open until 18:00\n");
  CHECK(site.say(client, "hello\nmay 1\n") == "error expected \"may ID\" or \"status\"\nyes\n");
}

TEST_CASE("the answers over the socket follow the clock") {
  Site site;
  site.host.advance(9h);
  FakeStream client = site.host.connect("listen");
  CHECK(site.say(client, "may 123456789\nstatus\n") == "no closed until 08:00\nclosed until 08:00\n");
}

TEST_CASE("a line without an end, a silent peer and one that does not read are closed") {
  Site site;
  FakeStream endless = site.host.connect("listen"), silent = site.host.connect("listen"),
             deaf = site.host.connect("listen");
  deaf.stall();
  deaf.set_high_mark(8);
  CHECK(site.say(endless, std::string(257, 'x')) == "");
  CHECK(endless.closed());
  site.say(deaf, "may 1\nmay 2\nmay 3\n");
  CHECK(deaf.closed());
  site.host.advance(1min);
  CHECK(silent.closed());
}

TEST_CASE("a reload changes the hours in place and refuses nonsense") {
  Site site;
  CHECK_THROWS_AS(site.plugin.reload({{"open", "noon"}, {"zone", "utc"}}), junctor::Error);
  CHECK(site.ask(JCT_AUTH_START) == "ok");
  site.plugin.reload({{"open", "12:00"}, {"zone", "utc"}});
  CHECK(site.ask(JCT_AUTH_START) == "closed_hours");
}

TEST_CASE("a configuration that makes no sense is refused with a reason") {
  FakeHost host;
  CHECK_THROWS_WITH_AS((PluginUnderTest{host, junctor_plugin_v1(), {{"close", "late"}}}),
                       "expected a time such as \"18:00\", got \"late\"", junctor::Error);
}

TEST_CASE("it drains at once, stops with connections open and leaves nothing behind") {
  Site site;
  FakeStream client = site.host.connect("listen");
  site.say(client, "status\n");
  site.plugin.drain();
  CHECK(site.plugin.idle());
  CHECK(site.host.connect("listen").closed());
  site.plugin.finish();
  CHECK(site.host.complaints() == std::vector<std::string>{});
}

}  // namespace
