// SPDX-License-Identifier: Apache-2.0
// Who is refused, why, and what is said about it, on a fake host.
#include <doctest/doctest.h>

#include <chrono>

#include "test_relay.hpp"

using namespace std::chrono_literals;
using namespace junctor::relay::testing;

namespace {

TEST_CASE("a first side waits for 30 s, then it is closed") {
  World world;
  FakeStream first = world.side("u", 1);
  world.host.advance(29'999ms);
  CHECK(first.connected());
  CHECK(world.host.metric("waiting") == 1);
  world.host.advance(1ms);
  CHECK(first.closed());
  CHECK(world.refused("no_partner") == 1);
  CHECK(world.host.metric("waiting") == 0);
}

TEST_CASE("a connection that says nothing, or not enough, is closed") {
  World world;
  FakeStream mute = world.client(), slow = world.client(1);
  const std::string frame = framed_request("a-uuid-of-more-than-ten-bytes");
  for (size_t i = 0; i < 9; ++i) {
    slow.deliver(frame.substr(i, 1));
    world.host.advance(1s);
  }
  CHECK(mute.connected());
  CHECK(slow.connected());
  world.host.advance(1s);
  CHECK(mute.closed());
  CHECK(slow.closed());
  CHECK(world.refused("greeting_timeout") == 2);
}

TEST_CASE("a connection that ends without a word is no refusal") {
  World world;
  FakeStream scanner = world.client();
  scanner.peer_closes();
  world.run();
  CHECK(scanner.closed());
  CHECK(world.host.lines_of("relay.refused") == 0);
}

TEST_CASE("a wrong key is closed, counted and explained") {
  World world;
  FakeStream wrong = world.client(0, "198.51.100.21:50122");
  wrong.deliver(framed_request("u", "123456789", "other"));
  world.run();
  CHECK(wrong.closed());
  CHECK(wrong.sent().empty());
  CHECK(world.refused("wrong_key") == 1);
  CHECK(world.host.last_line("relay.refused").text() ==
        "event=relay.refused reason=wrong_key peer=198.51.100.21:50122 id=123456789 "
        "hint=client's Key differs from id_ed25519.pub");
  FakeStream right = world.side("u");
  world.run();
  CHECK(right.connected());
  CHECK(world.host.bridges().empty());
}

TEST_CASE("an auth plugin may answer later, and the side goes on from there") {
  World world;
  world.auth.later = true;
  FakeStream a = world.side("u", 1), b = world.side("u", 1);
  world.run();
  CHECK_FALSE(a.bridged());
  world.host.on_loop(1, [&] { world.auth.answer(); });
  world.run();
  CHECK(a.bridged());
  CHECK(b.bridged());
}

TEST_CASE("an auth plugin that stays silent denies") {
  World world{{{"auth_timeout", "5s"}}};
  world.auth.later = true;
  FakeStream a = world.side("u");
  world.host.advance(5s);
  CHECK(a.closed());
  CHECK(world.refused("auth_timeout") == 1);
  world.host.on_loop(0, [&] { world.auth.answer(); });
  world.run();
  CHECK(world.host.complaints().empty());
}

TEST_CASE("a side that ends while it is checked stays for its partner as any other that ends") {
  for (const bool by_reset : {true, false}) {
    World world;
    world.auth.later = true;
    FakeStream a = world.side("u", 1);
    world.run();
    a.deliver("last words");
    by_reset ? a.reset() : a.peer_closes();
    world.run();
    world.host.on_loop(1, [&] { world.auth.answer(); });
    world.run();
    CHECK(world.host.metric("waiting") == 1);
    world.auth.later = false;
    FakeStream b = world.side("u", 2);
    world.run();
    CHECK(b.sent() == "last words");
    CHECK(b.ended());
    CHECK(world.host.metric("waiting") == 0);
    CHECK(world.host.complaints().empty());
  }
}

TEST_CASE("a first message over the bound, or of another kind, is closed") {
  World world{{{"max_message", "1KiB"}}};
  FakeStream large = world.client(), other = world.client(1);
  large.deliver(framed_request("u", std::string(2000, '1'), "key").substr(0, 4));
  hbb::RendezvousMessage message;
  message.mutable_hc()->set_token("t");
  std::string frame;
  junctor::wire::append_frame(message.SerializeAsString(), frame);
  other.deliver(frame);
  world.run();
  CHECK(large.closed());
  CHECK(other.closed());
  CHECK(world.refused("too_large") == 1);
  CHECK(world.refused("bad_request") == 1);
}

TEST_CASE("a full waiting room refuses new uuids and still pairs those that wait") {
  World world{{{"max_waiting", "1"}}};
  FakeStream waits = world.side("u", 1);
  world.run();
  FakeStream refused = world.side("v", 2);
  world.run();
  CHECK(refused.closed());
  CHECK(world.refused("max_waiting") == 1);
  FakeStream second = world.side("u", 3);
  world.run();
  CHECK(waits.bridged());
  CHECK(second.bridged());
}

TEST_CASE("no more sessions than max_sessions run, on all loops together") {
  World world{{{"max_sessions", "1"}}};
  auto [a, b] = world.pair("u");
  FakeStream late = world.side("v", 3);
  world.run();
  CHECK(late.closed());
  CHECK(world.refused("max_sessions") == 1);
  a.reset();
  world.run();
  auto [c, d] = world.pair("v");
  CHECK(c.bridged());
  CHECK(d.bridged());
}

TEST_CASE("two that wait for the last place: one session begins and the other pair is told at once") {
  World world{{{"max_sessions", "1"}}};
  FakeStream u1 = world.side("u", 1), v1 = world.side("v", 2);
  world.run();
  FakeStream u2 = world.side("u", 1);
  world.run();
  FakeStream v2 = world.side("v", 2);
  world.run();
  CHECK(u1.bridged());
  CHECK(u2.bridged());
  CHECK(v2.closed());
  CHECK(world.host.metric("sessions") == 1);
}

TEST_CASE("streams that cannot be joined in the kernel are closed, both, and said so") {
  World world;
  world.host.fail_next_bridge(JCT_E_NO_MEMORY);
  FakeStream first = world.side("u");
  world.run();
  FakeStream second = world.side("u");
  world.run();
  CHECK(first.closed());
  CHECK(second.closed());
  CHECK(world.refused("bridge_failed") == 2);
  CHECK(world.host.metric("sessions") == 0);
  auto [a, b] = world.pair("u");
  CHECK(a.bridged());
}

TEST_CASE("a flood of refused connections leaves nothing behind") {
  World world;
  for (int i = 0; i < 200; ++i) {
    FakeStream stream = world.client(static_cast<uint32_t>(i) % 4);
    stream.deliver(i % 2 == 0 ? std::string("\x04\xff", 2) : framed_request("u" + std::to_string(i), "", "wrong"));
  }
  world.run();
  CHECK(world.refused("bad_request") == 100);
  CHECK(world.refused("wrong_key") == 100);
  world.relay->finish();
  CHECK(world.host.complaints() == std::vector<std::string>{});
}

}  // namespace
