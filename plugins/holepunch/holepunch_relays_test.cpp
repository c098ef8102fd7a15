// SPDX-License-Identifier: Apache-2.0
// The plugin and its relays on a fake host: options, checks, what operators see and do.
#include "holepunch/test_plugin.hpp"

namespace junctor::holepunch {
namespace {

const Settings kTwo = {{"relay[0].address", "192.0.2.1:1"},
                       {"relay[0].name", "one"},
                       {"relay[1].address", "192.0.2.2:2"},
                       {"relay[1].weight", "3"}};

bool shows(FakeHost& host, const std::string& command, const std::string& text) {
  const auto answer = host.command(command);
  REQUIRE(answer);
  CAPTURE(answer->json);
  return answer->json.find(text) != std::string::npos;
}

/// Nobody answers what the plugin dials, beyond its patience.
void all_dead(Site& site) { site.host.advance(20s); }

TEST_CASE("relays that do not answer are handed out no more, and that is logged once") {
  Site site{kTwo};
  all_dead(site);
  CHECK(site.host.lines_of("holepunch.relay_down") == 2);
  CHECK(site.host.lines_of("holepunch.no_relay") == 1);
  CHECK(site.host.last_line("holepunch.relay_down").field("error").find("no answer") != std::string::npos);
  site.ask("key");
  CHECK(site.heard<hbb::PunchHole>().relay_server().empty());
  CHECK(site.host.metric("without_relay") == 1);
}

TEST_CASE("the only relay of a server that runs one itself is its own under another address, and is not checked") {
  Site site{{{"relay[0].address", "192.0.2.1:1"}}};
  all_dead(site);
  CHECK(site.host.dials().empty());
  CHECK(shows(site.host, "relays", "\"state\":\"unchecked\""));
  site.ask("key");
  CHECK(site.heard<hbb::PunchHole>().relay_server() == "192.0.2.1:1");
}

TEST_CASE("it is checked where the server runs none, or where it is said where to check it") {
  Site elsewhere{{{"relay[0].address", "192.0.2.1:1"}}, false};
  all_dead(elsewhere);
  CHECK(elsewhere.host.lines_of("holepunch.relay_down") == 1);
  Site inside{{{"relay[0].address", "192.0.2.1:1"}, {"relay[0].check_address", "10.0.0.1:2"}}};
  inside.host.advance(1s);
  REQUIRE_FALSE(inside.host.dials().empty());
  CHECK(wire::from_abi(inside.host.dials()[0].peer()).text() == "10.0.0.1:2");
}

TEST_CASE("checks can be switched off, then on again") {
  Settings settings = kTwo;
  settings["health"] = "false";
  Site site{settings};
  all_dead(site);
  CHECK(site.host.dials().empty());
  site.plugin.reload(kTwo);
  all_dead(site);
  CHECK(site.host.lines_of("holepunch.relay_down") == 2);
  site.plugin.reload(settings);
  site.ask("key");
  CHECK_FALSE(site.heard<hbb::PunchHole>().relay_server().empty());
}

/// tickets/1 of relays on other hosts.
struct FakeTickets {
  explicit FakeTickets(FakeHost& host) { host.provide(JCT_TICKETS_SERVICE, &table(), this); }

  static FakeTickets& of(void* self) { return *static_cast<FakeTickets*>(self); }
  static const jct_tickets_service& table() {
    static constexpr jct_tickets_service kTable{
        sizeof(jct_tickets_service), 0,
        [](void* self, jct_str relay, jct_str uuid, jct_str id, uint64_t) -> jct_status {
          of(self).told.push_back(std::string{view(relay)} + " " + std::string{view(uuid)} + " " +
                                  std::string{view(id)});
          return JCT_OK;
        },
        [](void* self, jct_str relay) -> int32_t { return view(relay) != of(self).cut_off ? 1 : 0; }};
    return kTable;
  }

