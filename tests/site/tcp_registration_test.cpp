// SPDX-License-Identifier: Apache-2.0
// What a client does over P/TCP alone, with real sockets: encrypted and plain registration, pushes, change of id, and
// messages that arrive together with a reset (protocol.md 5, 6.2).
#include <doctest/doctest.h>

#include "site.hpp"

namespace junctor::site {
namespace {

using Pk = hbb::RegisterPkResponse;

/// A device whose presence is a connection.
struct TcpDevice {
  TcpDevice(Site& site, bool encrypted, const wire::Peer& as) : peer{as}, client{site.dial("127.0.0.3")} {
    if (encrypted) REQUIRE(client.secure(site.public_key(), testing::patient(wire::kPatience)));
    answer = wire::register_peer(client, peer, testing::patient(wire::kPatience));
  }
  hbb::RendezvousMessage pushed() {
    const auto message = client.receive(testing::patient(wire::kPatience));
    return message ? *message : hbb::RendezvousMessage{};
  }
  const wire::Peer& peer;
  wire::TcpClient client;
  hbb::RegisterPkResponse answer;
};

bool is_online(Site& site, const std::string& id) {
  wire::TcpClient client = site.dial("127.0.0.2", -1);
  hbb::OnlineRequest request;
  request.add_peers(id);
  client.send(request);
  const auto answer = client.receive(testing::patient(wire::kPatience));
  REQUIRE(answer);
  return answer->online_response().states() == "\x80";
}

TEST_CASE("a device registers over TCP, encrypted or plain, is asked for and answers on its own connection") {
  Site site;
  site.start();
  for (const bool encrypted : {true, false}) {
    CAPTURE(encrypted);
    const wire::Peer peer = wire::Peer::make();
    TcpDevice b{site, encrypted, peer};
    CHECK(b.answer.result() == Pk::OK);
    CHECK(b.answer.keep_alive() == 30);
    CHECK(is_online(site, b.peer.id));
    wire::TcpClient a = site.dial("127.0.0.2");
    a.send(punch_request(site, b.peer.id));
    const auto push = b.pushed();
    REQUIRE(push.has_punch_hole());
    hbb::RelayResponse relays;
    relays.set_socket_addr(push.punch_hole().socket_addr());
    relays.set_id(b.peer.id);
    relays.set_uuid("a-uuid");
    relays.set_version("1.4.0");
    wire::TcpClient fresh = site.dial("127.0.0.3");
    fresh.send(relays);
    const auto told = a.receive(testing::patient(wire::kPatience));
    REQUIRE(told);
    CHECK(told->relay_response().uuid() == "a-uuid");
    const auto opened = wire::open_id_pk(site.public_key(), told->relay_response().pk());
    REQUIRE(opened);
    CHECK(opened->id == b.peer.id);
  }
}

TEST_CASE("a connection that dies takes its presence along, a newer one keeps it") {
  Site site;
  site.start();
  const wire::Peer peer = wire::Peer::make();
  TcpDevice old_one{site, true, peer};
  TcpDevice new_one{site, true, peer};
  old_one.client.reset();
  wire::TcpClient a = site.dial("127.0.0.2");
  a.send(punch_request(site, new_one.peer.id));
  CHECK(new_one.pushed().has_punch_hole());
  CHECK(is_online(site, new_one.peer.id));
  new_one.client.close();
  CHECK(testing::eventually([&] { return !is_online(site, new_one.peer.id); }));
}

TEST_CASE("a device that moves to UDP is pushed to by UDP, and back by its connection") {
  Site site;
  site.start();
  const wire::Peer peer = wire::Peer::make();
  TcpDevice tcp{site, true, peer};
  wire::UdpClient socket = Site::datagrams("127.0.0.3");
  REQUIRE(register_once(socket, site.at(), tcp.peer.register_pk()) == Pk::OK);
  CHECK(beat(socket, site.at(), tcp.peer) == false);
  wire::TcpClient a = site.dial("127.0.0.2");
  a.send(punch_request(site, tcp.peer.id));
  const auto by_udp = socket.receive(testing::patient(wire::kPatience));
  REQUIRE(by_udp);
  CHECK(by_udp->message.has_punch_hole());
  TcpDevice back{site, true, tcp.peer};
  CHECK(beat(socket, site.at(), tcp.peer) == true);  // a datagram does not take it away again
  wire::TcpClient again = site.dial("127.0.0.2");
  again.send(punch_request(site, tcp.peer.id));
  CHECK(back.pushed().has_punch_hole());
}

TEST_CASE("a message that arrives together with a reset is read, the offer unread") {
  Site site;
  site.start();
  Device b{site, "127.0.0.3"};
  for (int i = 0; i < testing::scaled(30); ++i) {
    wire::TcpClient a = site.dial("127.0.0.2");
    a.send(punch_request(site, b.id()));
    const auto push = b.pushed();
    REQUIRE(push.has_punch_hole());
    wire::TcpClient answering = site.dial("127.0.0.3");
    answering.send(hole_sent(b.id(), push.punch_hole().socket_addr()));
    answering.reset();
    const auto told = a.receive(testing::patient(wire::kPatience));
    REQUIRE(told);
    CHECK(told->has_punch_hole_response());
  }
}

TEST_CASE("a device takes another id over TCP and is found under it") {
  Site site;
  site.start();
  Device b{site, "127.0.0.3"};
  hbb::RegisterPk renamed = b.peer().register_pk();
  renamed.set_id("front-desk");
  hbb::RegisterPk wish;
  wish.set_old_id(b.id());
  wish.set_id(renamed.id());
  wish.set_uuid(renamed.uuid());
  wire::TcpClient client = site.dial("127.0.0.3");
  client.send(wish);
  const auto answer = client.receive(testing::patient(wire::kPatience));
  REQUIRE(answer);
  CHECK(answer->register_pk_response().result() == Pk::OK);
  CHECK(register_once(b.socket(), site.at(), renamed) == Pk::OK);
  CHECK(is_online(site, renamed.id()));
  CHECK(ask_for(site, b.id()).failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);
  site.server().kill();
  site.start();
  hbb::PunchHoleResponse::Failure known = ask_for(site, renamed.id()).failure();
  CHECK(known == hbb::PunchHoleResponse::OFFLINE);
}

TEST_CASE("a wrong box and a replayed message close the connection and are counted") {
  Site site;
  site.start();
  wire::TcpClient client = site.dial();
  REQUIRE(client.receive_raw(1, testing::patient(wire::kPatience)).size() == 1);  // who speaks first is offered nothing
  hbb::KeyExchange wrong;
  wrong.add_keys(std::string(32, 'k'));
  wrong.add_keys(std::string(48, 'b'));
  client.send(wrong);
  CHECK(client.wait_end(testing::patient(wire::kPatience)));
  CHECK(site.metric("rendezvous", "refused", "reason=bad_box") == 1);
}

TEST_CASE("an API call over signalling is answered at once, encrypted") {
  Site site;
  site.start();
  wire::TcpClient client = site.dial();
  REQUIRE(client.secure(site.public_key(), testing::patient(wire::kPatience)));
  hbb::HttpProxyRequest request;
  request.set_method("POST");
  request.set_path("/api/heartbeat");
  client.send(request);
  const auto answer = client.receive(testing::patient(wire::kPatience));
  REQUIRE(answer);
  CHECK(answer->http_proxy_response().status() == 404);
  CHECK_FALSE(answer->http_proxy_response().error().empty());
}

}  // namespace
}  // namespace junctor::site
