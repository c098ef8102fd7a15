// SPDX-License-Identifier: Apache-2.0
// Pairing across loops (protocol.md 6.5), on a fake host.
#include <doctest/doctest.h>

#include <chrono>

#include "test_relay.hpp"

using namespace std::chrono_literals;
using namespace junctor::relay::testing;

namespace {

TEST_CASE("two sides of a uuid are joined and pass bytes both ways") {
  World world;
  auto [a, b] = world.pair("u");
  REQUIRE(world.host.bridges().size() == 1);
  CHECK(world.host.bridges()[0].joins(a, b));
  a.deliver("from a");
  b.deliver("from b");
  world.run();
  CHECK(b.sent() == "from a");
  CHECK(a.sent() == "from b");
  CHECK(world.host.metric("sessions") == 1);
  CHECK(world.host.metric("waiting") == 0);
  CHECK(world.host.metric("paired") == 1);
  CHECK(world.host.last_line("relay.start").field("id") == "123456789");
}

TEST_CASE("two sides that arrive in the same instant on any two loops always meet") {
  for (uint32_t first = 0; first < 4; ++first) {
    for (uint32_t second = 0; second < 4; ++second) {
      World world;
      std::vector<std::pair<FakeStream, FakeStream>> pairs;
      for (int i = 0; i < 20; ++i) {
        const std::string uuid = "uuid-" + std::to_string(i);
        FakeStream one = world.side(uuid, first);
        FakeStream other = world.side(uuid, second);
        pairs.emplace_back(one, other);
      }
      world.run();
      REQUIRE(world.host.bridges().size() == pairs.size());
      for (const auto& [one, other] : pairs) CHECK(one.state()->bridge == other.state()->bridge);
    }
  }
}

TEST_CASE("sides meet whatever order their loops run in") {
  for (uint32_t turn = 0; turn < 4; ++turn) {
    World world;
    FakeStream one = world.side("u", 0), other = world.side("u", 3);
    for (uint32_t i = 0; i < 16; ++i) world.host.run_loop((i * 3 + turn) % 4);
    world.run();
    CHECK(one.bridged());
    CHECK(other.bridged());
  }
}

TEST_CASE("bytes behind the first frame belong to the other side, from whichever side they come") {
  World world;
  FakeStream b = world.client(1), a = world.client(2);
  b.deliver(framed_request("u", "", "key") + "hello from b");
  world.run();
  b.deliver(", more");
  world.run();
  a.deliver(framed_request("u", "123456789", "key") + "hello from a");
  world.run();
  CHECK(a.sent() == "hello from b, more");
  CHECK(b.sent() == "hello from a");
}

TEST_CASE("a first side may say much before its partner comes, and nothing of it is lost") {
  World world;
  const std::string early(60'000, 'e');
  FakeStream b = world.side("u", 1);
  b.deliver(early);
  world.run();
  b.deliver(early);
  world.host.advance(20s);
  CHECK(b.connected());
  FakeStream a = world.side("u", 2);
  world.run();
  CHECK(a.sent() == early + early);
}

TEST_CASE("a request that comes byte by byte is understood") {
  World world;
  FakeStream b = world.side("u"), a = world.client(3);
  for (const char byte : framed_request("u", "123456789", "key")) {
    a.deliver({&byte, 1});
    world.run();
  }
  CHECK(a.bridged());
}

TEST_CASE("a third side of a uuid in use is closed and harms nobody") {
  World world;
  auto [a, b] = world.pair("u");
  FakeStream third = world.side("u", 3);
  world.run();
  CHECK(third.closed());
  CHECK(world.refused("in_use") == 1);
  a.deliver("still here");
  world.run();
  CHECK(b.sent() == "still here");
}

TEST_CASE("once a session is over its uuid may come again") {
  World world;
  auto [a, b] = world.pair("u");
  a.reset();
  world.run();
  CHECK(b.closed());
  CHECK(world.host.metric("sessions") == 0);
  auto [c, d] = world.pair("u");
  CHECK(c.bridged());
}

TEST_CASE("a second side that half-closes behind its request is still paired") {
  World world;
  FakeStream b = world.side("u", 1);
  world.run();
  FakeStream a = world.side("u", 2);
  a.deliver("last words");
  a.peer_closes();
  world.run();
  CHECK(b.sent() == "last words");
  CHECK(b.ended());
  CHECK(world.host.metric("sessions") == 1);
}

TEST_CASE("the side that names an id is A, whichever comes first") {
  World world;
  FakeStream a = world.side("u", 1, "123456789");
  world.run();
  FakeStream b = world.side("u", 2);
  world.run();
  a.deliver("12345");
  b.deliver("123");
  world.run();
  a.reset();
  world.run();
  CHECK(world.host.metric("bytes", "direction=a_to_b") == 5);
  CHECK(world.host.metric("bytes", "direction=b_to_a") == 3);
  CHECK(world.host.last_line("relay.stop").field("bytes_ab") == "5");
  CHECK(world.host.last_line("relay.stop").field("reason") == "reset");
}

TEST_CASE("a relay without an auth plugin lets everybody in") {
  FakeHost host{{.loops = 2}};
  PluginUnderTest relay{host, junctor_plugin_v1()};
  relay.start();
  FakeStream a = host.connect("listen"), b = host.connect("listen");
  a.deliver(framed_request("u"));
  b.deliver(framed_request("u"));
  host.run_until_idle();
  CHECK(a.bridged());
}

}  // namespace
