// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: signal/1, peers/1, the command, reload and the end.
#include <doctest/doctest.h>

#include "rendezvous/test_site.hpp"

namespace junctor::rendezvous {
namespace {

// ---- signal/1 -------------------------------------------------------------------------------------------------------

struct Listener {
  jct_status answer = JCT_OK;
  std::vector<std::string> heard;
  jct_channel channel{};

  static jct_status hear(void* self, const jct_channel* channel, uint32_t, jct_bytes message) {
    auto* listener = static_cast<Listener*>(self);
    listener->heard.emplace_back(view(message));
    listener->channel = *channel;
    return listener->answer;
  }
};

hbb::PunchHoleSent hole() {
  hbb::PunchHoleSent message;
  message.set_id(kId);
  return message;
}

TEST_CASE("a handler gets the inner message of its kind with the channel that it came on") {
  Site site;
  Listener listener;
  site.host.on_control(
      [&] { CHECK(site.signal().handle(site.signal_self(), 10, &Listener::hear, &listener) == JCT_OK); });
  site.udp(hole());
  CHECK(listener.channel.transport == JCT_CHANNEL_UDP);
  FakeStream client = site.tcp();
  site.talk(client, framed(hole()));
  CHECK(listener.channel.transport == JCT_CHANNEL_TCP);
  CHECK(wire::from_abi(listener.channel.peer).text() == kHome);
  CHECK(listener.heard == std::vector<std::string>(2, hole().SerializeAsString()));

  listener.answer = JCT_E_ARG;
  site.talk(client, framed(hole()));
  CHECK(client.closed());
  CHECK(site.refused("handler_refused") == 1);
}

TEST_CASE("a message that arrives together with a reset is served") {
  Site site;
  Listener listener;
  site.host.on_control([&] { site.signal().handle(site.signal_self(), 10, &Listener::hear, &listener); });
  FakeStream client = site.tcp();
  client.deliver(framed(hole()));
  client.reset();
  site.host.run_until_idle();
  CHECK(listener.heard.size() == 1);
}

TEST_CASE("an answer reaches its connection from any loop, and one that has gone is CLOSED") {
  Site site;
  Listener listener;
  site.host.on_control([&] { site.signal().handle(site.signal_self(), 10, &Listener::hear, &listener); });
  FakeStream client = site.tcp("listen", 1);
  site.talk(client, framed(hole()));
  const auto send = [&] { return site.signal().send(site.signal_self(), &listener.channel, 11, bytes("\x2A\x01x")); };
  for (const uint32_t loop : {0U, 1U}) {
    CHECK(site.host.on_loop(loop, send) == JCT_OK);
    site.host.run_until_idle();
    CHECK(frames(client.take_sent()).size() == 1);
  }
  CHECK(site.host.on_loop(0, [&] { return site.signal().close(site.signal_self(), &listener.channel); }) == JCT_OK);
  site.host.run_until_idle();
  CHECK(client.closed());
  CHECK(site.host.on_loop(1, send) == JCT_E_CLOSED);
}

TEST_CASE("another transport attaches channels, delivers messages and is sent the answers") {
  Site site;
  struct Socket {
    std::vector<std::string> sent;
  } socket;
  const jct_transport transport{sizeof transport, JCT_CHANNEL_WS,
                                [](void* self, jct_bytes message) -> jct_status {
                                  static_cast<Socket*>(self)->sent.emplace_back(view(message));
                                  return JCT_OK;
                                },
                                [](void*) {}};
  const jct_addr peer = test::address("[2001:db8::7]:777"), local = test::address("[2001:db8::1]:21118");
  jct_channel channel{};
  const auto deliver = [&](std::string_view message) {
    return site.host.on_loop(1, [&] { return site.signal().deliver(site.signal_self(), &channel, bytes(message)); });
  };
  CHECK(site.host.on_loop(1, [&] {
    return site.signal().attach(site.signal_self(), &transport, &socket, &peer, &local, &channel);
  }) == JCT_OK);
  CHECK(deliver(wire::wrap_message(hbb::TestNatRequest{})) == JCT_OK);
  REQUIRE(socket.sent.size() == 1);
  CHECK(inner_of<hbb::TestNatResponse>(socket.sent[0]).port() == 777);
  CHECK(deliver("") == JCT_OK);
  CHECK(socket.sent.size() == 2);
  CHECK(deliver("\xFF\xFF") < 0);
  site.host.on_loop(1, [&] { site.signal().detach(site.signal_self(), &channel); });
  CHECK(site.host.on_loop(1, [&] { return site.signal().send(site.signal_self(), &channel, 11, {}); }) == JCT_E_CLOSED);
}

// ---- peers/1 and people ---------------------------------------------------------------------------------------------

struct Found {
  int answers = 0;
  jct_status status = JCT_OK;
  uint32_t state = 99;
  std::string pk;
  jct_channel channel{};
};

void look_up(Site& site, const std::string& id, uint32_t want, Found& found) {
  const jct_lookup_done done{&found,
                             [](void* self, jct_status status, const jct_peer* peer) {
                               auto* f = static_cast<Found*>(self);
                               ++f->answers;
                               f->status = status;
                               f->state = peer->state;
                               f->pk = view(peer->pk);
                               f->channel = peer->channel;
                             },
                             0, want};
  const auto& peers = site.plugin.service<jct_peers_service>(JCT_PEERS_SERVICE);
  site.host.on_loop(0, [&] { peers.lookup(site.plugin.service_self(JCT_PEERS_SERVICE), str(id), &done); });
}

TEST_CASE("a peer in memory is found at once, and its key only for who wants it") {
  Site site;
  site.register_peer();
  Found found;
  look_up(site, kId, 0, found);
  CHECK(found.answers == 1);
  CHECK(found.state == JCT_PEER_ONLINE);
  CHECK(found.channel.transport == JCT_CHANNEL_UDP);
  CHECK(wire::from_abi(found.channel.peer).text() == kHome);
  CHECK(found.pk.empty());
  const int gets = site.storage.gets;
  look_up(site, kId, JCT_PEER_WANT_KEY, found);
  CHECK(found.answers == 2);
  CHECK(found.pk == kKey);
  CHECK(site.storage.gets == gets);
  site.host.advance(30s);
  look_up(site, kId, 0, found);
  CHECK(found.state == JCT_PEER_OFFLINE);
  CHECK(found.channel.transport == 0);
}

TEST_CASE("while storage fails, peers in memory are found with their keys") {
  Site site;
  site.storage.peers["987654321"] = {"uuid", std::string(32, 's'), "198.51.100.1"};
  site.udp(heartbeat("987654321"));
  CHECK_FALSE(site.heard_by_udp<hbb::RegisterPeerResponse>().request_pk());
  site.register_peer();
  site.storage.broken = true;
  Found stored, registered;
  look_up(site, "987654321", JCT_PEER_WANT_KEY, stored);
  look_up(site, kId, JCT_PEER_WANT_KEY, registered);
  CHECK(stored.answers == 1);
  CHECK(stored.status == JCT_OK);
  CHECK(stored.state == JCT_PEER_ONLINE);
  CHECK(stored.pk == std::string(32, 's'));
  CHECK(registered.answers == 1);
  CHECK(registered.pk == kKey);
}

TEST_CASE("a key that has not 32 bytes is read from storage each time") {
  Site site;
  site.register_peer(kId, "a key of another make");
  Found found;
  look_up(site, kId, JCT_PEER_WANT_KEY, found);
  CHECK(found.answers == 0);
  site.host.run_until_idle();
  CHECK(found.status == JCT_OK);
  CHECK(found.state == JCT_PEER_ONLINE);
  CHECK(found.pk == "a key of another make");
  site.storage.broken = true;
  look_up(site, kId, JCT_PEER_WANT_KEY, found);
  site.host.run_until_idle();
  CHECK(found.status == JCT_E_IO);
  CHECK(found.pk.empty());
}

TEST_CASE("a peer that only storage knows is offline, one that nobody knows is unknown") {
  Site site;
  site.storage.peers["987654321"] = {"uuid", "key", "198.51.100.1"};
  Found stored, unknown, impossible;
  look_up(site, "987654321", 0, stored);
  look_up(site, "555555555", 0, unknown);
  look_up(site, "x y", 0, impossible);
  site.host.run_until_idle();
  CHECK(stored.state == JCT_PEER_OFFLINE);
  CHECK(unknown.state == JCT_PEER_UNKNOWN);
  CHECK(unknown.status == JCT_OK);
  CHECK(impossible.state == JCT_PEER_UNKNOWN);
  site.storage.broken = true;
  look_up(site, "987654321", 0, stored);
  site.host.run_until_idle();
  CHECK(stored.status == JCT_E_IO);
}

TEST_CASE("look-ups in flight are bounded") {
  Site site{{{"max_lookups", "2"}}};
  Found found[3];
  for (Found& one : found) look_up(site, kId, JCT_PEER_WANT_KEY, one);
  CHECK(found[2].status == JCT_E_LIMIT);
  site.host.run_until_idle();
  CHECK(found[1].status == JCT_OK);
  look_up(site, kId, JCT_PEER_WANT_KEY, found[2]);
  site.host.run_until_idle();
  CHECK(found[2].status == JCT_OK);
}

TEST_CASE("junctorctl peers shows all, one, and says what is wrong") {
  Site site;
  site.register_peer();
  CHECK(site.host.command("peers")->json.find("\"address\":\"198.51.100.1:50001\"") != std::string::npos);
  CHECK(site.host.command("peers", R"({"args":["123456789"]})")->json.find("\"key\":\"known\"") != std::string::npos);
  CHECK(site.host.command("peers", R"({"args":["nobody"]})")->status == JCT_E_NOT_FOUND);
  CHECK(site.host.command("peers", R"({"args":["a","b","c"]})")->status == JCT_E_ARG);
}

TEST_CASE("the gauges count peers, and who of them is online") {
  Site site;
  site.register_peer();
  site.host.advance(11s);
  CHECK(site.host.metric("peers") == 1);
  CHECK(site.host.metric("peers_online", "transport=udp") == 1);
  site.host.advance(40s);
  CHECK(site.host.metric("peers") == 1);
  CHECK(site.host.metric("peers_online", "transport=udp") == 0);
}

TEST_CASE("options that are LIVE apply in place") {
  Site site;
  site.register_peer();
  site.host.advance(10s);
  Found found;
  look_up(site, kId, 0, found);
  CHECK(found.state == JCT_PEER_ONLINE);
  site.plugin.reload({{"online_timeout", "5s"}});
  look_up(site, kId, 0, found);
  CHECK(found.state == JCT_PEER_OFFLINE);
}

TEST_CASE("a drain stops listening and is idle at once") {
  Site site;
  site.plugin.drain();
  CHECK(site.plugin.idle());
  CHECK_FALSE(site.host.listens("listen"));
  CHECK_FALSE(site.host.listens("listen_nat"));
  CHECK_FALSE(site.host.listens("listen_udp"));
}

TEST_CASE("connections that are open when the plugin stops are given back") {
  Site site;
  FakeStream a = site.tcp(), b = site.tcp("listen_nat", 1);
  site.plugin.finish();
  CHECK(a.closed());
  CHECK(b.closed());
}

}  // namespace
}  // namespace junctor::rendezvous
