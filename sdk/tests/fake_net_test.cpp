// SPDX-License-Identifier: Apache-2.0
// The fake host's streams, datagrams and bridges, held against net.h.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <memory>

#include "probe_plugin.hpp"

using namespace std::chrono_literals;
using junctor::testing::FakeHost;
using junctor::testing::FakeStream;
using junctor::testing::PluginUnderTest;

namespace {

struct World {
  FakeHost host{{.loops = 2}};
  int dummy = 0;
  std::unique_ptr<PluginUnderTest> plugin;

  World() {
    probe::script() = {};
    host.provide("storage/1", &dummy, nullptr);
    plugin = std::make_unique<PluginUnderTest>(host, junctor_plugin_v1());
    plugin->start();
  }
  FakeStream client(uint32_t loop = 0, uint32_t flags = 0) {
    FakeStream made = host.connect("listen", {.peer = "198.51.100.7:1000", .loop = loop, .flags = flags});
    host.run_until_idle();
    return made;
  }
  probe::Connection& last() { return *probe::plugin().connections.back(); }
  const jct_net_api& net() { return probe::plugin().host.net(); }
};

constexpr jct_bridge_events kQuiet{
    sizeof(jct_bridge_events), 0, [](void* self, jct_handle, jct_status reason, const jct_bridge_stats* stats) {
      *static_cast<std::pair<jct_status, uint64_t>*>(self) = {reason, stats->bytes_ab + stats->bytes_ba};
    }};

TEST_CASE("a client is accepted on its loop with its address, and bytes go both ways") {
  World world;
  FakeStream client = world.client(1);
  client.deliver("hello");
  world.host.run_until_idle();
  CHECK(world.last().seen == "hello");
  world.host.on_loop(1, [&] {
    const jct_conn_info info = world.last().stream.info();
    CHECK(info.loop == 1);
    CHECK(info.peer.port == 1000);
    CHECK(world.last().stream.send("hi") == JCT_OK);
    const std::array pieces{junctor::bytes(" the"), junctor::bytes("re")};
    CHECK(world.last().stream.send(pieces) == JCT_OK);
    const std::array<jct_bytes, JCT_SENDV_PIECES + 1> many{};
    CHECK(world.last().stream.send(many) == JCT_E_ARG);
  });
  CHECK(client.take_sent() == "hi there");
  CHECK(world.host.complaints().empty());
}

TEST_CASE("bytes that were not consumed come again with what follows") {
  World world;
  FakeStream client = world.client();
  world.last().take = [](std::string_view data) { return data.size() / 2; };
  client.deliver("abcd");
  world.host.run_until_idle();
  CHECK(client.unread() == "cd");
  client.deliver("ef");
  world.host.run_until_idle();
  CHECK(world.last().seen == "cdef");
}

TEST_CASE("a receive buffer that is full of unread bytes closes the stream") {
  World world;
  FakeStream client = world.client();
  client.set_receive_buffer(8);
  world.last().take = [](std::string_view) { return 0; };
  client.deliver("1234567");
  world.host.run_until_idle();
  CHECK(client.connected());
  client.deliver("8");
  world.host.run_until_idle();
  CHECK(client.reason() == JCT_E_LIMIT);
  CHECK(world.last().closes == 1);
}

TEST_CASE("a paused stream is given nothing until it is resumed") {
  World world;
  FakeStream client = world.client();
  world.host.on_loop(0, [&] { world.last().stream.pause(); });
  client.deliver("later");
  client.peer_closes();
  world.host.run_until_idle();
  CHECK(world.last().seen.empty());
  CHECK_FALSE(world.last().ended);
  world.host.on_loop(0, [&] { world.last().stream.resume(); });
  world.host.run_until_idle();
  CHECK(world.last().seen == "later");
  CHECK(world.last().ended);
}

TEST_CASE("a half-close lets the other direction go on until both have ended") {
  World world;
  FakeStream client = world.client();
  client.peer_closes();
  world.host.run_until_idle();
  CHECK(world.last().ended);
  world.host.on_loop(0, [&] {
    CHECK(world.last().stream.send("bye") == JCT_OK);
    CHECK(world.last().stream.end() == JCT_OK);
  });
  world.host.run_until_idle();
  CHECK(client.sent() == "bye");
  CHECK(client.closed());
  CHECK(world.last().reason == JCT_OK);
  CHECK(world.last().closes == 1);
}

TEST_CASE("bytes that came with a reset are delivered before the close") {
  World world;
  FakeStream client = world.client();
  client.deliver("last words");
  client.reset();
  world.host.run_until_idle();
  CHECK(world.last().seen == "last words");
  CHECK(world.last().reason == JCT_E_RESET);
}

TEST_CASE("a peer that does not read fills the queue, and on_writable tells when it does again") {
  World world;
  FakeStream client = world.client();
  client.set_high_mark(4);
  client.stall();
  world.host.on_loop(0, [&] {
    CHECK(world.last().stream.send("1234") == JCT_OK);
    CHECK(world.last().stream.send("5") == JCT_E_AGAIN);
  });
  world.host.run_until_idle();
  CHECK(client.sent().empty());
  CHECK_FALSE(world.last().writable);
  client.unstall();
  world.host.run_until_idle();
  CHECK(client.sent() == "1234");
  CHECK(world.last().writable);
}

TEST_CASE("a closed handle is stale at once and on_close is not inline") {
  World world;
  FakeStream client = world.client();
  const jct_handle handle = world.last().stream.handle();
  world.host.on_loop(0, [&] {
    world.last().stream.abort();
    CHECK(world.last().closes == 0);
    CHECK(world.net().send(world.host.raw(), handle, {}) == JCT_E_CLOSED);
  });
  world.host.run_until_idle();
  CHECK(world.last().closes == 1);
  CHECK(client.was_aborted());
}

TEST_CASE("a stream that nobody attaches is closed") {
  World world;
  probe::plugin().listener.handle();
  const jct_listen_events ignore{
      sizeof(jct_listen_events), 0,
      [](void*, jct_handle, jct_handle, const jct_conn_info*) -> jct_status { return JCT_OK; }};
  jct_handle out = 0;
  world.host.on_control([&] {
    probe::plugin().listener.close();
    REQUIRE(world.net().listen(world.host.raw(), "listen", &ignore, nullptr, &out) == JCT_OK);
  });
  CHECK(world.client().closed());
}

TEST_CASE("an idle stream is closed when no byte has come for so long") {
  World world;
  FakeStream client = world.client();
  world.host.on_loop(0, [&] { world.last().stream.idle_timeout(10s); });
  world.host.advance(9s);
  client.deliver("x");
  world.host.advance(9s);
  CHECK(client.connected());
  world.host.advance(1s);
  CHECK(client.reason() == JCT_E_TIMEOUT);
}

TEST_CASE("a stream moves with its unread bytes and its handle") {
  World world;
  FakeStream client = world.client(0);
  world.last().take = [](std::string_view) { return 0; };
  client.deliver("unread");
  world.host.run_until_idle();
  uint32_t arrived_on = JCT_NO_LOOP;
  world.host.on_loop(0, [&] {
    CHECK(world.last().stream.migrate(1, [&] { arrived_on = probe::plugin().host.current_loop(); }) == JCT_OK);
  });
  client.deliver("!");
  world.host.run_until_idle();
  CHECK(arrived_on == 1);
  CHECK(world.last().seen == "unread!");
  CHECK(client.loop() == 1);
  world.host.on_loop(0, [&] { CHECK(world.last().stream.send("x") == JCT_E_THREAD); });
  world.host.on_loop(1, [&] { CHECK(world.last().stream.send("x") == JCT_OK); });
}

TEST_CASE("a stream that ends on its way closes after it has arrived") {
  World world;
  FakeStream client = world.client(0);
  bool closed_at_arrival = true;
  world.host.on_loop(0, [&] { world.last().stream.migrate(1, [&] { closed_at_arrival = world.last().closes > 0; }); });
  client.reset();
  world.host.run_until_idle();
  CHECK_FALSE(closed_at_arrival);
  CHECK(world.last().reason == JCT_E_RESET);
}

TEST_CASE("a stream that is closed where it arrives is told so once") {
  World world;
  FakeStream client = world.client(0);
  world.host.on_loop(0, [&] { world.last().stream.migrate(1, [&] { world.last().stream.close(); }); });
  world.host.run_until_idle();
  CHECK(client.closed());
  CHECK(world.last().closes == 1);
}

TEST_CASE("a bridge hands on unread bytes, then all that comes, and ends with both ends") {
  World world;
  FakeStream a = world.client(), b = world.client();
  probe::Connection &side_a = *probe::plugin().connections[0], &side_b = *probe::plugin().connections[1];
  side_a.take = [](std::string_view) { return 0; };
  a.deliver("early ");
  world.host.run_until_idle();
  std::pair<jct_status, uint64_t> end{JCT_E_FAULT, 0};
  const jct_bridge_policy policy{sizeof policy, 0, 30'000'000'000, 0, 0};
  jct_handle bridge = 0;
  world.host.on_loop(0, [&] {
    REQUIRE(world.net().bridge(world.host.raw(), side_a.stream.release(), side_b.stream.release(), &policy, &kQuiet,
                               &end, &bridge) == JCT_OK);
  });
  a.deliver("bird");
  world.host.run_until_idle();
  CHECK(b.sent() == "early bird");
  a.peer_closes();
  b.deliver("ok");
  world.host.run_until_idle();
  CHECK(b.ended());
  CHECK(a.sent() == "ok");
  CHECK_FALSE(world.host.bridges().at(0).closed());
  b.peer_closes();
  world.host.run_until_idle();
  CHECK(end == std::pair<jct_status, uint64_t>{JCT_OK, 12});
  CHECK(side_a.closes + side_b.closes == 0);
}

TEST_CASE("streams inside TLS are bridged like others, and a bridge can be made to fail") {
  std::pair<jct_status, uint64_t> end{JCT_OK, 0};  // outlives the bridge
  World world;
  FakeStream a = world.client(0, JCT_CONN_TLS), b = world.client();
  const jct_bridge_policy policy{sizeof policy, 0, 0, 0, 0};
  world.host.fail_next_bridge(JCT_E_LIMIT);
  world.host.on_loop(0, [&] {
    auto& all = probe::plugin().connections;
    const jct_handle one = all[0]->stream.handle(), two = all[1]->stream.handle();
    jct_handle bridge = 0;
    CHECK(world.net().bridge(world.host.raw(), one, two, &policy, &kQuiet, &end, &bridge) == JCT_E_LIMIT);
    CHECK(world.net().bridge(world.host.raw(), one, two, &policy, &kQuiet, &end, &bridge) == JCT_OK);
    all[0]->stream.release();
    all[1]->stream.release();
  });
  a.deliver("in");
  world.host.run_until_idle();
  CHECK(b.sent() == "in");
}

TEST_CASE("a bridge without a byte for the policy's time ends") {
  World world;
  FakeStream a = world.client(), b = world.client();
  std::pair<jct_status, uint64_t> end{JCT_OK, 0};
  const jct_bridge_policy policy{sizeof policy, 0, 30'000'000'000, 0, 0};
  jct_handle bridge = 0;
  world.host.on_loop(0, [&] {
    auto& all = probe::plugin().connections;
    world.net().bridge(world.host.raw(), all[0]->stream.release(), all[1]->stream.release(), &policy, &kQuiet, &end,
                       &bridge);
  });
  world.host.advance(20s);
  b.deliver("x");
  world.host.advance(29s);
  CHECK(a.connected());
  world.host.advance(1s);
  CHECK(end.first == JCT_E_TIMEOUT);
  CHECK(a.closed());
}

TEST_CASE("datagrams that arrive together come in one batch and answers leave from the address that was hit") {
  World world;
  world.host.deliver_datagram("udp", "a", {.peer = "192.0.2.1:1"});
  world.host.deliver_datagram("udp", "b", {.peer = "192.0.2.2:2"});
  world.host.run_until_idle();
  CHECK(probe::plugin().datagrams == std::vector<std::string>{"ab"});
  const jct_dgram answer{probe::plugin().udp.handle(), junctor::testing::address("192.0.2.1:1"),
                         junctor::testing::address("203.0.113.1:21116"), junctor::bytes("pong")};
  CHECK(world.net().udp_send(world.host.raw(), &answer) == JCT_E_THREAD);
  world.host.on_loop(0, [&] { CHECK(world.net().udp_send(world.host.raw(), &answer) == JCT_OK); });
  REQUIRE(world.host.sent_datagrams().size() == 1);
  CHECK(world.host.sent_datagrams()[0].local == "203.0.113.1:21116");
  CHECK(world.host.sent_datagrams()[0].data == "pong");
}

TEST_CASE("a connection that the plugin opens is there when it is accepted and fails when nobody answers") {
  probe::Connection answered, silent;  // until their on_close, which comes with the world's end
  World world;
  answered.plugin = silent.plugin = &probe::plugin();
  const jct_addr peer = junctor::testing::address("192.0.2.9:80");
  const auto& events = junctor::Stream::events_of<probe::Connection>();
  jct_handle first = 0, second = 0;
  world.host.on_loop(0, [&] {
    world.net().connect(world.host.raw(), &peer, nullptr, 5'000'000'000, &events, &answered, &first);
    world.net().connect(world.host.raw(), &peer, nullptr, 5'000'000'000, &events, &silent, &second);
  });
  FakeStream far_end = world.host.dials().at(0);
  far_end.accept();
  world.host.advance(5s);
  CHECK(answered.writable);
  CHECK(answered.closes == 0);
  CHECK(silent.reason == JCT_E_TIMEOUT);
}

}  // namespace
