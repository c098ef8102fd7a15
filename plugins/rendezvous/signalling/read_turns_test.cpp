// SPDX-License-Identifier: Apache-2.0
// What one client may ask for over connections: a turn at a time, and so much a minute.
#include <doctest/doctest.h>

#include "junctor/auth.hpp"
#include "rendezvous/test_site.hpp"

namespace junctor::rendezvous {
namespace {

std::string nat_tests(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += framed(hbb::TestNatRequest{});
  return bytes;
}

/// Those that were answered.
size_t served(Site& site, FakeStream& stream, const std::string& bytes) { return site.talk(stream, bytes).size(); }

hbb::OnlineRequest query(int ids) {
  hbb::OnlineRequest request;
  request.set_id("111111111");
  for (int i = 0; i < ids; ++i) request.add_peers(kId);
  return request;
}

TEST_CASE(
    "of what comes in one piece a turn of the loop serves a part, the next ones the rest, and nobody is left out") {
  Site site;
  FakeStream first = site.tcp(), second = site.tcp();
  size_t at_once = 0;
  first.deliver(nat_tests(1000));
  site.host.loops().queue(0, [&] { at_once = frames(first.take_sent()).size(); });
  second.deliver(nat_tests(1000));
  site.host.run_until_idle();
  CHECK(at_once > 0);
  CHECK(at_once <= ReadTurns::kPerTurn);
  CHECK(frames(first.take_sent()).size() == 1000 - at_once);
  CHECK(frames(second.take_sent()).size() == 1000);
}

TEST_CASE("a large message takes more of a turn than a small one") {
  Site site;
  FakeStream client = site.tcp();
  std::string bytes;
  for (int i = 0; i < 20; ++i) bytes += framed(query(200));  // 2.2 KB each
  size_t at_once = 0;
  client.deliver(bytes);
  site.host.loops().queue(0, [&] { at_once = frames(client.take_sent()).size(); });
  site.host.run_until_idle();
  CHECK(at_once > 0);
  CHECK(at_once < 10);
  CHECK(frames(client.take_sent()).size() == 20 - at_once);
}

TEST_CASE("a connection over its limit is not read for a second, and closed the fourth time in a row") {
  Site site{{{"limit_messages", "10"}}};
  FakeStream client = site.tcp();
  CHECK(served(site, client, nat_tests(100)) == 11);
  for (int i = 0; i < 3; ++i) {
    CHECK(client.connected());
    CHECK(site.host.metric("held_back") == i + 1);
    site.host.advance(1s);
    CHECK(frames(client.take_sent()).size() == 1);
  }
  CHECK(client.closed());
  CHECK(site.refused("message_limit") == 1);
}

TEST_CASE("who keeps to his limit after a pause is served on") {
  Site site{{{"limit_messages", "60"}}};
  FakeStream client = site.tcp();
  CHECK(served(site, client, nat_tests(61)) == 61);
  for (int i = 0; i < 10; ++i) {
    site.host.advance(2s);
    CHECK(served(site, client, nat_tests(1)) == 1);
  }
  CHECK(client.connected());
}

TEST_CASE("the connections of one address have a limit together, those of another their own") {
  Site site{{{"limit_messages_per_address", "10"}}};
  FakeStream first = site.tcp(), second = site.tcp(), other = site.tcp("listen", 0, "192.0.2.9:5");
  CHECK(served(site, first, nat_tests(10)) == 10);
  CHECK(served(site, second, nat_tests(10)) == 1);
  CHECK(served(site, other, nat_tests(10)) == 10);
}

TEST_CASE("an online query costs by its ids") {
  Site site{{{"limit_query_ids_per_address", "1000"}}};
  FakeStream client = site.tcp();
  for (int i = 0; i < 3; ++i) CHECK(served(site, client, framed(query(300))) == 1);
  CHECK(served(site, client, framed(query(300))) == 0);
  CHECK(client.closed());
  CHECK(site.refused("address_limit") == 1);
}

TEST_CASE("a site may tell nobody who is online") {
  Site site{{{"online_query", "off"}}};
  site.register_peer();
  FakeStream client = site.tcp();
  const auto heard = site.talk(client, framed(query(3)));
  REQUIRE(heard.size() == 1);
  CHECK(inner_of<hbb::OnlineResponse>(heard[0]).states() == std::string(1, '\0'));
}

TEST_CASE("where only who is allowed may see, auth/1 is asked for each id that is online") {
  struct Only {
    jct_auth_service table{sizeof(jct_auth_service), 0,
                           [](void*, const jct_auth_request* request, const jct_auth_done* done) {
                             const bool sees = request->kind != JCT_AUTH_SEE ||
                                               (view(request->id) == kId && view(request->old_id) == "111111111");
                             done->done(done->self, sees ? JCT_OK : JCT_E_DENIED, str(sees ? "" : "no"), {});
                           },
                           nullptr};
  } only;
  Site site{{{"online_query", "allowed"}}, [&](FakeHost& host) { host.provide(JCT_AUTH_SERVICE, &only.table, &only); }};
  site.register_peer();
  site.register_peer("222222222");
  hbb::OnlineRequest request = query(1);
  request.add_peers("222222222");
  request.add_peers("333333333");
  FakeStream client = site.tcp();
  const auto heard = site.talk(client, framed(request));
  REQUIRE(heard.size() == 1);
  CHECK(inner_of<hbb::OnlineResponse>(heard[0]).states() == "\x80");
}

}  // namespace
}  // namespace junctor::rendezvous