  std::vector<std::string> told;  // "RELAY UUID ID"
  std::string cut_off;
};

TEST_CASE("a relay on another host is told of each check and each session, in that order of things") {
  FakeHost host;
  FakeServer server{host, false};
  FakeTickets tickets{host};
  PluginUnderTest plugin{host, junctor_plugin_v1(), kTwo};
  plugin.start();
  host.advance(200ms);
  REQUIRE(tickets.told.size() == 2);
  CHECK(tickets.told[0].substr(0, 4) == "one ");
  CHECK(tickets.told[1].substr(0, 12) == "192.0.2.2:2 ");
  hbb::RequestRelay request;
  request.set_id(kId);
  request.set_uuid("the-uuid");
  request.set_relay_server("192.0.2.1:1");
  const auto& handler = server.handlers.at(wire::kKindOf<hbb::RequestRelay>);
  const std::string inner = request.SerializeAsString();
  const jct_channel from = test::tcp_from(kA, 9);
  host.on_loop(0, [&] { return handler.fn(handler.context, &from, wire::kKindOf<hbb::RequestRelay>, bytes(inner)); });
  CHECK(tickets.told.back() == "one the-uuid " + kId);
  CHECK(server.sent.size() == 1);

  tickets.cut_off = "one";
  host.advance(1s);
  CHECK(shows(host, "relays", "\"state\":\"no_tickets\""));
  plugin.finish();
  CHECK(host.complaints().empty());
}

TEST_CASE("an operator sees the relays, and drains one by name") {
  Site site{kTwo};
  CHECK(shows(site.host, "relays", "\"name\":\"one\",\"address\":\"192.0.2.1:1\",\"weight\":1,\"state\":\"unknown\""));
  CHECK(shows(site.host, "relays", "\"name\":\"192.0.2.2:2\""));
  CHECK(site.host.command("relays", R"({"args":["drain","one"]})")->status == JCT_OK);
  CHECK(shows(site.host, "relays", "\"drain\":true"));
  CHECK(site.host.last_event("holepunch.relay_drained").field("relay") == "one");
  for (int i = 0; i < 4; ++i) {
    hbb::PunchHoleRequest request;
    request.set_id(kId);
    request.set_licence_key("key");
    site.say(test::tcp_from("198.51.100.1:" + std::to_string(7000 + i), 7), request);
    CHECK(site.heard<hbb::PunchHole>().relay_server() == "192.0.2.2:2");
  }
  CHECK(shows(site.host, "relays", "\"handed_out\":4"));
  CHECK(site.host.command("relays", R"({"args":["undrain","one"]})")->status == JCT_OK);
  CHECK_FALSE(shows(site.host, "relays", "\"drain\":true"));
  CHECK(site.host.events_of("holepunch.relay_undrained") == 1);
  CHECK(site.host.command("relays", R"({"args":["drain","nobody"]})")->status == JCT_E_NOT_FOUND);
  CHECK(site.host.events_of("holepunch.relay_drained") == 1);
  CHECK(site.host.command("relays", R"({"args":["explode"]})")->status == JCT_E_ARG);
}

TEST_CASE("what is wrong with a relay is said, at start and on a reload, and then the old ones go on") {
  const std::vector<Settings> bad = {
      {{"relay[0].address", "no server"}},
      {{"relay[0].address", "host:1"}, {"relay[0].check_address", "host:0"}},
      {{"relay[0].address", "host:1"}, {"relay[0].address_for", "10.0.0.0/8"}},
      {{"relay[0].address", "host:1"}, {"relay[1].address", "host:1"}},
  };
  Site site{kTwo};
  for (const Settings& settings : bad) {
    FakeHost host;
    FakeServer server{host, true};
    CHECK_THROWS_WITH_AS((PluginUnderTest{host, junctor_plugin_v1(), settings}), doctest::Contains("relay["), Error);
    CHECK_THROWS_AS(site.plugin.reload(settings), Error);
  }
  CHECK(shows(site.host, "relays", "\"name\":\"one\""));
}

TEST_CASE("an operator sees which addresses do not get through to each other, and has it forgotten") {
  Site site;
  site.ask("key");
  site.say(test::tcp_from("192.0.2.77:6001", 8), hole());
  site.host.advance(18s);
  hbb::RequestRelay request;
  request.set_id(kId);
  site.say(test::tcp_from("198.51.100.1:6000", 9), request);
  CHECK(shows(site.host, "punches", "\"a\":\"198.51.100.1\",\"b\":\"192.0.2.77\""));
  CHECK(site.host.metric("learned") == 1);
  site.host.advance(1s);
  CHECK(site.host.metric("learned_pairs") == 1);
  CHECK(site.host.metric("limit_used", "limit=max_learned") == 1);
  CHECK(site.host.metric("limit", "limit=max_learned") == 10'000);
  CHECK(site.host.metric("limit_used", "limit=max_grants") == 1);
  CHECK(site.host.metric("limit", "limit=max_grants") == 100'000);
  CHECK(site.host.command("punches", R"({"args":["clear","198.51.100.9"]})")->json == R"({"cleared":0})");
  CHECK(site.host.command("punches", R"({"args":["clear","nonsense"]})")->status == JCT_E_ARG);
  CHECK(site.host.command("punches", R"({"args":["forget"]})")->status == JCT_E_ARG);
  CHECK(site.host.command("punches", R"({"args":["clear"]})")->json == R"({"cleared":1})");
  CHECK(shows(site.host, "punches", "\"total\":0"));
}

TEST_CASE("limits follow a reload, and exempt networks know none") {
  Site site{{{"limit_requests_per_address", "2"}}};
  for (int i = 0; i < 3; ++i) site.ask("key");
  CHECK(site.host.metric("refused", "reason=too_many_requests") == 1);
  CHECK(site.host.last_line("holepunch.refused").field("rule") == "limit_requests");
  site.plugin.reload({{"limit_requests_per_address", "2"}, {"limit_exempt", "198.51.100.0/24"}});
  for (int i = 0; i < 3; ++i) site.ask("key");
  CHECK(site.host.metric("refused", "reason=too_many_requests") == 1);
  site.server.sent.clear();
}

TEST_CASE("an office of 500 behind one address is served at once, each trying TCP and UDP and asking twice") {
  Site site;
  for (int i = 0; i < 2000; ++i) {
    hbb::PunchHoleRequest request;
    request.set_id(kId.substr(0, 6) + std::to_string(100 + i % 500));
    request.set_licence_key("key");
    request.set_udp_port(i % 2 == 0 ? 0 : 4444);
    site.say(test::tcp_from("198.51.100.1:" + std::to_string(2000 + i), 7), request);
  }
  CHECK(site.host.metric("refused", "reason=too_many_requests") == 0);
  CHECK(site.host.metric("refused", "reason=too_many_pushes") == 0);
}

}  // namespace
}  // namespace junctor::holepunch
