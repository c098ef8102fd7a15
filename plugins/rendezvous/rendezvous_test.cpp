// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host: UDP, both TCP ports, signal/1, peers/1 and the command, without a port or a disk.
#include <doctest/doctest.h>

#include "rendezvous/test_site.hpp"

namespace junctor::rendezvous {
namespace {

// ---- UDP ------------------------------------------------------------------------------------------------------------

TEST_CASE("a peer registers by UDP: asked for its key, confirmed, then known") {
  Site site;
  site.udp(heartbeat());
  CHECK(site.heard_by_udp<hbb::RegisterPeerResponse>().request_pk());
  site.register_peer();
  CHECK(site.storage.peers[kId].ip == "198.51.100.1");
  const int gets = site.storage.gets;
  site.udp(heartbeat(), "198.51.100.1:50002", 1);
  CHECK_FALSE(site.heard_by_udp<hbb::RegisterPeerResponse>().request_pk());
  CHECK(site.storage.gets == gets);
  CHECK(site.received("register_peer") == 2);
  CHECK(site.received("register_pk") == 1);
}

TEST_CASE("no answer by UDP is more than 8 bytes longer than what asked for it") {
  Site site;
  const auto longest = [&](const std::string& datagram) {
    site.host.deliver_datagram("listen_udp", datagram, Arrival{"192.0.2.1:65535", 0});
    site.host.run_until_idle();
    size_t size = 0;
    for (const auto& sent : site.host.take_sent_datagrams()) size = std::max(size, sent.data.size());
    return size;
  };
  for (uint32_t kind = wire::kFirstKind; kind <= wire::kLastKind; ++kind) {
    CAPTURE(kind);
    std::string datagram;
    wire::wrap(kind, "", datagram);
    CHECK(longest(datagram) <= datagram.size() + 8);
  }
  hbb::RegisterPk no;
  no.set_id("x");
  no.set_uuid("u");
  no.set_pk("k");
  CHECK(longest(wire::wrap_message(no)) > 0);
}

TEST_CASE("datagrams that are no messages are counted and dropped, and the next one is served") {
  Site site;
  for (const char* garbage : {"\xFF\xFF\xFF", "\x32\x7F", "\x32\x03\x0A\x7F\x41", "\x0B\x0B\x0B"}) {
    site.host.deliver_datagram("listen_udp", garbage, Arrival{kHome, 0});
  }
  site.udp(hbb::TestNatRequest{});
  CHECK(site.heard_by_udp<hbb::TestNatResponse>().port() == 50001);
  CHECK(site.refused("malformed") == 4);
}

TEST_CASE("when storage fails a registration is SERVER_ERROR") {
  Site site;
  site.storage.broken = true;
  hbb::RegisterPk pk;
  pk.set_id(kId);
  pk.set_uuid("uuid");
  pk.set_pk("key");
  site.udp(pk);
  CHECK(site.heard_by_udp<hbb::RegisterPkResponse>().result() == hbb::RegisterPkResponse::SERVER_ERROR);
  CHECK(site.host.last_line("rendezvous.refused").field("reason") == "storage");
}

TEST_CASE("a drain waits until registrations under way have been answered, and takes no new ones") {
  Site site;
  site.storage.holds_puts = true;
  site.udp(Site::pk_of("111111111"));
  site.udp(Site::pk_of("222222222"));
  site.plugin.drain();
  CHECK_FALSE(site.plugin.idle());
  site.udp(Site::pk_of("333333333"));
  site.storage.let_go();
  site.host.run_until_idle();
  const auto answers = site.host.take_sent_datagrams();
  REQUIRE(answers.size() == 2);
  for (const auto& answer : answers) {
    CHECK(inner_of<hbb::RegisterPkResponse>(answer.data).result() == hbb::RegisterPkResponse::OK);
  }
  site.host.advance(10ms);
  CHECK(site.plugin.idle());
}

// ---- TCP ------------------------------------------------------------------------------------------------------------

TEST_CASE("the NAT test tells a client its port on P and on P-1") {
  Site site;
  for (const char* option : {"listen", "listen_nat"}) {
    FakeStream client = site.tcp(option);
    const auto heard = site.talk(client, framed(hbb::TestNatRequest{}));
    REQUIRE(heard.size() == 1);
    CHECK(inner_of<hbb::TestNatResponse>(heard[0]).port() == 50001);
  }
}

TEST_CASE("messages on one connection may come together or byte by byte") {
  Site site;
  FakeStream client = site.tcp();
  const std::string one = framed(hbb::TestNatRequest{});
  CHECK(site.talk(client, one + one + one).size() == 3);
  for (size_t i = 0; i + 1 < one.size(); ++i) CHECK(site.talk(client, one.substr(i, 1)).empty());
  CHECK(site.talk(client, one.substr(one.size() - 1)).size() == 1);
}

TEST_CASE("heartbeats are sent back, as many as came") {
  Site site;
  FakeStream client = site.tcp();
  CHECK(site.talk(client, std::string(3, '\0')) == std::vector<std::string>(3));
}

TEST_CASE("online states are told on P and P-1") {
  Site site;
  site.register_peer();
  hbb::OnlineRequest request;
  for (const char* id : {"987654321", kId.c_str()}) request.add_peers(id);
  for (const char* option : {"listen", "listen_nat"}) {
    FakeStream client = site.tcp(option);
    const auto heard = site.talk(client, framed(request));
    REQUIRE(heard.size() == 1);
    CHECK(inner_of<hbb::OnlineResponse>(heard[0]).states() == "\x40");
  }
  site.host.advance(30s);
  FakeStream client = site.tcp();
  CHECK(inner_of<hbb::OnlineResponse>(site.talk(client, framed(request))[0]).states() == std::string(1, '\0'));
}

TEST_CASE("an online query for too many closes the connection") {
  Site site{{{"max_online_query", "2"}}};
  hbb::OnlineRequest request;
  for (int i = 0; i < 3; ++i) request.add_peers(kId);
  FakeStream client = site.tcp();
  CHECK(site.talk(client, framed(request)).empty());
  CHECK(client.closed());
  CHECK(site.refused("query_size") == 1);
}

TEST_CASE("P-1 serves nothing else") {
  Site site;
  FakeStream client = site.tcp("listen_nat");
  hbb::RegisterPk pk;
  pk.set_id(kId);
  CHECK(site.talk(client, framed(pk)).empty());
  CHECK(client.connected());
  CHECK(site.refused("unhandled") == 1);
}

TEST_CASE("a header that promises too much closes the connection at once") {
  Site site;
  FakeStream client = site.tcp();
  CHECK(site.talk(client, "\xFF\xFF\xFF\xFF").empty());
  CHECK(client.closed());
  CHECK(site.refused("too_long") == 1);
}

TEST_CASE("garbage closes the connection after what was right before it has been answered") {
  Site site;
  FakeStream client = site.tcp();
  std::string bytes = framed(hbb::TestNatRequest{});
  wire::append_frame("\xFF\xFF\xFF", bytes);
  bytes += framed(hbb::TestNatRequest{});
  CHECK(site.talk(client, bytes).size() == 1);
  CHECK(client.closed());
  CHECK(site.refused("malformed") == 1);
}

TEST_CASE("a silent connection is closed after 30 s and not before") {
  Site site;
  FakeStream quiet = site.tcp(), talker = site.tcp();
  site.host.advance(20s);
  site.talk(talker, framed(hbb::TestNatRequest{}));
  site.host.advance(9s);
  CHECK(quiet.connected());
  site.host.advance(2s);
  CHECK(quiet.closed());
  CHECK(talker.connected());
}

TEST_CASE("connections beyond max_channels are refused, and room that is given back is used") {
  Site site{{{"max_channels", "1"}}};
  FakeStream first = site.tcp(), second = site.tcp("listen", 1);
  CHECK(first.connected());
  CHECK(second.closed());
  CHECK(site.refused("channels_full") == 1);
  site.host.advance(std::chrono::seconds{1});
  CHECK(site.host.metric("limit", "limit=max_channels") == 1);
  CHECK(site.host.metric("limit_used", "limit=max_channels") == 1);
  CHECK(site.host.metric("limit", "limit=max_lookups") == 4096);
  CHECK(site.host.metric("limit_used", "limit=max_lookups") == 0);
  first.peer_closes();
  site.host.run_until_idle();
  CHECK(first.closed());
  CHECK(site.tcp("listen", 1).connected());
}

}  // namespace
}  // namespace junctor::rendezvous
