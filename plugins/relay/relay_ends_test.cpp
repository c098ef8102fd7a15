// SPDX-License-Identifier: Apache-2.0
// Sides that end while they wait, or in the instant of their pairing (protocol.md 6.5): no byte is lost, and nobody
// waits for somebody who has gone. On a fake host.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

#include "test_link.hpp"

using namespace std::chrono_literals;
using namespace junctor::relay::testing;

namespace {

enum class End { kHalfClose, kReset };
constexpr End kEnds[] = {End::kHalfClose, End::kReset};

void finish(FakeStream& side, End how) { how == End::kReset ? side.reset() : side.peer_closes(); }

TEST_CASE("a first side that has ended stays for its partner, which gets its words and its end at once") {
  for (const End how : kEnds) {
    for (uint32_t loop = 0; loop < 4; ++loop) {
      World world;
      FakeStream first = world.side("u", 1, "123456789");
      world.run();
      first.deliver("last words");
      world.run();
      finish(first, how);
      world.run();
      world.host.advance(4s);
      CHECK(world.host.metric("waiting") == 1);
      FakeStream second = world.side("u", loop);
      world.run();
      CHECK(second.sent() == "last words");
      CHECK(second.ended());
      CHECK(world.host.metric("waiting") == 0);
      second.peer_closes();
      world.run();
      CHECK(second.closed());
      CHECK(world.host.metric("sessions") == 0);
    }
  }
}

TEST_CASE("a first side that half-closes is still spoken to") {
  World world;
  FakeStream first = world.side("u", 1);
  world.run();
  first.peer_closes();
  world.run();
  FakeStream second = world.side("u", 2, "123456789");
  world.run();
  second.deliver("an answer");
  world.run();
  CHECK(first.sent() == "an answer");
  CHECK(second.ended());
}

TEST_CASE("after its stay it is forgotten, and who comes then waits as any other") {
  for (const End how : kEnds) {
    World world;
    FakeStream first = world.side("u", 1);
    world.run();
    first.deliver("last words");
    finish(first, how);
    world.run();
    world.host.advance(5s);
    CHECK(world.host.metric("waiting") == 0);
    CHECK(first.closed());
    auto [a, b] = world.pair("u");
    CHECK(world.host.bridges().at(0).joins(a, b));
  }
}

TEST_CASE("words, end and partner in the same instant, on any loops: the partner gets both") {
  for (const End how : kEnds) {
    for (uint32_t a = 0; a < 4; ++a) {
      for (uint32_t b = 0; b < 4; ++b) {
        for (const bool first_ends : {true, false}) {
          CAPTURE(static_cast<int>(how));
          World world;
          FakeStream one = world.side("u", a, "123456789"), two = world.side("u", b);
          FakeStream& ending = first_ends ? one : two;
          FakeStream& other = first_ends ? two : one;
          ending.deliver("last words");
          finish(ending, how);
          world.run();
          CHECK(other.sent() == "last words");
          CHECK((other.ended() || other.closed()));
          CHECK(world.host.metric("waiting") == 0);
          other.peer_closes();
          world.run();
          CHECK(other.closed());
          CHECK(world.host.metric("sessions") == 0);
        }
      }
    }
  }
}

TEST_CASE("a first side that has gone in the instant of pairing leaves its end to the second") {
  World world{{}, 1};
  FakeStream first = world.side("u"), second = world.client();
  world.run();
  // When the second's request is read, the kernel knows that the first has ended; the relay has yet to be told.
  first.reset();
  second.deliver(framed_request("u", "", "key"));
  world.run();
  CHECK(second.ended());
  CHECK(world.refused("partner_gone") == 1);
  CHECK(world.host.metric("waiting") == 0);
}

TEST_CASE("two sides that have both gone are forgotten") {
  World world;
  FakeStream first = world.side("u");
  world.run();
  first.reset();
  world.run();
  FakeStream second = world.side("u");
  second.reset();
  world.run();
  CHECK(world.host.metric("waiting") == 0);
  world.host.advance(30s);
  auto [a, b] = world.pair("u");
  CHECK(world.host.bridges().at(0).joins(a, b));
}

TEST_CASE("a link that has gone leaves its words and its end to a link or a stream") {
  for (const bool to_link : {true, false}) {
    World world;
    TestLink first{world, "u"};
    CHECK(first.data("last words") == JCT_OK);
    first.closed(JCT_E_RESET);
    CHECK(world.host.metric("waiting") == 1);
    if (to_link) {
      TestLink second{world, "u", "1"};
      CHECK(second.got == "last words");
      CHECK(second.ended);
      second.closed(JCT_OK);
    } else {
      FakeStream second = world.side("u", 3, "1");
      world.run();
      CHECK(second.sent() == "last words");
      CHECK(second.ended());
    }
    CHECK(world.host.metric("waiting") == 0);
  }
}

TEST_CASE("a link that says that it will send nothing more waits for some seconds") {
  World world;
  TestLink first{world, "u"};
  CHECK(first.data("last words") == JCT_OK);
  first.end();
  SUBCASE("its partner comes") {
    TestLink second{world, "u", "1"};
    CHECK(second.got == "last words");
    CHECK(first.resumed == 1);
    first.end();
    CHECK(second.ended);
    CHECK(second.data("an answer") == JCT_OK);
    CHECK(first.got == "an answer");
  }
  SUBCASE("nobody comes") {
    world.host.advance(5s);
    CHECK(first.closes == std::vector<jct_status>{JCT_E_CLOSED});
  }
}

TEST_CASE("a stream that has gone in the instant of pairing leaves its end to the link") {
  World world{{}, 1};
  FakeStream first = world.side("u");
  world.run();
  std::unique_ptr<TestLink> second;
  first.reset();
  // By then the kernel knows that the first has ended; the relay has yet to be told.
  world.host.loops().queue(0, [&] { second = std::make_unique<TestLink>(world, "u"); });
  world.run();
  CHECK(second->offered == JCT_OK);
  CHECK(second->ended);
  CHECK(world.host.metric("waiting") == 0);
}

TEST_CASE("who is left by a partner that has gone and does not end itself is closed") {
  World world;
  FakeStream first = world.side("u", 1);
  world.run();
  first.reset();
  world.run();
  FakeStream second = world.side("u", 2);
  world.run();
  second.deliver("nobody hears this");
  world.run();
  CHECK_FALSE(second.closed());
  world.host.advance(5s);
  CHECK(second.closed());
}

TEST_CASE("the words of who has gone are for nobody without a ticket, where tickets are required") {
  World world{{{"tickets", "require"}, {"ticket_wait", "0"}}};
  FakeStream first = world.side("u", 1);
  world.run();
  first.deliver("last words");
  world.run();
  first.reset();
  world.run();
  FakeStream second = world.side("u", 2);
  world.run();
  CHECK(second.sent().empty());
  CHECK(world.refused("no_ticket") == 1);
}

TEST_CASE("a drain and a stop find nothing of who has gone") {
  World world;
  FakeStream first = world.side("u", 1);
  world.run();
  first.reset();
  world.run();
  world.relay->drain();
  world.run();
  CHECK(world.host.metric("waiting") == 0);
  CHECK(world.relay->idle());
}

}  // namespace
