// SPDX-License-Identifier: Apache-2.0
// Registration, the NAT test and the online query over real sockets (protocol.md 6.1, 6.3, 6.6).
#include <doctest/doctest.h>

#include <vector>

#include "site.hpp"

namespace junctor::site {
namespace {

using Pk = hbb::RegisterPkResponse;

constexpr Millis kSilence{300};  // to see that no answer comes

hbb::TestNatResponse nat_test(wire::TcpClient& client) {
  client.send(hbb::TestNatRequest{});
  const auto answer = client.receive(testing::patient(wire::kPatience));
  REQUIRE(answer);
  REQUIRE(answer->has_test_nat_response());
  return answer->test_nat_response();
}

std::string states(Site& site, int offset, const std::vector<std::string>& ids) {
  wire::TcpClient client = site.dial("127.0.0.1", offset);
  hbb::OnlineRequest request;
  request.set_id("123456789");
  for (const std::string& id : ids) request.add_peers(id);
  client.send(request);
  const auto answer = client.receive(testing::patient(wire::kPatience));
  REQUIRE(answer);
  REQUIRE(answer->has_online_response());
  return answer->online_response().states();
}

TEST_CASE("a new device is asked for its key, registers it, and is asked no more") {
  Site site;
  site.start();
  wire::UdpClient socket = Site::datagrams();
  const wire::Peer peer = wire::Peer::make();
  CHECK(beat(socket, site.at(), peer) == true);
  CHECK(register_once(socket, site.at(), peer.register_pk()) == Pk::OK);
  CHECK(beat(socket, site.at(), peer) == false);

  site.server().kill();
  site.start();
  CHECK(beat(socket, site.at(), peer) == false);
}

TEST_CASE(
    "a new id whose address never shows that it receives is removed in time, over a restart too; a proven one stays") {
  Site site{"[rendezvous]\nkeep_unproven = \"1s\"\n"};
  site.start();
  wire::TcpClient proof = site.dial("127.0.2.2", -1);
  nat_test(proof);
  Device proven{site, "127.0.2.2"};
  Device forged{site, "127.0.2.3"};
  CHECK(site.server().stop() == 0);
  site.start();
  // Not asked by its heartbeats: who comes back stays.
  CHECK(testing::eventually([&] { return site.metric("rendezvous", "unproven_removed") >= 1; }, Millis{40'000}));
  CHECK(testing::eventually([&] { return forged.beat(site) == true; }));  // once storage has done it, nobody knows it
  CHECK(proven.beat(site) == false);
}

TEST_CASE("what may not be registered is told so by the contract") {
  Site site;
  site.start();
  wire::UdpClient socket = Site::datagrams();
  const wire::Peer peer = wire::Peer::make("device-1");
  REQUIRE(register_once(socket, site.at(), peer.register_pk()) == Pk::OK);

  SUBCASE("an id that is too short, too long, or has a space") {
    for (const std::string& id : {std::string{"short"}, std::string(101, 'x'), std::string{"with space"}}) {
      CHECK(register_once(socket, site.at(), wire::Peer::make(id).register_pk()) == Pk::UUID_MISMATCH);
    }
  }
  SUBCASE("a known id with another uuid") {
    const wire::Peer thief = wire::Peer::make("device-1");
    CHECK(register_once(socket, site.at(), thief.register_pk()) == Pk::UUID_MISMATCH);
    CHECK(beat(socket, site.at(), peer) == false);
  }
  SUBCASE("more than three in six seconds for one id") {
    CHECK(register_once(socket, site.at(), peer.register_pk()) == Pk::OK);
    CHECK(register_once(socket, site.at(), peer.register_pk()) == Pk::OK);
    CHECK(register_once(socket, site.at(), peer.register_pk()) == Pk::TOO_FREQUENT);
    CHECK(register_once(socket, site.at(), wire::Peer::make("device-2").register_pk()) == Pk::OK);
  }
  SUBCASE("without uuid or pk: no answer") {
    hbb::RegisterPk request = wire::Peer::make("device-3").register_pk();
    request.clear_uuid();
    CHECK(register_once(socket, site.at(), request, kSilence) == std::nullopt);
    request = wire::Peer::make("device-3").register_pk();
    request.clear_pk();
    CHECK(register_once(socket, site.at(), request, kSilence) == std::nullopt);
    CHECK(site.metric("rendezvous", "refused", "reason=incomplete") == 2);
  }
}

TEST_CASE("a device with the same uuid may have a new key or a new address, not both") {
  const wire::Address outer = outer_address();
  if (outer.is_none()) {
    MESSAGE("this host has no address but loopback: not tested here, the NAT laboratory has it");
    return;
  }
  Site site;
  site.start();
  const wire::Address from_outside = outer.with_port(site.server().port());
  wire::UdpClient inner = Site::datagrams();
  wire::UdpClient moved{outer};
  const wire::Peer peer = wire::Peer::make();
  hbb::RegisterPk rekeyed = peer.register_pk();
  rekeyed.set_pk(std::string(32, 'k'));
  REQUIRE(register_once(inner, site.at(), peer.register_pk()) == Pk::OK);

  SUBCASE("both: another device, or somebody who has seen the uuid") {
    CHECK(register_once(moved, from_outside, rekeyed) == Pk::UUID_MISMATCH);
  }
  SUBCASE("a new key alone") { CHECK(register_once(inner, site.at(), rekeyed) == Pk::OK); }
  SUBCASE("a new address alone: the key is asked for before the address counts") {
    CHECK(beat(moved, from_outside, peer) == true);
    CHECK(register_once(moved, from_outside, peer.register_pk()) == Pk::OK);
    CHECK(beat(moved, from_outside, peer) == false);
  }
}

TEST_CASE("a client learns from two connections whether its port is kept") {
  Site site;
  site.start();
  wire::TcpClient first = site.dial("127.0.0.5");
  wire::TcpClient::Options same_port;
  same_port.local = first.local_address();
  wire::TcpClient second = wire::TcpClient::connect(site.at(-1), same_port);
  CHECK(nat_test(first).port() == first.local_address().port);
  CHECK(nat_test(second).port() == first.local_address().port);
  CHECK_FALSE(nat_test(second).has_cu());
}

TEST_CASE("a datagram learns its port too, and nothing more") {
  Site site;
  site.start();
  wire::UdpClient socket = Site::datagrams("127.0.0.5");
  hbb::TestNatRequest request;
  request.set_serial(0);
  socket.send(site.at(), request);
  const auto answer = socket.receive(testing::patient(wire::kPatience));
  REQUIRE(answer);
  CHECK(answer->message.test_nat_response().port() == socket.local_address().port);
  CHECK_FALSE(answer->message.test_nat_response().has_cu());
}

TEST_CASE("the online query has one bit for each id, from the highest one down") {
  Site site;
  site.start();
  const Device first{site, "127.0.0.3", "first-id"};
  const Device last{site, "127.0.0.3", "ninth-id"};
  std::vector<std::string> ids{"first-id", "n2", "n3", "n4", "n5", "n6", "n7", "first-id", "ninth-id"};
  for (const int offset : {-1, 0}) {
    CHECK(states(site, offset, ids) == std::string{"\x81\x80", 2});
    CHECK(states(site, offset, {}).empty());
  }
}

TEST_CASE("a device that has gone silent is offline, and online again with its next heartbeat") {
  Site site{"[rendezvous]\nonline_timeout = \"1s\"\n"};
  site.start();
  Device device{site, "127.0.0.3"};
  CHECK(testing::eventually([&] { return states(site, -1, {device.id()}) == std::string(1, '\0'); }));
  CHECK(device.beat(site) == false);
  CHECK(states(site, -1, {device.id()}) == "\x80");
}

}  // namespace
}  // namespace junctor::site
