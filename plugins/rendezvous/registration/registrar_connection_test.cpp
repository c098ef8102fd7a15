// SPDX-License-Identifier: Apache-2.0
// Tests of Registrar: what registers over a connection (protocol.md 6.2).
#include "registration/registrar_kit.hpp"

namespace junctor::rendezvous {
namespace {

TEST_CASE("a connection that registers is the peer's presence for as long as it lasts") {
  Site site;
  site.registrar.register_pk(test::tcp_from(kHome, 5), Site::message(kId, "uuid", kKey));
  site.ports.pump();
  CHECK(site.ports.pk_answers == std::vector{Response::OK});
  CHECK(site.ports.held[5] == kId);
  site.ports.time += 24h;
  CHECK(site.online(kId));
  CHECK(site.presence.find(kId)->channel.flags == JCT_CHANNEL_REGISTERED);
  site.presence.disconnected(kId, 5, site.ports.time);
  CHECK_FALSE(site.online(kId));
}

TEST_CASE("a connection that has gone before storage answers is nobody's presence") {
  Site site;
  site.registrar.register_pk(test::tcp_from(kHome, 5), Site::message(kId, "uuid", kKey));
  site.ports.gone.insert(5);
  site.ports.pump();
  CHECK(site.ports.pk_answers.empty());
  CHECK_FALSE(site.online(kId));
}

TEST_CASE("a peer that reconnects before its old connection has died is reached at the newest") {
  Site site;
  site.registrar.register_pk(test::tcp_from(kHome, 5), Site::message(kId, "uuid", kKey));
  site.registrar.register_pk(test::tcp_from(kHome, 6), Site::message(kId, "uuid", kKey));
  site.ports.pump();
  CHECK(site.presence.find(kId)->channel.handle == 6);
  site.presence.disconnected(kId, 5, site.ports.time);
  CHECK(site.online(kId));
}

TEST_CASE("a peer that moves from a connection to UDP and back is reached where it registered last") {
  Site site;
  site.registrar.register_pk(test::tcp_from(kHome, 5), Site::message(kId, "uuid", kKey));
  site.ports.pump();
  CHECK(site.pk("198.51.100.1:6000", kId, "uuid", kKey) == Response::OK);
  site.presence.disconnected(kId, 5, site.ports.time);
  CHECK(site.online(kId));
  CHECK(site.address(kId) == "198.51.100.1:6000");
  site.registrar.register_pk(test::tcp_from(kHome, 7), Site::message(kId, "uuid", kKey));
  site.ports.pump();
  CHECK(site.presence.find(kId)->channel.handle == 7);
}

TEST_CASE("a datagram does not take a peer away from its connection: it is asked for its key") {
  Site site;
  site.registrar.register_pk(test::tcp_from(kHome, 5), Site::message(kId, "uuid", kKey));
  site.ports.pump();
  site.peer("198.51.100.1:6000", kId);
  CHECK(site.ports.peer_answers == Answers{{6000, true}});
  CHECK(site.presence.find(kId)->channel.handle == 5);
}

}  // namespace
}  // namespace junctor::rendezvous
