// SPDX-License-Identifier: Apache-2.0
// Who is admitted where accounts keeps the devices: one place to set it, one list of who waits.
#include <doctest/doctest.h>

#include "accounts_site.hpp"
#include "wire/base64.hpp"

namespace junctor::site {
namespace {

using Pk = hbb::RegisterPkResponse;

std::optional<Pk::Result> register_from(Site& site, const wire::Peer& peer) {
  wire::UdpClient socket = Site::datagrams();
  return register_once(socket, site.at(), peer.register_pk());
}

wire::TcpClient asking(Site& site, const std::string& id, const std::string& token) {
  wire::TcpClient client = site.dial("127.0.0.2");
  REQUIRE(client.secure(site.public_key()));
  hbb::PunchHoleRequest request = punch_request(site, id);
  request.set_token(token);
  client.send(request);
  return client;
}

std::string refusal(Site& site, const std::string& id, const std::string& token) {
  const auto answer = asking(site, id, token).receive();
  REQUIRE(answer.has_value());
  return answer->punch_hole_response().other_failure();
}

/// B, whose socket this is, is told that somebody wants to reach it.
bool reaches(Site& site, const wire::Peer& b, const std::string& token) {
  wire::UdpClient socket = Site::datagrams();
  if (register_once(socket, site.at(), b.register_pk()) != Pk::OK) return false;
  const wire::TcpClient client = asking(site, b.id, token);
  const auto push = socket.receive(testing::patient(wire::kPatience));
  return push && push->message.has_punch_hole();
}

TEST_CASE("a device that accounts has waiting is in the list of who waits, and is approved and rejected by it") {
  AccountsSite site{"admission = \"approve\"\n"};
  site.start();
  site.ready();
  site.told("user", {"add", "ada", "--admin", "--password", kPassword});
  const std::string token = site.logged_in("ada");
  const wire::Peer peer = wire::Peer::make("device-1");
  CHECK(register_from(site, peer) == Pk::OK);
  CHECK(refusal(site, "device-1", token).find("waits for the approval") != std::string::npos);

  const auto row = site.told("peers", {"waiting"}).row("id", "device-1");
  REQUIRE(row);
  CHECK(row->getValue<std::string>("state") == "waiting");
  CHECK(row->getValue<std::string>("address") == "127.0.0.1");
  const std::string print = row->getValue<std::string>("fingerprint");
  CHECK(print.size() == 16);
  CHECK_FALSE(site.server().ctl("peers", {"approve", "device-1", "0123456789abcdef"}).ok);
  site.told("peers", {"approve", "device-1", print});
  CHECK(site.server().log_has("event=auth.approved", "id=device-1"));
  CHECK(site.told("peers", {"waiting"}).rows().empty());
  CHECK(reaches(site, peer, token));
  CHECK_FALSE(site.server().ctl("peers", {"reject", "device-1"}).ok);

  const wire::Peer other = wire::Peer::make("device-2");
  CHECK(register_from(site, other) == Pk::OK);
  site.told("peers", {"reject", "device-2"});
  CHECK(register_from(site, other) == Pk::NOT_DEPLOYED);
  CHECK(site.told("peers", {"waiting"}).row("id", "device-2")->getValue<std::string>("state") == "rejected");
  site.server().kill();
  site.start();
  site.ready();
  CHECK(register_from(site, other) == Pk::NOT_DEPLOYED);
  site.told("peers", {"approve", "device-2"});
  CHECK(register_from(site, other) == Pk::OK);
}

TEST_CASE("a device is approved before it asks, and the first that comes has the id") {
  AccountsSite site{"admission = \"approve\"\n"};
  site.start();
  site.ready();
  const auto said = site.told("peers", {"approve", "device-1"});
  CHECK(said.object()->getValue<std::string>("holds_for") == "the first device that asks");
  CHECK(site.told("peers", {"waiting"}).row("id", "device-1")->getValue<std::string>("state") == "approved");
  CHECK(register_from(site, wire::Peer::make("device-1")) == Pk::OK);
  CHECK(register_from(site, wire::Peer::make("device-1")) == Pk::UUID_MISMATCH);
  CHECK(site.told("device", {"show", "device-1"}).object()->getValue<std::string>("state") == "active");
  CHECK(site.told("peers", {"waiting"}).rows().empty());
}

TEST_CASE("two rules for new devices are refused, at the start and by a reload") {
  AccountsSite site;
  site.server().conf("95-two", "[auth_key]\nadmission = \"approve\"\n");
  site.server().launch();
  CHECK(site.server().wait_exit() == 2);
  CHECK(site.server().log_has("[accounts] decides here which devices are admitted"));
  site.server().remove_conf("95-two");
  site.start();
  site.server().conf("95-two", "[auth_key]\nadmission = \"closed\"\n");
  CHECK_THROWS_WITH(site.server().reload(), doctest::Contains("set its admission"));
  CHECK(site.told("peers", {"waiting"}).rows().empty());
}

TEST_CASE("devices from before there were accounts are listed, known by their calls and reached as before") {
  AccountsSite site{"admission = \"approve\"\ninitiate = \"anyone\"\n"};
  site.server().conf("95-off", "[accounts]\nenabled = false\n");
  site.start();
  std::vector<wire::Peer> peers;
  for (const char* id : {"100000001", "100000002", "front-desk"}) {
    peers.push_back(wire::Peer::make(id));
    CHECK(register_from(site, peers.back()) == Pk::OK);
  }
  CHECK(site.server().stop() == 0);
  site.server().remove_conf("95-off");
  site.start();
  site.ready();
  CHECK(site.server().log_has("event=accounts.devices_taken", "devices=3"));
  const auto rows = site.told("device", {"list"}).rows();
  REQUIRE(rows.size() == 3);
  for (const auto& row : rows) CHECK(row->getValue<std::string>("state") == "active");
  CHECK(site.told("peers", {"waiting"}).rows().empty());
  const std::string claim = R"({"id":"100000001","uuid":")" + wire::encode_base64(peers[0].uuid) + R"("})";
  CHECK(by_http(site, "POST", "/api/heartbeat", "", claim).body == R"({"sysinfo":true})");
  CHECK(reaches(site, peers[0], ""));
  CHECK(register_from(site, wire::Peer::make("100000002")) == Pk::UUID_MISMATCH);

  site.told("device", {"remove", "front-desk"});
  site.server().kill();
  site.start();
  site.ready();
  CHECK(site.told("device", {"list"}).rows().size() == 2);
  CHECK(register_from(site, wire::Peer::make("100000003")) == Pk::OK);
  CHECK(site.told("peers", {"waiting"}).row("id", "100000003"));
}

}  // namespace
}  // namespace junctor::site
