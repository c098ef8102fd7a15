// SPDX-License-Identifier: Apache-2.0
// The protocol client against sockets of its own on loopback, in both families.
#include "wire/client.hpp"

#include <doctest/doctest.h>

#include "wire/peer.hpp"

namespace junctor::wire {
namespace {

constexpr Millis kShort{30};

Address loopback(Family family = Family::kV4) {
  return *Address::parse(family == Family::kV4 ? "127.0.0.1:0" : "[::1]:0");
}

struct Pair {
  explicit Pair(Family family = Family::kV4)
      : listener{loopback(family)}, client{TcpClient::connect(listener.local_address())}, server{*listener.accept()} {}
  TcpListener listener;
  TcpClient client;
  TcpClient server;
};

hbb::TestNatRequest nat_request(int32_t serial) {
  hbb::TestNatRequest message;
  message.set_serial(serial);
  return message;
}

TEST_CASE("datagrams go both ways in both families") {
  for (const Family family : {Family::kV4, Family::kV6}) {
    UdpClient one{loopback(family)}, two{loopback(family)};
    one.send(two.local_address(), nat_request(7));
    const auto received = two.receive();
    REQUIRE(received);
    CHECK(received->from == one.local_address());
    CHECK(received->message.test_nat_request().serial() == 7);
    CHECK_FALSE(two.receive_bytes(kShort));
    one.send_bytes(two.local_address(), "\xFF");
    CHECK_THROWS_AS(two.receive(), ClientError);
  }
}

TEST_CASE("messages go both ways over TCP in both families") {
  for (const Family family : {Family::kV4, Family::kV6}) {
    Pair pair{family};
    CHECK(pair.client.local_address() == pair.server.peer_address());
    pair.client.send(nat_request(1));
    pair.client.send(nat_request(2));
    CHECK(pair.server.receive()->test_nat_request().serial() == 1);
    CHECK(pair.server.receive()->test_nat_request().serial() == 2);
    CHECK_FALSE(pair.server.receive(kShort));
    CHECK(pair.server.end() == TcpClient::End::kNotYet);
  }
}

TEST_CASE("a heartbeat is sent back and one unasked-for offer is skipped") {
  Pair pair;
  const auto offer = make_offer(BoxKeys::generate(), SigningKeys::generate());
  pair.server.send_frame(offer);
  pair.server.send_frame("");
  pair.server.send(nat_request(3));
  CHECK(pair.client.receive()->test_nat_request().serial() == 3);
  CHECK(pair.server.receive_frame() == "");
  pair.server.send_frame(offer);
  CHECK(pair.client.receive()->has_key_exchange());
}

TEST_CASE("a secured connection speaks sealed frames") {
  Pair pair;
  const auto site = SigningKeys::generate();
  const auto box = BoxKeys::generate();
  pair.server.send_frame(make_offer(box, site));
  REQUIRE(pair.client.secure(site.public_key()));
  const auto answer = pair.server.receive_frame();
  REQUIRE(answer);
  std::string joined, plain;
  auto channel = box.accept(peel(*answer, joined)->inner);
  REQUIRE(channel);
  pair.client.send(nat_request(4));
  const auto sealed = pair.server.receive_frame();
  REQUIRE(channel->open(*sealed, plain));
  CHECK(plain == wrap_message(nat_request(4)));
  std::string reply;
  channel->seal(wrap_message(nat_request(5)), reply);
  pair.server.send_frame(reply);
  CHECK(pair.client.receive()->test_nat_request().serial() == 5);
  pair.server.send_frame("not sealed");
  CHECK_THROWS_AS(pair.client.receive(), ClientError);
}

TEST_CASE("an offer of another site is a fault, no offer is not") {
  Pair pair;
  CHECK_FALSE(pair.client.secure(SigningKeys::generate().public_key(), kShort));
  pair.server.send_frame(make_offer(BoxKeys::generate(), SigningKeys::generate()));
  CHECK_THROWS_AS(pair.client.secure(SigningKeys::generate().public_key()), ClientError);
}

TEST_CASE("raw bytes begin behind the last frame") {
  Pair pair;
  std::string stream;
  append_frame("first", stream);
  pair.client.send_raw(stream + "and then raw");
  CHECK(pair.server.receive_frame() == "first");
  CHECK(pair.server.receive_exactly(8) == "and then");
  CHECK(pair.server.receive_raw() == " raw");
  CHECK(pair.server.receive_raw(1, kShort).empty());
}

TEST_CASE("half-close, close and reset are told apart") {
  Pair pair;
  pair.client.send_raw("last");
  pair.client.shutdown_write();
  CHECK(pair.server.receive_exactly(100) == "last");
  CHECK(pair.server.end() == TcpClient::End::kClosed);
  pair.server.send_raw("still open");
  CHECK(pair.client.receive_exactly(10) == "still open");
  pair.server.reset();
  CHECK(pair.client.wait_end());
  CHECK(pair.client.end() == TcpClient::End::kReset);
}

TEST_CASE("one local port dials twice and listens as well, as punching needs it") {
  TcpListener one{loopback()}, two{loopback()};
  TcpClient::Options options;
  options.local = Address::v4({127, 200, 1, 1}, 0);  // nobody else's: a port there is in no other connection by chance
  auto first = TcpClient::connect(one.local_address(), options);
  options.local = first.local_address();
  auto second = TcpClient::connect(two.local_address(), options);
  CHECK(second.local_address() == first.local_address());
  TcpListener own{first.local_address()};
  CHECK(own.local_address() == first.local_address());
}

TEST_CASE("a dial that nobody answers ends in time") {
  Address closed;
  {
    TcpListener listener{loopback()};
    closed = listener.local_address();
  }
  CHECK_FALSE(TcpClient::try_connect(closed, TcpClient::Options{}));
  CHECK_THROWS_AS(TcpClient::connect(closed), ClientError);
  TcpListener silent{loopback()};
  CHECK_FALSE(silent.accept(kShort));
}

TEST_CASE("a frame above the limit is a fault") {
  TcpListener listener{loopback()};
  TcpClient::Options options;
  options.max_message = 10;
  auto client = TcpClient::connect(listener.local_address(), options);
  auto server = listener.accept();
  REQUIRE(server);
  server->send_frame("12345678901");
  CHECK_THROWS_AS(client.receive_frame(), ClientError);
}

TEST_CASE("a peer's messages carry its identity") {
  const auto peer = Peer::make("123456789"), other = Peer::make();
  CHECK(peer.register_pk().id() == "123456789");
  CHECK(peer.register_pk().uuid() == peer.uuid);
  CHECK(peer.register_pk().pk() == bytes_of(peer.keys.public_key()));
  CHECK(peer.register_peer(9).serial() == 9);
  CHECK(other.id.size() == 10);
  CHECK(other.uuid != peer.uuid);
  const auto address = *Address::parse("192.0.2.1:5");
  CHECK(decode_address(address_field(address)) == address);
}

TEST_CASE("registration takes the server's answers and nothing else") {
  UdpClient server{loopback()}, client{loopback()}, stranger{loopback()};
  const auto peer = Peer::make();
  hbb::RegisterPkResponse mismatch, ok;
  mismatch.set_result(hbb::RegisterPkResponse::UUID_MISMATCH);
  stranger.send(client.local_address(), mismatch);
  server.send(client.local_address(), nat_request(1));
  server.send(client.local_address(), ok);
  server.send(client.local_address(), hbb::RegisterPeerResponse{});
  CHECK(register_peer(client, server.local_address(), peer) == hbb::RegisterPkResponse::OK);
  CHECK(server.receive()->message.register_pk().id() == peer.id);
  CHECK(server.receive()->message.register_peer().id() == peer.id);
  server.send(client.local_address(), mismatch);
  CHECK(register_peer(client, server.local_address(), peer) == hbb::RegisterPkResponse::UUID_MISMATCH);
  CHECK_THROWS_AS(register_peer(client, server.local_address(), peer, kShort), ClientError);
}

TEST_CASE("registration over TCP gives the whole answer") {
  Pair pair;
  hbb::RegisterPkResponse answer;
  answer.set_keep_alive(60);
  pair.server.send_frame("");
  pair.server.send(answer);
  CHECK(register_peer(pair.client, Peer::make()).keep_alive() == 60);
  CHECK(pair.server.receive()->has_register_pk());
}

}  // namespace
}  // namespace junctor::wire
