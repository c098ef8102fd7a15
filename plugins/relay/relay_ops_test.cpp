// SPDX-License-Identifier: Apache-2.0
// Reload, drain, stop, commands and relay/1, on a fake host.
#include <doctest/doctest.h>

#include <chrono>

#include "junctor/service/relay.h"
#include "test_relay.hpp"

using namespace std::chrono_literals;
using namespace junctor::relay::testing;

namespace {

TEST_CASE("a session is joined with the policy of its options, and ends when it is idle") {
  World world{{{"idle", "20s"}, {"lifetime", "1h"}, {"rate", "128Mbit"}}};
  auto [a, b] = world.pair("u");
  const jct_bridge_policy policy = world.host.bridges().at(0).policy();
  CHECK(policy.idle_timeout_ns == 20'000'000'000);
  CHECK(policy.max_lifetime_ns == 3'600'000'000'000);
  CHECK(policy.rate == 128'000'000);
  world.host.advance(20s);
  CHECK(a.closed());
  CHECK(world.host.last_line("relay.stop").field("reason") == "idle");
  CHECK(world.host.last_line("relay.stop").field("age_s") == "20");
}

TEST_CASE("a session that is never idle ends with its lifetime") {
  World world{{{"lifetime", "1m"}}};
  auto [a, b] = world.pair("u");
  for (int i = 0; i < 6; ++i) {
    a.deliver("x");
    world.host.advance(10s);
  }
  CHECK(a.closed());
  CHECK(world.host.last_line("relay.stop").field("reason") == "lifetime");
}

TEST_CASE("a reload changes sessions that run, what comes after it, and the waiting time of who waits") {
  World world;
  auto [a, b] = world.pair("u");
  FakeStream waits = world.side("v", 3);
  world.run();
  world.relay->reload({{"idle", "1h"}, {"wait", "5s"}});
  world.host.advance(5s);
  CHECK(waits.closed());
  auto [c, d] = world.pair("w");
  CHECK(world.host.bridges().at(0).policy().idle_timeout_ns == 3'600'000'000'000);
  CHECK(world.host.bridges().at(1).policy().idle_timeout_ns == 3'600'000'000'000);
  world.relay->reload({{"max_sessions", "1"}});
  FakeStream late = world.side("x");
  world.run();
  CHECK(late.closed());
}

TEST_CASE("a reload changes for how long the small pieces of running sessions collect, and switches it off") {
  World world;
  auto [a, b] = world.pair("u");
  const auto gather_of = [&](size_t bridge) { return world.host.bridges().at(bridge).policy().gather_us; };
  CHECK(gather_of(0) == 500);
  world.relay->reload({{"gather", "200us"}});
  world.run();
  auto [c, d] = world.pair("v");
  CHECK(gather_of(0) == 200);
  CHECK(gather_of(1) == 200);
  world.relay->reload({{"gather", "0"}});
  world.run();
  CHECK(gather_of(0) == 0);
  CHECK(gather_of(1) == 0);
}

TEST_CASE("bytes are counted while a session runs") {
  World world;
  auto [a, b] = world.pair("u");
  a.deliver("12345678");
  world.host.advance(2s);
  CHECK(world.host.metric("bytes", "direction=a_to_b") == 8);
  a.deliver("12");
  world.run();
  a.reset();
  world.run();
  CHECK(world.host.metric("bytes", "direction=a_to_b") == 10);
}

TEST_CASE("a drain refuses what is new, lets sessions go on, and is over with the last") {
  World world;
  auto [a, b] = world.pair("u");
  FakeStream waits = world.side("v", 1), says_nothing = world.client(2);
  world.run();
  world.relay->drain();
  CHECK_FALSE(world.relay->idle());
  CHECK(waits.closed());
  CHECK(says_nothing.closed());
  CHECK(world.client().closed());
  a.deliver("goes on");
  world.run();
  CHECK(b.sent() == "goes on");
  a.peer_closes();
  b.peer_closes();
  world.run();
  CHECK(world.relay->idle());
  CHECK(world.host.last_line("relay.stop").field("reason") == "finished");
  world.relay->finish();
  CHECK(world.host.complaints() == std::vector<std::string>{});
}

TEST_CASE("a drain without a session is over at once") {
  World world;
  world.relay->drain();
  CHECK(world.relay->idle());
}

TEST_CASE("a side on its way when the drain begins is refused where it arrives") {
  for (int i = 0; i < 8; ++i) {
    World world;
    FakeStream moving = world.side("uuid-" + std::to_string(i), 0);
    world.host.run_loop(0);
    world.relay->drain();
    CHECK(moving.closed());
    CHECK(world.relay->idle());
    CHECK(world.host.metric("waiting") == 0);
  }
}

TEST_CASE("a stop in the middle of everything ends all sessions and leaves nothing behind") {
  for (int i = 0; i < 8; ++i) {
    World world;
    auto [a, b] = world.pair("u");
    a.deliver("12345");
    FakeStream waits = world.side("v", 1), says_nothing = world.client(2);
    world.run();
    FakeStream moving = world.side("uuid-" + std::to_string(i), 0);
    world.host.run_loop(0);
    world.relay->finish();
    CHECK(a.closed());
    CHECK(waits.closed());
    CHECK(says_nothing.closed());
    CHECK(moving.closed());
    CHECK(world.host.last_line("relay.stop").field("reason") == "stopped");
    CHECK(world.host.metric("sessions") == 0);
    CHECK(world.host.metric("waiting") == 0);
    CHECK(world.host.complaints() == std::vector<std::string>{});
  }
}

TEST_CASE("junctorctl sees sessions of all loops and can end one") {
  World world;
  std::vector<FakeStream> all;
  for (int i = 0; i < 5; ++i) {
    auto [a, b] = world.pair("uuid-" + std::to_string(i), "10000000" + std::to_string(i));
    all.push_back(a);
  }
  FakeStream waits = world.side("lonely");
  world.run();
  const auto shown = world.host.command("sessions");
  REQUIRE(shown);
  CHECK(shown->status == JCT_OK);
  for (int i = 0; i < 5; ++i) CHECK(shown->json.find("\"id\":\"10000000" + std::to_string(i)) != std::string::npos);
  CHECK(shown->json.find(R"("total":5,"waiting":1)") != std::string::npos);

  const std::string number = world.host.last_line("relay.start").field("session");
  const auto ended = world.host.command("sessions", R"({"args":["end",")" + number + R"("]})");
  CHECK(ended->status == JCT_OK);
  CHECK(all.back().closed());
  CHECK(world.host.last_line("relay.stop").field("reason") == "operator");
  CHECK(world.host.metric("sessions") == 4);
}

TEST_CASE("a command that makes no sense says what was expected") {
  World world;
  CHECK(world.host.command("sessions", R"({"args":["end","999"]})")->status == JCT_E_NOT_FOUND);
  CHECK(world.host.command("sessions", R"({"args":["end","7x"]})")->status == JCT_E_ARG);
  CHECK(world.host.command("sessions", R"({"args":["destroy"]})")->status == JCT_E_ARG);
}

struct Offered : World {
  using World::World;

  /// A stream that another plugin has accepted and read the request from.
  jct_status offer(const FakeStream& stream, const std::string& uuid, const std::string& key = "key") {
    const auto& service = relay->service<jct_relay_service>("relay/1");
    const jct_relay_side side{
        sizeof(jct_relay_side), 0, stream.handle(), junctor::str(uuid), {}, junctor::str(key), stream.peer(), 0, 0, {}};
    return host.on_loop(stream.loop(), [&] { return service.offer(relay->service_self("relay/1"), &side); });
  }
};

TEST_CASE("relay/1 pairs an offered side with one from the relay's own port") {
  Offered world;
  FakeStream own = world.side("u", 1), offered = world.client(2);
  world.run();
  CHECK(world.offer(offered, "u") == JCT_OK);
  world.run();
  CHECK(own.bridged());
  CHECK(offered.bridged());
}

TEST_CASE("an offered side that is refused at once stays with whoever offered it") {
  Offered world{Settings{}, 1};
  FakeStream offered = world.client();
  world.run();
  CHECK(world.offer(offered, "u", "other") == JCT_E_DENIED);
  CHECK(world.offer(offered, "") == JCT_E_ARG);
  auto [a, b] = std::pair{world.side("w"), world.side("w")};
  world.run();
  CHECK(world.offer(offered, "w") == JCT_E_EXISTS);
  world.run();
  CHECK(offered.connected());
  world.relay->drain();
  CHECK(world.offer(offered, "u") == JCT_E_STATE);
}

TEST_CASE("relay/1 tells where sides connect, until the drain") {
  Offered world{Settings{{"listen", "203.0.113.1:0"}}};
  const auto& service = world.relay->service<jct_relay_service>("relay/1");
  jct_addr address{};
  uint64_t count = 0;
  CHECK(service.addresses(world.relay->service_self("relay/1"), &address, 1, &count) == JCT_OK);
  CHECK(count == 1);
  CHECK(address.ip[0] == 203);
  CHECK(address.port != 0);
  world.relay->drain();
  CHECK(service.addresses(world.relay->service_self("relay/1"), &address, 1, &count) == JCT_E_STATE);
  CHECK(count == 0);
}

}  // namespace
