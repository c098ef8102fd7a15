// SPDX-License-Identifier: Apache-2.0
// The whole plugin on a fake host: upgrade, signalling, relay sessions, back-pressure, ends, drain.
#include <doctest/doctest.h>

#include <chrono>

#include "test_bridge.hpp"
#include "wire/frame.hpp"

using namespace std::chrono_literals;
using namespace junctor::ws_bridge::testing;
using Frames = std::vector<std::string>;

namespace {

std::string framed(const std::string& payload) {
  std::string out;
  junctor::wire::append_frame(payload, out);
  return out;
}

}  // namespace

TEST_CASE("a relay side is offered with what it said, on the loop of its uuid, and as who it is") {
  for (const uint32_t home : {0U, 1U}) {
    World world{{{"trusted_proxies", "198.51.100.0/24"}}};
    world.relay.home = home;
    FakeStream client = world.upgraded("listen_relay", 0, "X-Real-IP: 203.0.113.9\r\n");
    world.say(client, binary(World::request("u")) + binary("early"));
    CHECK(client.loop() == home);
    CHECK(world.relay.uuid == "u");
    CHECK(world.relay.id == "123456789");
    CHECK(world.relay.key == "key");
    CHECK(world.relay.transport == JCT_CHANNEL_WS);
    CHECK(world.relay.peer.ip[0] == 203);
    CHECK(world.relay.peer.port == 50001);
    CHECK(world.relay.got == framed("early"));
    CHECK(world.host.metric("connections", "for=relay") == 1);
  }
}

TEST_CASE("messages become frames and frames messages, in any pieces, with control frames in between") {
  World world;
  FakeStream client = world.side();
  const std::string stream = ClientFrame{2, "frag", false}.bytes() + ping("p") + ClientFrame{0, "ment"}.bytes() +
                             binary("") + binary(std::string(300, 'x'));
  for (const char byte : stream) world.say(client, {&byte, 1});
  CHECK(world.relay.got == framed("fragment") + framed(std::string(300, 'x')));
  for (const char byte : framed("answer") + framed("") + framed(std::string(200, 'y'))) {
    CHECK(world.relay_sends({&byte, 1}) == JCT_OK);
  }
  CHECK(World::frames(client) == Frames{"10:p", "2:answer", "2:" + std::string(200, 'y')});
}

