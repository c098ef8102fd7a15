// SPDX-License-Identifier: Apache-2.0
// After a failed punch: the signalling of a relayed session, then the relay itself (protocol.md 6.5).
#include <doctest/doctest.h>

#include "site.hpp"

namespace junctor::site {
namespace {

constexpr const char* kA = "127.0.0.2";
constexpr const char* kB = "127.0.0.3";

hbb::RequestRelay request_for(const std::string& id, const std::string& uuid) {
  hbb::RequestRelay request;
  request.set_id(id);
  request.set_uuid(uuid);
  request.set_secure(true);
  request.set_conn_type(hbb::FILE_TRANSFER);
  request.set_licence_key("A's secret");
  request.set_token("A's token");
  return request;
}

hbb::RelayResponse answer_of(wire::TcpClient& a) {
  const auto message = a.receive(testing::patient(wire::kPatience));
  REQUIRE(message);
  REQUIRE(message->has_relay_response());
  return message->relay_response();
}

/// One side of a session on the relay.
wire::TcpClient side(Site& site, const std::string& uuid, const std::string& key, const std::string& id = "") {
  wire::TcpClient client = site.dial(id.empty() ? kB : kA, 1);
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_licence_key(key);
  request.set_id(id);
  client.send(request);
  return client;
}

TEST_CASE("A's request reaches B, and B's go-ahead reaches A") {
  Site site;
  site.start();
  Device b{site, kB};
  wire::TcpClient a = site.dial(kA);
  a.send(request_for(b.id(), "uuid-1"));
  const hbb::RendezvousMessage push = b.pushed();
  REQUIRE(push.has_request_relay());
  CHECK(push.request_relay().uuid() == "uuid-1");
  CHECK(decoded(push.request_relay().socket_addr()) == a.local_address());
  CHECK(push.request_relay().relay_server() == site.at(1).text());
  CHECK(push.request_relay().secure());
  CHECK(push.request_relay().conn_type() == hbb::FILE_TRANSFER);
  CHECK(push.request_relay().licence_key().empty());
  CHECK(push.request_relay().token().empty());

  hbb::RelayResponse go;
  go.set_socket_addr(push.request_relay().socket_addr());
  site.dial(kB).send(go);
  const hbb::RelayResponse answer = answer_of(a);
  CHECK(answer.refuse_reason().empty());
  CHECK(answer.socket_addr().empty());
  CHECK_FALSE(answer.pk().empty());
}

TEST_CASE("a request that cannot be served is refused in words, at once") {
  Site site{"[holepunch]\nunasked_relay = \"limit\"\n"};
  site.start();
  const Device b{site, kB};
  wire::TcpClient a = site.dial(kA);
  a.send(request_for("nobody-here", "uuid-1"));
  const std::string text = answer_of(a).refuse_reason();
  CHECK(text.find("not allowed") != std::string::npos);

  site.server().kill();
  site.start();
  wire::TcpClient again = site.dial(kA);
  again.send(request_for(b.id(), "uuid-1"));
  CHECK(answer_of(again).refuse_reason() == text);  // nobody has asked for it before, and learns nothing
}

TEST_CASE("where the site refuses unasked relays, an accepted PunchHoleRequest opens the way") {
  Site site{"[holepunch]\nunasked_relay = \"refuse\"\n"};
  site.start();
  Device b{site, kB};
  wire::TcpClient a = site.dial(kA);
  a.send(request_for(b.id(), "uuid-1"));
  CHECK_FALSE(answer_of(a).refuse_reason().empty());

  wire::TcpClient asking = site.dial(kA);
  asking.send(punch_request(site, b.id()));
  REQUIRE(b.pushed().has_punch_hole());
  a.send(request_for(b.id(), "uuid-2"));
  CHECK(b.pushed().request_relay().uuid() == "uuid-2");
}

TEST_CASE("two sides of a uuid are joined; what came behind the first frame comes first") {
  Site site;
  site.start();
  const std::string key = site.key();
  wire::TcpClient first = side(site, "uuid-1", key, "123456789");
  first.send_raw("early");
  wire::TcpClient second = side(site, "uuid-1", key);
  second.send_raw("hello A");
  CHECK(second.receive_exactly(5) == "early");
  CHECK(first.receive_exactly(7) == "hello A");

  wire::TcpClient third = side(site, "uuid-1", key);
  CHECK(third.wait_end());
  first.send_raw("still here");
  CHECK(second.receive_exactly(10) == "still here");
  first.shutdown_write();
  second.send_raw("the last word");
  CHECK(first.receive_exactly(13) == "the last word");
  CHECK(second.wait_end());
}

TEST_CASE("the relay closes who has a wrong key, and joins nobody with it") {
  Site site;
  site.start();
  const std::string key = site.key();
  wire::TcpClient honest = side(site, "uuid-1", key, "123456789");
  wire::TcpClient forger = side(site, "uuid-1", "wrong");
  CHECK(forger.wait_end());
  wire::TcpClient partner = side(site, "uuid-1", key);
  partner.send_raw("hello");
  CHECK(honest.receive_exactly(5) == "hello");
  CHECK(site.metric("relay", "refused", "reason=wrong_key") == 1);
}

}  // namespace
}  // namespace junctor::site
