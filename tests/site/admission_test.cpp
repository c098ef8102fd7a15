// SPDX-License-Identifier: Apache-2.0
// Who may register and be reached on a whole site: the operator's words over the control socket, lists by reload, and
// all of it over kill -9.
#include <doctest/doctest.h>

#include "site.hpp"

namespace junctor::site {
namespace {

using Pk = hbb::RegisterPkResponse;
using Result = std::optional<Pk::Result>;

constexpr const char* kApprove = "[auth_key]\nadmission = \"approve\"\n";
constexpr const char* kClosed = "[auth_key]\nadmission = \"closed\"\n";

Result register_from(Site& site, const wire::Peer& peer) {
  wire::UdpClient socket = Site::datagrams();
  return register_once(socket, site.at(), peer.register_pk());
}

/// Throws what the server says where it refuses.
testing::Answer told(Site& site, const std::string& word, const std::vector<std::string>& args) {
  const testing::Answer answer = site.server().ctl(word, args);
  REQUIRE_MESSAGE(answer.ok, answer.error);
  return answer;
}

void kill_and_start(Site& site) {
  site.server().kill();
  site.start();
}

void reload_with(Site& site, const std::string& text) {
  site.server().conf("90-test", text);
  site.server().reload();
}

TEST_CASE("a device waits, is approved, and nobody else gets its id, whatever ends the server meanwhile") {
  Site site{kApprove};
  site.start();
  const wire::Peer peer = wire::Peer::make("device-1");
  const wire::Peer thief = wire::Peer::make("device-1");
  CHECK(register_from(site, peer) == Pk::NOT_DEPLOYED);
  const auto row = told(site, "peers", {"waiting"}).row("id", "device-1");
  REQUIRE(row);
  CHECK(row->getValue<std::string>("state") == "waiting");
  CHECK(row->getValue<std::string>("address") == "127.0.0.1");
  CHECK(ask_for(site, "device-1").failure() == hbb::PunchHoleResponse::ID_NOT_EXIST);

  told(site, "peers", {"approve", "device-1"});
  kill_and_start(site);
  CHECK(register_from(site, thief) == Pk::NOT_DEPLOYED);
  CHECK(register_from(site, peer) == Pk::OK);
  kill_and_start(site);
  CHECK(register_from(site, thief) != Pk::OK);
  wire::UdpClient socket = Site::datagrams();
  CHECK(beat(socket, site.at(), peer) == false);
  CHECK(register_once(socket, site.at(), peer.register_pk()) == Pk::OK);
}

TEST_CASE("a rejected device stays out, and what was rejected can be approved") {
  Site site{kApprove};
  site.start();
  const wire::Peer peer = wire::Peer::make("device-1");
  CHECK(register_from(site, peer) == Pk::NOT_DEPLOYED);
  told(site, "peers", {"reject", "device-1"});
  kill_and_start(site);
  site.server().mark_log();
  CHECK(register_from(site, peer) == Pk::NOT_DEPLOYED);
  CHECK(site.server().log_has("event=rendezvous.refused", "rule=rejected"));
  told(site, "peers", {"approve", "device-1"});
  CHECK(register_from(site, peer) == Pk::OK);
}

TEST_CASE("a site that closes keeps its devices, and takes in who was announced") {
  Site site;
  site.start();
  Device device{site, "127.0.0.3", "device-1"};
  reload_with(site, kClosed);
  CHECK(register_once(device.socket(), site.at(), device.peer().register_pk()) == Pk::OK);
  CHECK(device.beat(site) == false);
  CHECK(connects(site, device));

  const wire::Peer fresh = wire::Peer::make("device-2");
  CHECK(register_from(site, fresh) == Pk::NOT_DEPLOYED);
  CHECK(told(site, "peers", {"waiting"}).rows().empty());
  told(site, "peers", {"approve", "device-2"});
  CHECK(register_from(site, fresh) == Pk::OK);
  CHECK(register_from(site, wire::Peer::make("device-2")) != Pk::OK);

  reload_with(site, "");
  CHECK(register_from(site, wire::Peer::make("device-3")) == Pk::OK);
}

TEST_CASE("a block holds from the next request on, for an id and for an address, and over kill -9") {
  Site site;
  site.start();
  Device device{site, "127.0.0.3", "device-1"};
  REQUIRE(connects(site, device));

  told(site, "peers", {"block", "device-1", "Ask", "the", "desk."});
  CHECK(ask_for(site, "device-1").other_failure() == "Connection not allowed: Ask the desk.");
  CHECK(site.server().log_has("event=holepunch.refused", "rule=blocked"));
  kill_and_start(site);
  CHECK(ask_for(site, "device-1").other_failure() == "Connection not allowed: Ask the desk.");
  CHECK(register_from(site, device.peer()) == Pk::NOT_DEPLOYED);
  told(site, "unblock", {"device-1"});
  CHECK(device.beat(site) == false);
  CHECK(connects(site, device));

  told(site, "block", {"127.0.0.2"});
  CHECK_FALSE(ask_for(site, "device-1").other_failure().empty());
  CHECK(told(site, "blocked", {}).row("blocked", "127.0.0.2"));
  told(site, "unblock", {"127.0.0.2"});
  CHECK(connects(site, device));
}

TEST_CASE("lists for starting and for being reached are two things") {
  Site site;
  site.start();
  Device device{site, "127.0.0.3", "device-1"};
  reload_with(site, "[auth_key]\nstart_deny_networks = [\"127.0.0.2\"]\n");
  CHECK_FALSE(ask_for(site, "device-1").other_failure().empty());
  CHECK(site.server().log_has("event=holepunch.refused", "rule=network_denied"));
  CHECK(register_once(device.socket(), site.at(), device.peer().register_pk()) == Pk::OK);

  reload_with(site, "[auth_key]\nreach_deny_ids = [\"device-*\"]\n");
  CHECK_FALSE(ask_for(site, "device-1").other_failure().empty());
  CHECK(site.server().log_has("event=holepunch.refused", "rule=id_denied"));
  Device other{site, "127.0.0.4", "other-device"};
  CHECK(connects(site, other));
  CHECK(register_from(site, wire::Peer::make("device-2")) == Pk::OK);
}

TEST_CASE("the words of two plugins under one word go to each") {
  Site site;
  site.start();
  const Device device{site, "127.0.0.3", "device-1"};
  CHECK(told(site, "peers", {"device-1"}).row("id", "device-1"));
  CHECK(told(site, "peers", {"blocked"}).rows().empty());
  CHECK(told(site, "help", {}).row("command", "peers approve"));
  CHECK(told(site, "help", {}).row("command", "peers"));
  CHECK(site.server().ctl("approve", {"device-1"}).error == "unknown command \"approve\"; try help");
  CHECK(site.server().ctl("peers", {"approve"}).error == "expected: peers approve ID [FINGERPRINT]");
}

TEST_CASE("a closed site without a storage does not start, and says what it needs") {
  Site site;
  site.server().conf("10-site", "[auth_key]\nadmission = \"closed\"\n[relay]\n");
  CHECK_THROWS_WITH(site.start(), doctest::Contains("add [storage_sqlite]"));
}

}  // namespace
}  // namespace junctor::site