TEST_CASE("while the relay takes nothing the client is not read, and nothing is lost") {
  World world;
  FakeStream client = world.side();
  world.relay_resumes();
  world.relay.full = true;
  const std::string word(30'000, 'w');
  world.say(client, binary(word) + ClientFrame{2, word, false}.bytes() + ClientFrame{0, word}.bytes());
  CHECK(world.relay.got.empty());
  CHECK(client.paused());
  world.relay.full = false;
  world.relay_resumes();
  CHECK(world.relay.got == framed(word) + framed(word + word));
  CHECK_FALSE(client.paused());
}

TEST_CASE("while the client reads nothing the relay is told to wait, and told when it may go on") {
  World world;
  FakeStream client = world.side();
  client.stall();
  const std::string word = framed(std::string(50'000, 'w'));
  int taken = 0;
  while (world.relay_sends(word) == JCT_OK) ++taken;
  CHECK(taken > 0);
  CHECK(taken < 10);
  CHECK(world.relay.writable == 0);
  client.unstall();
  world.host.run_until_idle();
  CHECK(world.relay.writable > 0);
  CHECK(world.relay_sends(word) == JCT_OK);
  CHECK(World::frames(client).size() == static_cast<size_t>(taken) + 1);
}

TEST_CASE("a client's Close ends its half, and is answered with its code when the relay has ended") {
  World world;
  FakeStream client = world.side();
  world.relay_resumes();
  world.say(client, binary("last") + close_frame(4001));
  CHECK(world.relay.got == framed("last"));
  CHECK(world.relay.ended == 1);
  CHECK(World::frames(client).empty());
  CHECK(world.relay_sends(framed("still here")) == JCT_OK);
  world.relay_closes(JCT_OK);
  CHECK(World::frames(client) == Frames{"2:still here", "close:4001"});
  CHECK(client.closed());
  CHECK(world.relay.closed == std::vector<jct_status>{JCT_OK});
  CHECK(world.host.metric("connections", "for=relay") == 0);
}

TEST_CASE("why the relay ends a link is the code of its Close, and a reset cuts it off") {
  const std::pair<jct_status, const char*> reasons[] = {{JCT_OK, "close:1000"},      {JCT_E_TIMEOUT, "close:1000"},
                                                        {JCT_E_STATE, "close:1001"}, {JCT_E_CLOSED, "close:1001"},
                                                        {JCT_E_LIMIT, "close:1013"}, {JCT_E_DENIED, "close:1008"},
                                                        {JCT_E_EXISTS, "close:1008"}};
  for (const auto& [reason, code] : reasons) {
    World world;
    FakeStream client = world.side();
    world.relay_closes(reason);
    CHECK(World::frames(client) == Frames{code});
    CHECK_FALSE(client.closed());
    world.say(client, close_frame(1000));
    CHECK(client.closed());
  }
  World world;
  FakeStream client = world.side();
  world.relay_closes(JCT_E_RESET);
  CHECK(client.was_aborted());
  World refused;
  refused.relay.offered = JCT_E_DENIED;
  FakeStream denied = refused.side();
  CHECK(World::frames(denied) == Frames{"close:1008"});
  CHECK(refused.host.metric("refused", "reason=relay") == 1);
}

TEST_CASE("a client that goes is told to the relay, however it goes") {
  for (const bool in_order : {true, false}) {
    World world;
    FakeStream client = world.side();
    if (in_order) {
      client.peer_closes();
      world.host.run_until_idle();
      CHECK(world.relay.ended == 1);
      world.relay_closes(JCT_OK);
    } else {
      client.reset();
      world.host.run_until_idle();
    }
    CHECK(world.relay.closed == std::vector<jct_status>{in_order ? JCT_OK : JCT_E_RESET});
  }
}

TEST_CASE("a WebSocket is a channel: messages both ways, and its end is told once") {
  World world;
  FakeStream client = world.upgraded("listen");
  world.say(client, binary("hello") + ping("p") + binary(""));
  CHECK(world.signal.messages == Frames{"hello", ""});
  CHECK(world.signal.channel.transport == JCT_CHANNEL_WS);
  world.host.on_loop(0, [&] { return world.signal.transport->send(world.signal.talk, junctor::bytes("answer")); });
  CHECK(World::frames(client) == Frames{"10:p", "2:answer"});
  world.host.on_loop(0, [&] { world.signal.transport->close(world.signal.talk); });
  world.say(client, close_frame(1000));
  CHECK(World::frames(client) == Frames{"close:1000"});
  CHECK(world.signal.detached == 1);
  CHECK(world.host.metric("connections", "for=signalling") == 0);
}

TEST_CASE("what signalling will not have closes the WebSocket with a reason, and is counted") {
  World world;
  world.signal.delivered = JCT_E_ARG;
  FakeStream client = world.upgraded("listen");
  world.say(client, binary("nonsense"));
  CHECK(World::frames(client) == Frames{"close:1008"});
  world.signal.attached = JCT_E_LIMIT;
  FakeStream late = world.client("listen");
  world.say(late, upgrade());
  CHECK(late.sent().find("101 Switching") != std::string::npos);
  CHECK(late.closed());
  CHECK(world.host.metric("refused", "reason=signal") == 2);
}

TEST_CASE("who does not finish a handshake in time is dropped, by the time that a reload has set") {
  World world{{{"handshake_timeout", "10s"}}};
  FakeStream patient = world.client("listen_relay");
  world.say(patient, "GET / HT");
  world.bridge->reload({{"handshake_timeout", "1s"}});
  FakeStream mute = world.client("listen_relay"), halfway = world.upgraded("listen_relay");
  world.host.advance(1s);
  CHECK(mute.closed());
  CHECK(halfway.closed());
  CHECK_FALSE(patient.closed());
  world.host.advance(9s);
  CHECK(patient.closed());
  CHECK(world.host.metric("refused", "reason=handshake_timeout") == 3);
  FakeStream wrong = world.upgraded("listen_relay");
  world.say(wrong, binary("nonsense"));
  CHECK(World::frames(wrong) == Frames{"close:1008"});
  CHECK(world.host.metric("refused", "reason=bad_first_message") == 1);
}

TEST_CASE("it listens for what there is a service for, and says so where there is none") {
  World relay_alone{{}, false, true};
  CHECK_FALSE(relay_alone.host.listens("listen"));
  CHECK(relay_alone.host.listens("listen_relay"));
  World signal_alone{{}, true, false};
  CHECK(signal_alone.host.listens("listen"));
  CHECK_FALSE(signal_alone.host.listens("listen_relay"));
  CHECK_THROWS_AS((World{{}, false, false}), junctor::Error);
}

TEST_CASE("a drain sends signalling clients away, lets sessions go on, and is over with the last of them") {
  World world;
  FakeStream signalling = world.upgraded("listen"), mute = world.client("listen"), side = world.side(1);
  world.host.run_until_idle();
  world.bridge->drain();
  world.host.run_until_idle();
  CHECK(World::frames(signalling) == Frames{"close:1001"});
  CHECK(mute.closed());
  CHECK(world.client("listen").closed());
  CHECK(world.relay_sends(framed("on")) == JCT_OK);
  CHECK(World::frames(side) == Frames{"2:on"});
  CHECK_FALSE(world.bridge->idle());
  world.say(signalling, close_frame(1001));
  world.relay_closes(JCT_OK);
  world.say(side, close_frame(1000));
  CHECK(world.bridge->idle());
  world.bridge->finish();
  CHECK(world.host.complaints() == Frames{});
}
