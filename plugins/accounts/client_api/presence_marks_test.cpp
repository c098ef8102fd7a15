// SPDX-License-Identifier: Apache-2.0
// Marks of signalling, and the removal of who was not seen for long.
#include "accounts/client_api/test_site.hpp"

namespace junctor::accounts {
namespace {

using namespace std::chrono_literals;

struct Online {
  explicit Online(std::set<std::string, std::less<>> ids) { TestPlugin::online() = std::move(ids); }
  ~Online() { TestPlugin::online().clear(); }
};

int64_t mark_of(TestSite& site, const std::string& id) {
  return site.number("SELECT last_signalling FROM {p}devices WHERE device_id = '" + id + "'");
}
int64_t devices(TestSite& site) { return site.number("SELECT COUNT(*) FROM {p}devices"); }

TEST_CASE("who is in signalling and sends no heartbeats gets a mark in turn, and nobody else") {
  const Online online{{"a", "b"}};
  TestSite site;
  for (const char* id : {"a", "b", "c"}) site.device(id);
  CHECK(site.call("POST", "/api/heartbeat", TestSite::claim("b", R"(,"ver":1)")).status() == 200);
  const int64_t before = site.now();
  site.host.advance(2s);
  CHECK(mark_of(site, "a") >= before);
  CHECK(mark_of(site, "b") < before);  // its heartbeats say more
  CHECK(mark_of(site, "c") == 0);
  const int64_t first = mark_of(site, "a");
  site.host.advance(60s);
  CHECK(mark_of(site, "a") >= first + 25);
  CHECK(mark_of(site, "b") >= before);  // they have ended
  CHECK(TestPlugin::last()->side().is_online("a"));
  CHECK_FALSE(TestPlugin::last()->side().is_online("c"));
}

TEST_CASE("a device of which nothing was heard for long is removed, once the server has run for a while; a ban stays") {
  const Online online{{"here"}};
  ClientSide::Settings settings;
  settings.presence.purge_after = 1000;
  settings.presence.purge_up = 2000s;
  settings.presence.purge_every = 10s;
  TestSite site{settings};
  site.device("here");
  site.device("gone", site.ada);
  site.device("banned", kNoRef, kNoRef, DeviceState::kBanned);
  std::vector<std::string> dropped;
  TestPlugin::last()->side().drop_peers_by([&](const std::string& id) { dropped.push_back(id); });
  site.host.advance(1990s);
  CHECK(devices(site) == 3);
  site.host.advance(30s);
  CHECK(devices(site) == 2);
  CHECK(dropped == std::vector<std::string>{"gone"});
  CHECK(site.host.last_event("accounts.device_purged").field("id") == "gone");
  CHECK(site.host.metric("devices_purged") == 1);
}

TEST_CASE("without the option nobody is removed") {
  ClientSide::Settings settings;
  settings.presence.purge_up = 1s;
  settings.presence.purge_every = 10s;
  TestSite site{settings};
  site.device("gone");
  site.host.advance(10'000s);
  CHECK(devices(site) == 1);
}

}  // namespace
}  // namespace junctor::accounts
