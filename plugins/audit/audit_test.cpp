// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: events in, lines and answers out.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include "junctor/abi.h"
#include "junctor/service/peers.h"
#include "junctor/testing/fake_host.hpp"
#include "support/temp_dir.hpp"
#include "wire/abi.hpp"

extern "C" const jct_plugin* junctor_plugin_v1(void);

namespace junctor::audit {
namespace {

using namespace junctor::testing;
using namespace std::chrono_literals;

/// One device is registered from 203.0.113.1.
uint64_t at_address(void*, const jct_addr* address, uint64_t, void* row_self, void (*row)(void*, const jct_peer*)) {
  if (wire::from_abi(*address).ip_text() != "203.0.113.1") return 0;
  jct_peer peer{};
  peer.size = sizeof peer;
  peer.id = str("987654321");
  row(row_self, &peer);
  return 1;
}

constexpr jct_peers_service peers() {
  jct_peers_service service{};
  service.size = sizeof service;
  service.at_address = &at_address;
  return service;
}
constexpr jct_peers_service kPeers = peers();

struct Site {
  explicit Site(Settings settings = {}) {
    KernelValues kernel;
    kernel.data_dir = dir.path();
    host.provide(JCT_PEERS_SERVICE, &kPeers, nullptr, "rendezvous");
    host.set_wall(1'700'000'000'000'000);
    plugin.emplace(host, junctor_plugin_v1(), settings, kernel);
    plugin->start();
  }
  void relay(const std::string& what, const std::string& id) {
    host.publish("relay", "relay." + what, {{"id", id}, {"a", "203.0.113.1:5"}, {"b", "198.51.100.2:6"}});
  }
  void flush() {
    host.advance(1s);
    host.run_until_idle();
  }
  std::string file() const { return read_file(dir.file("audit/audit.jsonl")); }
  size_t lines() const {
    const std::string text = file();
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  TempDir dir;
  FakeHost host;
  std::optional<PluginUnderTest> plugin;
};

TEST_CASE("an event is a line after a flush, with a guess at who A is") {
  Site site;
  site.relay("start", "123456789");
  CHECK(site.file().empty());
  site.flush();
  CHECK(site.file() ==
        R"({"time":"2023-11-14T22:13:20.000Z","kind":"relay","what":"start","plugin":"relay","id":"123456789",)"
        R"("a":"203.0.113.1:5","a_id":"~987654321","b":"198.51.100.2:6"})"
        "\n");
  site.plugin->finish();
  CHECK(site.host.complaints().empty());
}

TEST_CASE("what has not been flushed is written at the stop") {
  Site site;
  site.relay("stop", "123456789");
  site.plugin->finish();
  CHECK(site.lines() == 1);
  CHECK(site.host.complaints().empty());
}

TEST_CASE("who asks sees what has not been flushed yet") {
  Site site;
  site.relay("start", "123456789");
  site.relay("start", "222222222");
  const auto all = site.host.command("audit", R"({"args":["--json"]})");
  REQUIRE(all);
  CHECK(all->json.find("222222222") < all->json.find("123456789"));
  const auto one = site.host.command("audit", R"({"args":["--id","123456789","--since","1h"]})");
  CHECK(one->json.find("222222222") == std::string::npos);
  CHECK(one->json.find("\"kind\":\"relay\"") != std::string::npos);
  CHECK(site.host.command("audit", R"({"args":["all"]})")->status == JCT_E_ARG);
}

TEST_CASE("kinds, addresses and guesses are the operator's, at once after a reload") {
  Site site{{{"kinds", "relay,refusal"}, {"addresses", "network"}}};
  site.host.publish("holepunch", "holepunch.punch", {{"id", "1"}});
  site.relay("start", "123456789");
  site.flush();
  CHECK(site.lines() == 1);
  CHECK(site.file().find(R"("a":"203.0.113.0/24","a_id":"~987654321","b":"198.51.100.0/24")") != std::string::npos);
  site.plugin->reload({{"kinds", "relay"}, {"addresses", "none"}, {"guesses", "0"}});
  site.relay("stop", "123456789");
  site.flush();
  CHECK(site.file().find(R"("what":"stop","plugin":"relay","id":"123456789"})") != std::string::npos);
  CHECK_THROWS_AS(site.plugin->reload({{"kinds", "everything"}}), Error);
}

TEST_CASE("a flood is bounded, counted, and told of in the file") {
  Site site{{{"refusals_per_second", "10"}}};
  for (int i = 0; i < 1000; ++i) site.host.publish("relay", "relay.refused", {{"reason", "wrong_key"}});
  site.flush();
  CHECK(site.lines() == 11);
  CHECK(site.file().find(R"("kind":"lost","what":"lost","plugin":"audit","count":990})") != std::string::npos);
  CHECK(site.host.metric("lost") == 990);
  CHECK(site.host.metric("records", "kind=refusal") == 10);
}

TEST_CASE("a disk that refuses is told once a minute, and what it cost is told when it is back") {
  Site site;
  std::filesystem::remove_all(site.dir.file("audit"));
  for (int i = 0; i < 5; ++i) {
    site.relay("start", "123456789");
    site.flush();
  }
  CHECK(site.host.lines_of("audit.failed") == 1);
  CHECK(site.host.metric("lost") == 5);
  std::filesystem::create_directories(site.dir.file("audit"));
  site.relay("stop", "123456789");
  site.flush();
  CHECK(site.lines() == 2);
  CHECK(site.file().find(R"("count":5})") != std::string::npos);
}

}  // namespace
}  // namespace junctor::audit
