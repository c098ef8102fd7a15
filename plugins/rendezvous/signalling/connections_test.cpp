// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: what comes over a connection alone. Encryption, registration, heartbeats, change of id.
#include <doctest/doctest.h>

#include "rendezvous/test_site.hpp"
#include "wire/secure_channel.hpp"

namespace junctor::rendezvous {
namespace {

using Response = hbb::RegisterPkResponse;

/// A connection whose client has taken the offer.
struct Sealed {
  explicit Sealed(Site& s) : site{s}, stream{s.host.connect("listen", Arrival{kHome, 0})} {
    site.host.run_until_idle();
    const auto offered = frames(stream.take_sent());
    REQUIRE(offered.size() == 1);
    std::string joined;
    const auto peeled = wire::peel(offered[0], joined);
    REQUIRE(peeled);
    exchange = wire::answer_offer(peeled->inner, site.keys.pair.public_key());
    REQUIRE(exchange);
    std::string frame;
    wire::append_frame(exchange->message, frame);
    CHECK(site.talk(stream, frame).empty());
  }
  template <class Message>
  std::string frame_of(const Message& message) {
    std::string sealed, frame;
    exchange->channel.seal(wire::wrap_message(message), sealed);
    wire::append_frame(sealed, frame);
    return frame;
  }
  template <class Message>
  std::vector<std::string> ask(const Message& message) {
    std::vector<std::string> opened;
    for (const std::string& payload : site.talk(stream, frame_of(message))) {
      opened.emplace_back();
      REQUIRE(exchange->channel.open(payload, opened.back()));
    }
    return opened;
  }
  Site& site;
  FakeStream stream;
  std::optional<wire::ClientExchange> exchange;
};

// ---- encryption -----------------------------------------------------------------------------------------------------

TEST_CASE("on P/TCP encryption is offered at once, on P-1 nothing is") {
  Site site;
  FakeStream p = site.host.connect("listen", Arrival{kHome, 0}),
             nat = site.host.connect("listen_nat", Arrival{kHome, 0});
  site.host.run_until_idle();
  CHECK(frames(p.take_sent()).size() == 1);
  CHECK(nat.take_sent().empty());
}

TEST_CASE("a client that has spoken before it is accepted is offered nothing, and is served in plain") {
  Site site;
  Arrival spoken{kHome, 0};
  spoken.flags = JCT_CONN_SPOKEN;
  FakeStream client = site.host.connect("listen", spoken);
  const auto answers = site.talk(client, framed(hbb::TestNatRequest{}));
  REQUIRE(answers.size() == 1);
  CHECK(inner_of<hbb::TestNatResponse>(answers[0]).port() == 50001);
}

TEST_CASE("nothing is offered where the site cannot sign or does not want it") {
  SUBCASE("switched off") {
    Site site{{{"encrypt", "false"}}};
    FakeStream client = site.host.connect("listen", Arrival{kHome, 0});
    site.host.run_until_idle();
    CHECK(client.take_sent().empty());
  }
}

TEST_CASE("a client that takes the offer is answered encrypted, whatever it asks") {
  Site site;
  Sealed client{site};
  CHECK(inner_of<hbb::TestNatResponse>(client.ask(hbb::TestNatRequest{})[0]).port() == 50001);
  CHECK(inner_of<Response>(client.ask(Site::pk_of(kId))[0]).result() == Response::OK);
  CHECK(inner_of<hbb::HttpProxyResponse>(client.ask(hbb::HttpProxyRequest{})[0]).status() == 404);
  CHECK(site.received("key_exchange") == 1);
}

TEST_CASE("a replayed message closes the connection and is counted") {
  Site site;
  Sealed client{site};
  const std::string frame = client.frame_of(hbb::TestNatRequest{});
  CHECK(site.talk(client.stream, frame + frame).size() == 1);
  CHECK(client.stream.closed());
  CHECK(site.refused("bad_box") == 1);
}

TEST_CASE("an API call without an API is answered 404 in words, plain as well") {
  Site site;
  FakeStream client = site.tcp();
  const auto heard = site.talk(client, framed(hbb::HttpProxyRequest{}));
  REQUIRE(heard.size() == 1);
  CHECK(inner_of<hbb::HttpProxyResponse>(heard[0]).error() == "this server has no API");
  CHECK(site.refused("unhandled") == 0);
}

// ---- registration ---------------------------------------------------------------------------------------------------

TEST_CASE("a peer that registers over a connection is online until that ends, and told when to expect heartbeats") {
  Site site;
  FakeStream client = site.tcp();
  CHECK(site.register_by_tcp(client) == 30);
  FakeStream asker = site.tcp("listen_nat");
  hbb::OnlineRequest request;
  request.add_peers(kId);
  CHECK(inner_of<hbb::OnlineResponse>(site.talk(asker, framed(request))[0]).states() == "\x80");
  client.peer_closes();
  site.host.run_until_idle();
  CHECK(inner_of<hbb::OnlineResponse>(site.talk(asker, framed(request))[0]).states() == std::string(1, '\0'));
}

TEST_CASE("what is pushed to a peer goes down its connection, from any loop") {
  Site site;
  FakeStream client = site.tcp("listen", 1);
  site.register_by_tcp(client);
  jct_channel channel{};
  const jct_lookup_done done{
      &channel, [](void* self, jct_status, const jct_peer* peer) { *static_cast<jct_channel*>(self) = peer->channel; },
      0, 0};
  auto& peers = site.plugin.service<jct_peers_service>(JCT_PEERS_SERVICE);
  peers.lookup(site.plugin.service_self(JCT_PEERS_SERVICE), str(kId), &done);
  CHECK(channel.flags == JCT_CHANNEL_REGISTERED);
  const auto send = [&] {
    return site.signal().send(site.signal_self(), &channel, wire::kKindOf<hbb::PunchHole>, bytes(std::string_view{}));
  };
  CHECK(send() == JCT_OK);
  site.host.run_until_idle();
  CHECK(frames(client.take_sent()).size() == 1);
}

TEST_CASE("a registered connection gets heartbeats within keep_alive, and lives as long as they are echoed") {
  Site site;
  FakeStream client = site.tcp();
  site.register_by_tcp(client);
  int beats = 0;
  for (int second = 0; second < 120; ++second) {
    site.host.advance(1s);
    for (const std::string& frame : frames(client.take_sent())) {
      CHECK(frame.empty());
      ++beats;
      CHECK(site.talk(client, std::string(1, '\0')).empty());
    }
  }
  CHECK(client.connected());
  CHECK(beats == 4);
}

TEST_CASE("a peer that does not echo is dropped after one and a half keep_alive, and is offline") {
  Site site;
  FakeStream client = site.tcp();
  site.register_by_tcp(client);
  site.host.advance(44s);
  CHECK(client.connected());
  site.host.advance(3s);
  CHECK(client.closed());
  CHECK(site.refused("dead_peer") == 1);
  FakeStream asker = site.tcp();
  hbb::OnlineRequest request;
  request.add_peers(kId);
  CHECK(inner_of<hbb::OnlineResponse>(site.talk(asker, framed(request))[0]).states() == std::string(1, '\0'));
}

TEST_CASE("a client that shows its token is held open as a registered one is") {
  Site site;
  FakeStream client = site.tcp();
  const auto heard = site.talk(client, framed(hbb::HealthCheck{}));
  REQUIRE(heard.size() == 1);
  CHECK(inner_of<Response>(heard[0]).keep_alive() == 30);
  site.host.advance(29s);
  CHECK(frames(client.take_sent()) == std::vector<std::string>(1));
}

TEST_CASE("a connection that waits for an answer gets no heartbeat") {
  Site site;
  FakeStream client = site.tcp();
  site.talk(client, framed(hbb::TestNatRequest{}));
  site.host.advance(29s);
  CHECK(client.take_sent().empty());
  CHECK(client.connected());
}

// ---- change of id ---------------------------------------------------------------------------------------------------

TEST_CASE("a device takes another id over a connection and registers under it") {
  Site site;
  site.register_peer();
  hbb::RegisterPk wish;
  wish.set_old_id(kId);
  wish.set_id("my-computer");
  wish.set_uuid("uuid");
  FakeStream client = site.tcp();
  CHECK(inner_of<Response>(site.talk(client, framed(wish))[0]).result() == Response::OK);
  CHECK(site.storage.peers.count(kId) == 0);
  site.register_peer("my-computer");
  wish.set_old_id("my-computer");
  wish.set_uuid("other");
  wish.set_id("stolen-name");
  CHECK(inner_of<Response>(site.talk(client, framed(wish))[0]).result() == Response::UUID_MISMATCH);
}

TEST_CASE("an operator renames and removes devices, and their connections end") {
  Site site;
  FakeStream client = site.tcp();
  site.register_by_tcp(client);
  const auto run = [&](const char* command, const char* args) {
    const jct_status status = site.host.command(command, args)->status;
    site.host.run_until_idle();
    return status;
  };
  CHECK(run("peers rename", R"({"args":["123456789","my-computer"]})") == JCT_OK);
  CHECK(client.closed());
  CHECK(site.storage.peers.count("my-computer") == 1);
  CHECK(run("peers remove", R"({"args":["123456789"]})") == JCT_E_NOT_FOUND);
  CHECK(run("peers remove", R"({"args":["my-computer"]})") == JCT_OK);
  CHECK(site.storage.peers.empty());
}

// ---- the site's configuration ---------------------------------------------------------------------------------------

TEST_CASE("a client with an older serial is sent the site's configuration, by heartbeat and by NAT test") {
  Site site{{{"config_serial", "3"}, {"config_servers", "rd.example.org"}}};
  FakeStream client = site.tcp();
  site.register_peer();
  hbb::RegisterPeer beat = heartbeat();
  beat.set_serial(2);
  site.udp(beat);
  auto sent = site.host.take_sent_datagrams();
  REQUIRE(sent.size() == 2);
  CHECK(inner_of<hbb::ConfigUpdate>(sent[1].data).rendezvous_servers(0) == "rd.example.org");
  site.udp(beat);
  CHECK(site.host.take_sent_datagrams().size() == 1);  // told a moment ago
  site.udp(hbb::TestNatRequest{});
  CHECK_FALSE(site.heard_by_udp<hbb::TestNatResponse>().has_cu());
  CHECK(inner_of<hbb::TestNatResponse>(site.talk(client, framed(hbb::TestNatRequest{}))[0]).cu().serial() == 3);
  hbb::TestNatRequest newest;
  newest.set_serial(3);
  CHECK_FALSE(inner_of<hbb::TestNatResponse>(site.talk(client, framed(newest))[0]).has_cu());
}

TEST_CASE(
    "forged registrations bring a victim no configuration, and one that is a client of ours no more than its share") {
  Site site{{{"config_serial", "3"}, {"config_servers", "rd.example.org"}, {"config_per_address", "4"}}};
  const auto flood = [&] {
    size_t updates = 0;
    for (int i = 0; i < 20; ++i) {
      const std::string id = "forged" + std::to_string(i), from = "192.0.2.7:" + std::to_string(2000 + i);
      site.udp(Site::pk_of(id), from);
      site.udp(heartbeat(id), from);
      const auto sent = site.host.take_sent_datagrams();
      updates += sent.size() - 2;
    }
    return updates;
  };
  CHECK(flood() == 0);
  site.host.advance(1min);
  site.tcp("listen", 0, "192.0.2.7:9");
  CHECK(flood() == 4);
}

TEST_CASE("a connection that registered is told of a newer configuration when it comes") {
  Site site;
  FakeStream client = site.tcp();
  site.register_by_tcp(client);
  site.plugin.reload({{"config_serial", "4"}, {"config_servers", "rd.example.org"}});
  site.host.advance(2s);
  const auto heard = frames(client.take_sent());
  REQUIRE(heard.size() == 1);
  CHECK(inner_of<hbb::ConfigUpdate>(heard[0]).serial() == 4);
  site.host.advance(2s);
  CHECK(client.take_sent().empty());
}

}  // namespace
}  // namespace junctor::rendezvous
