// SPDX-License-Identifier: Apache-2.0
// Limits, blocks, tickets and `junctorctl relay`, on a fake host.
#include <doctest/doctest.h>

#include <chrono>

#include "junctor/service/relay.h"
#include "support/temp_dir.hpp"
#include "test_relay.hpp"

using namespace std::chrono_literals;
using namespace junctor::relay::testing;

namespace {

std::string args(std::initializer_list<const char*> words) {
  std::string out = R"({"args":[)";
  for (const char* word : words) out += (out.back() == '[' ? "\"" : ",\"") + std::string{word} + "\"";
  return out + "]}";
}

/// Its answer, as text.
std::string ask(World& world, const std::string& command, std::initializer_list<const char*> words) {
  return world.host.command(command, args(words)).value().json;
}

jct_status expect(World& world, const std::string& uuid, const std::string& id = "") {
  return world.relay->service<jct_relay_service>("relay/1").expect(
      world.relay->service_self("relay/1"), junctor::str(uuid), junctor::str(id), 60'000'000'000);
}

uint64_t rate_of(World& world, size_t bridge) { return world.host.bridges().at(bridge).policy().rate; }

/// Delivers as much as the bridge's rate allows, for a while.
void pour(World& world, std::vector<FakeStream> from, std::chrono::milliseconds time) {
  for (auto past = 0ms; past < time; past += 25ms) {
    for (size_t i = 0; i < from.size(); ++i) from[i].deliver(std::string(rate_of(world, i) / 8 / 40, 'x'));
    world.host.advance(25ms);
  }
}

TEST_CASE("without limits a bridge has no rate and nothing is measured") {
  World world;
  auto [a, b] = world.pair("u");
  CHECK(rate_of(world, 0) == 0);
  world.host.advance(1s);
  CHECK(rate_of(world, 0) == 0);
}

TEST_CASE("greedy sessions share total_rate; one that stops leaves its part to the other") {
  World world{{{"total_rate", "16Mbit"}, {"idle", "0"}}};
  auto [a, b] = world.pair("u");
  auto [c, d] = world.pair("v");
  CHECK(rate_of(world, 0) == 16'000'000);
  pour(world, {a, c}, 2s);
  CHECK(rate_of(world, 0) == doctest::Approx(8e6).epsilon(0.05));
  CHECK(rate_of(world, 1) == doctest::Approx(8e6).epsilon(0.05));
  pour(world, {a}, 1s);
  CHECK(rate_of(world, 0) > 15'000'000);
}

TEST_CASE("a reload gives running sessions their new rates, and takes them away") {
  World world{{{"rate", "1Mbit"}}};
  auto [a, b] = world.pair("u");
  CHECK(rate_of(world, 0) == 1'000'000);
  world.relay->reload({{"rate", "2Mbit"}});
  world.run();
  CHECK(rate_of(world, 0) == 2'000'000);
  world.relay->reload({{"total_rate", "1500kbit"}});
  world.run();
  CHECK(rate_of(world, 0) == 1'500'000);
  world.relay->reload({});
  world.run();
  CHECK(rate_of(world, 0) == 0);
}

TEST_CASE("a group has its own rate, its sessions are counted, and what is denied is refused") {
  World world{{{"group[0].name", "till"},
               {"group[0].ids", "7*"},
               {"group[0].session_rate", "1Mbit"},
               {"group[0].max_sessions", "1"},
               {"group[1].name", "guests"},
               {"group[1].networks", "203.0.113.0/24"},
               {"group[1].deny", "true"}}};
  auto [a, b] = world.pair("u", "71");
  CHECK(rate_of(world, 0) == 1'000'000);
  auto [c, d] = world.pair("v", "72");
  CHECK(c.closed());
  CHECK(d.closed());
  CHECK(world.refused("group_sessions") == 2);
  FakeStream guest = world.client(0, "203.0.113.9:5000");
  guest.deliver(framed_request("w", "", "key"));
  world.run();
  CHECK(guest.closed());
  CHECK(world.refused("group_denied") == 1);
}

TEST_CASE("a session that has taken much for long is slowed, as the stock does it") {
  World world{{{"rate", "8Mbit"}, {"downgrade_rate", "2Mbit"}, {"downgrade_after", "3s"}, {"downgrade_percent", "50"}}};
  auto [a, b] = world.pair("u");
  for (int i = 0; i < 6; ++i) {
    a.deliver(std::string(600'000, 'x'));
    world.host.advance(1s);
  }
  CHECK(rate_of(world, 0) == 2'000'000);
  CHECK(world.host.last_line("relay.slowed").field("id") == "123456789");
}

TEST_CASE("with tickets required only an expected uuid is relayed, once, and for its id") {
  World world{{{"tickets", "require"}, {"ticket_wait", "0"}}};
  auto [a, b] = world.pair("unseen");
  CHECK(a.closed());
  CHECK(b.closed());
  CHECK(world.refused("no_ticket") == 2);
  CHECK(expect(world, "seen", "123456789") == JCT_OK);
  auto [c, d] = world.pair("seen");
  CHECK_FALSE(c.closed());
  CHECK(expect(world, "other", "55") == JCT_OK);
  auto [e, f] = world.pair("other");
  CHECK(e.closed());
  CHECK(world.refused("other_ticket") == 2);
  CHECK(expect(world, "") == JCT_E_ARG);
}

TEST_CASE("a pair that comes before its ticket is joined by it, with all that was said meanwhile") {
  World world{{{"tickets", "require"}}};
  auto [a, b] = world.pair("early");
  a.deliver("a's word");
  world.host.advance(1900ms);
  CHECK_FALSE(a.bridged());
  CHECK(expect(world, "early", "123456789") == JCT_OK);
  world.run();
  CHECK(a.bridged());
  CHECK(b.sent() == "a's word");
  CHECK(world.refused("no_ticket") == 0);
  CHECK(world.host.metric("waiting") == 0);
}

TEST_CASE("a pair whose ticket does not come in time is refused, and its uuid is free again") {
  World world{{{"tickets", "require"}, {"ticket_wait", "2s"}}};
  auto [a, b] = world.pair("early");
  CHECK_FALSE(a.closed());
  world.host.advance(2s);
  CHECK(a.closed());
  CHECK(b.closed());
  CHECK(world.refused("no_ticket") == 2);
  expect(world, "early");
  auto [c, d] = world.pair("early");
  CHECK(c.bridged());
}

TEST_CASE("a late ticket for another id refuses the pair at once") {
  World world{{{"tickets", "require"}}};
  auto [a, b] = world.pair("early");
  expect(world, "early", "55");
  world.run();
  CHECK(a.closed());
  CHECK(world.refused("other_ticket") == 2);
}

TEST_CASE("of a pair that awaits its ticket one may go: the other gets its words with the ticket, or nothing without") {
  for (const bool comes : {true, false}) {
    World world{{{"tickets", "require"}}};
    auto [a, b] = world.pair("early");
    a.deliver("last words");
    a.reset();
    world.run();
    CHECK_FALSE(b.closed());
    if (comes) expect(world, "early", "123456789");
    world.run();
    world.host.advance(2s);
    CHECK(b.sent() == (comes ? "last words" : ""));
    CHECK((b.ended() || b.closed()));
    CHECK(world.refused("no_ticket") == (comes ? 0 : 1));
  }
}

TEST_CASE("a third side while a ticket is awaited is refused, and a drain ends the wait") {
  World world{{{"tickets", "require"}}};
  auto [a, b] = world.pair("early");
  FakeStream third = world.side("early", 3);
  world.run();
  CHECK(third.closed());
  CHECK(world.refused("in_use") == 1);
  world.relay->drain();
  CHECK(a.closed());
  CHECK(b.closed());
  CHECK(world.relay->idle());
  CHECK(world.refused("draining") == 2);
  world.relay->finish();
  CHECK(world.host.complaints().empty());
}

TEST_CASE("pairs without a ticket count as waiting: beyond max_waiting they are refused at once") {
  World world{{{"tickets", "require"}, {"max_waiting", "1"}}};
  auto [a, b] = world.pair("u");
  CHECK_FALSE(a.closed());
  FakeStream c = world.side("v", 1);
  world.run();
  CHECK(c.closed());
  CHECK(world.refused("max_waiting") == 1);
}

TEST_CASE("a full table of tickets takes no more, and says so") {
  World world{{{"tickets", "require"}, {"max_tickets", "1"}}};
  CHECK(expect(world, "one") == JCT_OK);
  CHECK(expect(world, "two") == JCT_E_LIMIT);
  world.host.advance(1s);
  CHECK(world.host.metric("limit", "limit=max_tickets") == 1);
  CHECK(world.host.metric("limit_used", "limit=max_tickets") == 1);
  world.host.advance(2min);
  CHECK(world.host.metric("limit_used", "limit=max_tickets") == 0);
}

TEST_CASE("with tickets preferred, half of the room is kept for sessions that signalling has seen") {
  World world{{{"tickets", "prefer"}, {"max_sessions", "2"}}};
  auto [a, b] = world.pair("u");
  CHECK_FALSE(a.closed());
  auto [c, d] = world.pair("v");
  CHECK(c.closed());
  CHECK(world.refused("no_ticket") == 2);
  expect(world, "w");
  auto [e, f] = world.pair("w");
  CHECK_FALSE(e.closed());
  a.peer_closes();
  b.peer_closes();
  world.run();
  auto [g, h] = world.pair("x");
  CHECK_FALSE(g.closed());
}

TEST_CASE("an operator's limit holds at once, is shown, and goes with `default`") {
  World world{{{"total_rate", "100Mbit"}}};
  auto [a, b] = world.pair("u");
  CHECK(ask(world, "relay", {"limit", "total", "10Mbit"}) == "{}");
  world.run();
  CHECK(rate_of(world, 0) == 10'000'000);
  CHECK(ask(world, "relay", {}).find(R"({"limit":"total","rate":"10Mbit","now":0,"sessions":1)") != std::string::npos);
  a.deliver(std::string(1000, 'x'));
  world.host.advance(1s);
  CHECK(ask(world, "relay", {}).find(R"("now":8000,"sessions":1,"max_sessions":"100000")") != std::string::npos);
  CHECK(ask(world, "relay", {"limit", "total", "default"}) == "{}");
  CHECK(ask(world, "relay", {}).find(R"("rate":"100Mbit")") != std::string::npos);
  CHECK(ask(world, "relay", {"limit", "total", "fast"}).find("expected a rate") != std::string::npos);
  CHECK(ask(world, "relay", {"limit", "group", "none", "1Mbit"}).find("no such group") != std::string::npos);
  CHECK(ask(world, "relay", {"dance"}).find("expected `relay`") != std::string::npos);
  CHECK(world.host.events_of("relay.limit_changed") == 2);
}

TEST_CASE("what an operator changes is an event, which says for how long it holds") {
  const junctor::testing::TempDir dir;
  KernelValues kernel;
  kernel.data_dir = dir.path();
  World world{{}, 4, kernel};
  ask(world, "relay", {"limit", "session", "10Mbit"});
  CHECK(world.host.last_event("relay.limit_changed").text() ==
        "event=relay.limit_changed limit=session rate=10Mbit kept=until the server ends");
  ask(world, "relay", {"block", "10.0.0.0/8", "--keep"});
  CHECK(world.host.last_event("relay.blocked").text() == "event=relay.blocked network=10.0.0.0/8 kept=stored");
  ask(world, "relay", {"unblock", "10.0.0.0/8"});
  CHECK(world.host.last_event("relay.unblocked").field("kept") == "stored");
  ask(world, "relay", {"block", "666"});
  CHECK(world.host.last_event("relay.blocked").field("id") == "666");
  ask(world, "relay", {"unblock", "777"});
  CHECK(world.host.events_of("relay.unblocked") == 1);
  std::filesystem::remove_all(dir.path());
  CHECK(ask(world, "relay", {"limit", "id", "1Mbit", "--keep"}).find("changed, but not kept") != std::string::npos);
  CHECK(world.host.last_event("relay.limit_changed").field("kept") == "until the server ends");
}

TEST_CASE("a block ends sessions of that address or id, refuses new ones, and can be lifted") {
  World world;
  auto [a, b] = world.pair("u", "666");
  CHECK(ask(world, "relay", {"block", "666"}) == "{}");
  world.run();
  CHECK(a.closed());
  CHECK(world.host.last_line("relay.stop").field("reason") == "blocked");
  CHECK(world.host.metric("ended", "reason=blocked") == 1);
  ask(world, "relay", {"block", "198.51.100.0/24"});
  FakeStream late = world.side("v");
  world.run();
  CHECK(late.closed());
  CHECK(world.host.last_line("relay.refused").field("reason") == "blocked");
  CHECK(ask(world, "relay", {"unblock", "198.51.100.0/24"}) == "{}");
  CHECK(ask(world, "relay", {"unblock", "198.51.100.0/24"}).find("not blocked") != std::string::npos);
  FakeStream welcome = world.side("w");
  world.run();
  CHECK_FALSE(welcome.closed());
}

TEST_CASE("the health checks of signalling are no news; a longer session of that kind is") {
  World world;
  auto [a, b] = world.pair("check", "");
  CHECK(world.host.last_line("relay.start").level == JCT_LOG_DEBUG);
  a.deliver("hello");
  world.run();
  a.reset();
  world.run();
  CHECK(world.host.last_line("relay.stop").level == JCT_LOG_DEBUG);
  auto [c, d] = world.pair("long", "");
  world.host.advance(5s);
  c.reset();
  world.run();
  CHECK(world.host.last_line("relay.stop").level == JCT_LOG_INFO);
}

}  // namespace
