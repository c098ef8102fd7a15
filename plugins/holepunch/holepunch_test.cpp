// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, between fake services: what is wired to what.
#include "holepunch/test_plugin.hpp"

namespace junctor::holepunch {
namespace {

TEST_CASE("a whole exchange: A asks with the site's key, B is pushed, answers, and A gets the signed id") {
  Site site;
  site.ask("key");
  CHECK(site.heard<hbb::PunchHole>().relay_server() == "203.0.113.1:443");  // where the relay really listens
  site.say(test::tcp_from("192.0.2.77:6001", 8), hole());
  CHECK(site.server.sent.at(0).to.handle == 7);
  const auto answer = site.heard<hbb::PunchHoleResponse>();
  hbb::IdPk id_pk;
  REQUIRE(id_pk.ParseFromString(answer.pk().substr(JCT_KEYS_SIGNATURE_SIZE)));
  CHECK(id_pk.id() == kId);
  CHECK(id_pk.pk() == "key of B");
}

TEST_CASE("a wrong key is refused, counted and logged with A's address") {
  Site site;
  site.ask("guess");
  CHECK(site.heard<hbb::PunchHoleResponse>().failure() == hbb::PunchHoleResponse::LICENSE_MISMATCH);
  CHECK(site.host.metric("refused", "reason=wrong_key") == 1);
  const auto line = site.host.last_line("holepunch.refused");
  CHECK(line.field("reason") == "wrong_key");
  CHECK(line.field("peer") == kA);
  CHECK(line.field("id") == kId);
}

TEST_CASE("an answer from a foreign address is handed on by the timer") {
  Site site;
  site.ask("key");
  site.server.sent.clear();
  site.say(test::tcp_from("192.0.2.99:1", 8), hole());
  CHECK(site.server.sent.empty());
  site.host.advance(1200ms);
  site.heard<hbb::PunchHoleResponse>();
  CHECK(site.host.metric("pending") == 1);
  site.host.advance(30s);
  CHECK(site.host.metric("pending") == 0);
}

TEST_CASE("what came of a request is counted and told, silence too") {
  Site site;
  site.ask("key");
  site.say(test::tcp_from("192.0.2.77:6001", 8), hole());
  CHECK(site.host.metric("punches", "way=tcp,result=hole") == 1);
  const auto event = site.host.last_event("holepunch.punch");
  CHECK(event.field("id") == kId);
  CHECK(event.field("a") == kA);
  CHECK(event.field("result") == "hole");
  site.ask("key");
  site.host.advance(31s);
  CHECK(site.host.metric("punches", "way=tcp,result=no_answer") == 1);
  CHECK(site.host.events_of("holepunch.punch") == 2);
}

TEST_CASE("relays and LAN follow a reload") {
  Site site;
  site.plugin.reload({{"relay[0].address", "rd.example.org"}, {"lan", "198.51.100.0/24, 192.0.2.0/24"}});
  site.ask("key");
  CHECK(site.heard<hbb::FetchLocalAddr>().relay_server() == "rd.example.org:21117");
}

TEST_CASE("what is no message is answered with a close") {
  Site site;
  const auto& handler = site.server.handlers.at(wire::kKindOf<hbb::PunchHoleRequest>);
  const jct_channel from = test::tcp_from(kA, 7);
  CHECK(site.host.on_loop(0, [&] { return handler.fn(handler.context, &from, 8, bytes("\x0A\x7F")); }) < 0);
  CHECK(site.host.metric("refused", "reason=malformed") == 1);
}

}  // namespace
}  // namespace junctor::holepunch
