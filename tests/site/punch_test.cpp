// SPDX-License-Identifier: Apache-2.0
// A asks for B: every answer of protocol.md 6.4 over real sockets.
#include <doctest/doctest.h>

#include "site.hpp"

namespace junctor::site {
namespace {

using Failure = hbb::PunchHoleResponse;

constexpr Millis kSilence{300};
constexpr const char* kA = "127.0.0.2";
constexpr const char* kB = "127.0.0.3";
constexpr const char* kStranger = "127.0.0.9";

/// A's connection with its request sent, and what B got of it.
struct Asked {
  wire::TcpClient a;
  hbb::RendezvousMessage push;
};

Asked ask(Site& site, Device& b, const hbb::PunchHoleRequest& request, const char* from = kA) {
  Asked asked{site.dial(from), {}};
  asked.a.send(request);
  asked.push = b.pushed();
  return asked;
}

hbb::PunchHoleSent sent(const Device& b, const std::string& a_address) {
  hbb::PunchHoleSent message = hole_sent(b.id(), a_address);
  message.set_nat_type(hbb::ASYMMETRIC);
  message.set_upnp_port(4711);
  return message;
}

hbb::PunchHoleResponse answer_of(wire::TcpClient& a) {
  const auto message = a.receive(testing::patient(wire::kPatience));
  REQUIRE(message);
  REQUIRE(message->has_punch_hole_response());
  return message->punch_hole_response();
}

void check_signed(Site& site, const Device& b, const std::string& signed_id) {
  const auto opened = wire::open_id_pk(site.public_key(), signed_id);
  REQUIRE(opened);
  CHECK(opened->id == b.id());
  CHECK(opened->pk == wire::bytes_of(b.peer().keys.public_key()));
}

TEST_CASE("who asks with a wrong key, for nobody or for somebody offline is told so") {
  Site site;
  site.start();
  const Device b{site, kB};
  wire::TcpClient a = site.dial(kA);
  hbb::PunchHoleRequest request = punch_request(site, b.id());
  request.set_licence_key("wrong");
  a.send(request);
  CHECK(answer_of(a).failure() == Failure::LICENSE_MISMATCH);

  hbb::PunchHoleRequest unknown = punch_request(site, "nobody-here");
  a.send(unknown);  // the second request on one connection gets its answer, too
  const auto none = answer_of(a);
  CHECK(none.failure() == Failure::ID_NOT_EXIST);
  CHECK(none.pk().empty());

  site.server().kill();
  site.start();
  CHECK(ask_for(site, b.id()).failure() == Failure::OFFLINE);
  CHECK(site.metric("holepunch", "refused", "reason=offline") == 1);
}

TEST_CASE("B is told all that A said, and A gets B's address and its signed id") {
  Site site;
  site.start();
  Device b{site, kB};
  hbb::PunchHoleRequest request = punch_request(site, b.id());
  request.set_nat_type(hbb::SYMMETRIC);
  request.set_force_relay(true);
  request.set_upnp_port(5050);
  request.set_socket_addr_v6(wire::address_field(wire::Address::parse("[2001:db8::1]:4000").value()));
  request.set_token("secret token");
  Asked asked = ask(site, b, request);

  REQUIRE(asked.push.has_punch_hole());
  const hbb::PunchHole& push = asked.push.punch_hole();
  CHECK(decoded(push.socket_addr()) == asked.a.local_address());
  CHECK(push.relay_server() == site.at(1).text());
  CHECK(push.nat_type() == hbb::SYMMETRIC);
  CHECK(push.force_relay());
  CHECK(push.upnp_port() == 5050);
  CHECK(push.udp_port() == 0);
  CHECK(push.socket_addr_v6() == request.socket_addr_v6());

  wire::TcpClient answering = site.dial(kB);
  answering.send(sent(b, push.socket_addr()));
  const hbb::PunchHoleResponse answer = answer_of(asked.a);
  CHECK(decoded(answer.socket_addr()) == answering.local_address());
  CHECK(answer.nat_type() == hbb::ASYMMETRIC);
  CHECK(answer.relay_server() == site.at(1).text());
  CHECK(answer.upnp_port() == 4711);
  CHECK_FALSE(answer.is_udp());
  CHECK_FALSE(answer.is_local());
  check_signed(site, b, answer.pk());
}

TEST_CASE("an old B without a version is handed on with its signed id all the same") {
  Site site;
  site.start();
  Device b{site, kB};
  Asked asked = ask(site, b, punch_request(site, b.id()));
  hbb::PunchHoleSent message = sent(b, asked.push.punch_hole().socket_addr());
  message.clear_version();
  site.dial(kB).send(message);
  check_signed(site, b, answer_of(asked.a).pk());
}

TEST_CASE("B that punches by UDP answers three times from a fresh socket, and A hears it once") {
  Site site;
  site.start();
  Device b{site, kB};
  hbb::PunchHoleRequest request = punch_request(site, b.id());
  request.set_udp_port(6060);
  Asked asked = ask(site, b, request);
  CHECK(asked.push.punch_hole().udp_port() == 6060);
  wire::UdpClient fresh = Site::datagrams(kB);
  for (int i = 0; i < 3; ++i) fresh.send(site.at(), sent(b, asked.push.punch_hole().socket_addr()));
  const hbb::PunchHoleResponse answer = answer_of(asked.a);
  CHECK(answer.is_udp());
  CHECK(decoded(answer.socket_addr()) == fresh.local_address());
  CHECK_FALSE(asked.a.receive(kSilence));
}

TEST_CASE("two peers with one public address are told each other's local one") {
  Site site;
  site.start();
  Device b{site, kB};
  Asked asked = ask(site, b, punch_request(site, b.id()), kB);
  REQUIRE(asked.push.has_fetch_local_addr());
  CHECK(decoded(asked.push.fetch_local_addr().socket_addr()) == asked.a.local_address());
  CHECK(asked.push.fetch_local_addr().relay_server() == site.at(1).text());

  hbb::LocalAddr local;
  local.set_id(b.id());
  local.set_socket_addr(asked.push.fetch_local_addr().socket_addr());
  local.set_local_addr(wire::address_field(wire::Address::parse("192.168.1.7:4444").value()));
  local.set_version("1.3.8");
  site.dial(kB).send(local);
  const hbb::PunchHoleResponse answer = answer_of(asked.a);
  CHECK(answer.is_local());
  CHECK(decoded(answer.socket_addr()).text() == "192.168.1.7:4444");
  check_signed(site, b, answer.pk());
}

TEST_CASE("B that cannot punch offers the relay, with its signed id in place of its id") {
  Site site;
  site.start();
  Device b{site, kB};
  Asked asked = ask(site, b, punch_request(site, b.id()));
  hbb::RelayResponse relay;
  relay.set_socket_addr(asked.push.punch_hole().socket_addr());
  relay.set_uuid("a-relay-uuid");
  relay.set_relay_server(asked.push.punch_hole().relay_server());
  relay.set_id(b.id());
  relay.set_version("1.3.8");
  site.dial(kB).send(relay);
  const auto message = asked.a.receive(testing::patient(wire::kPatience));
  REQUIRE(message);
  REQUIRE(message->has_relay_response());
  const hbb::RelayResponse& answer = message->relay_response();
  CHECK(answer.uuid() == "a-relay-uuid");
  CHECK(answer.relay_server() == site.at(1).text());
  CHECK(answer.socket_addr().empty());
  CHECK(answer.union_case() == hbb::RelayResponse::kPk);
  check_signed(site, b, answer.pk());
}

TEST_CASE("a forger's answer does not beat B's own, however early it comes") {
  Site site;
  site.start();
  Device b{site, kB};
  Asked asked = ask(site, b, punch_request(site, b.id()));
  const std::string& a_address = asked.push.punch_hole().socket_addr();
  wire::TcpClient stranger = site.dial(kStranger);
  stranger.send(sent(b, a_address));
  stranger.send(hbb::TestNatRequest{});
  REQUIRE(stranger.receive());  // the forged answer has been read by now
  wire::TcpClient own = site.dial(kB);
  own.send(sent(b, a_address));
  CHECK(decoded(answer_of(asked.a).socket_addr()) == own.local_address());
  CHECK_FALSE(asked.a.receive(testing::patient(Millis{1500})));
}

TEST_CASE("an honest answer from another address passes after a second") {
  Site site;
  site.start();
  Device b{site, kB};
  Asked asked = ask(site, b, punch_request(site, b.id()));
  wire::TcpClient foreign = site.dial(kStranger);
  foreign.send(sent(b, asked.push.punch_hole().socket_addr()));
  CHECK_FALSE(asked.a.receive(kSilence));
  CHECK(decoded(answer_of(asked.a).socket_addr()) == foreign.local_address());
}

TEST_CASE("nothing goes to an address that has not asked, nor from an id that was not asked for") {
  Site site;
  site.start();
  Device b{site, kB};
  Device other{site, kStranger};
  Asked asked = ask(site, b, punch_request(site, b.id()));
  wire::UdpClient victim = Site::datagrams("127.0.0.7");
  wire::TcpClient bystander = site.dial("127.0.0.8");
  wire::UdpClient stranger = Site::datagrams(kStranger);
  const std::string a_address = asked.push.punch_hole().socket_addr();

  stranger.send(site.at(), sent(b, wire::address_field(victim.local_address())));
  stranger.send(site.at(), sent(b, wire::address_field(bystander.local_address())));
  stranger.send(site.at(), sent(other, a_address));
  CHECK(testing::eventually([&] { return site.metric("holepunch", "refused", "reason=not_pending") == 3; }));
  CHECK_FALSE(victim.receive_bytes(kSilence));
  CHECK_FALSE(bystander.receive(kSilence));
  CHECK_FALSE(asked.a.receive(testing::patient(Millis{1500})));
}

TEST_CASE("a request by datagram is not answered: its sender may be anybody") {
  Site site;
  site.start();
  Device b{site, kB};
  wire::UdpClient socket = Site::datagrams(kA);
  socket.send(site.at(), punch_request(site, b.id()));
  CHECK(testing::eventually([&] { return site.metric("holepunch", "refused", "reason=transport") == 1; }));
  CHECK_FALSE(socket.receive_bytes(kSilence));
  CHECK_FALSE(b.socket().receive_bytes(Millis{1}));
}

}  // namespace
}  // namespace junctor::site
