// SPDX-License-Identifier: Apache-2.0
// Tests of Registrar: each rule of protocol.md 6.1.
#include "registration/registrar_kit.hpp"

namespace junctor::rendezvous {
namespace {

// ---- RegisterPeer ---------------------------------------------------------------------------------------------------

TEST_CASE("an unknown id is asked for its key and leaves no entry") {
  Site site;
  site.peer(kHome, kId);
  CHECK(site.ports.peer_answers == Answers{{5000, true}});
  CHECK(site.presence.size() == 0);
}

TEST_CASE("a peer that storage knows is online from its next RegisterPeer on, and no key is asked of it") {
  Site site;
  site.ports.disk[kId] = {"uuid", "key", "198.51.100.1"};
  site.peer(kHome, kId);
  CHECK(site.ports.peer_answers == Answers{{5000, false}});
  CHECK(site.online(kId));
}

TEST_CASE("an address that a stock server stored in its mapped form is the same address") {
  Site site;
  site.ports.disk[kId] = {"uuid", "key", "::ffff:198.51.100.1"};
  site.peer(kHome, kId);
  CHECK(site.ports.peer_answers == Answers{{5000, false}});
}

TEST_CASE("a stored peer at another IP is asked for its key and is not online") {
  Site site;
  site.ports.disk[kId] = {"uuid", "key", "198.51.100.77"};
  site.peer(kHome, kId);
  CHECK(site.ports.peer_answers == Answers{{5000, true}});
  CHECK(site.presence.size() == 0);
}

TEST_CASE("a stored peer without a recorded IP or key is asked for its key") {
  Site site;
  site.ports.disk[kId] = {"uuid", "key", ""};
  site.ports.disk["987654321"] = {"uuid", "", "198.51.100.1"};
  site.peer(kHome, kId);
  site.peer(kHome, "987654321");
  CHECK(site.ports.peer_answers == Answers{{5000, true}, {5000, true}});
  CHECK(site.presence.size() == 0);
}

TEST_CASE("a heartbeat of a known peer is answered at once, without storage") {
  Site site;
  site.pk(kHome, kId, "uuid", "key");
  const int loads = site.ports.loads;
  site.ports.time += 15s;
  site.registrar.register_peer(udp_from("198.51.100.1:6000"), kId);
  CHECK(site.ports.peer_answers == Answers{{6000, false}});
  CHECK(site.ports.loads == loads);
  CHECK(site.address(kId) == "198.51.100.1:6000");
}

TEST_CASE("memory keeps the key of a registration that was confirmed, and of a stored peer that comes back") {
  Site site;
  site.pk(kHome, kId, "uuid", kKey);
  CHECK(site.kept_key(kId) == kKey);
  site.ports.full = true;
  CHECK(site.pk(kHome, kId, "uuid", kNewKey) == Response::SERVER_ERROR);
  CHECK(site.kept_key(kId) == kKey);
  site.ports.full = false;
  site.pk(kHome, kId, "uuid", kNewKey);
  CHECK(site.kept_key(kId) == kNewKey);

  site.ports.disk["987654321"] = {"uuid", kKey, "198.51.100.1"};
  site.ports.disk["odd-key"] = {"uuid", "key", "198.51.100.1"};
  site.peer(kHome, "987654321");
  site.peer(kHome, "odd-key");
  CHECK(site.kept_key("987654321") == kKey);
  CHECK(site.online("odd-key"));
  CHECK(site.kept_key("odd-key").empty());
}

TEST_CASE("a known peer that comes from another IP keeps its old address until its RegisterPk succeeds") {
  Site site;
  site.pk(kHome, kId, "uuid", "key");
  site.peer(kElsewhere, kId);
  CHECK(site.ports.peer_answers == Answers{{5000, true}});
  CHECK(site.address(kId) == kHome);
  CHECK(site.pk(kElsewhere, kId, "uuid", "key") == Response::OK);
  CHECK(site.address(kId) == kElsewhere);
  CHECK(site.ports.disk[kId].ip == "198.51.100.2");
}

TEST_CASE("storage is asked once for an id, and everybody who waits is answered") {
  Site site;
  site.ports.disk[kId] = {"uuid", "key", "198.51.100.1"};
  site.registrar.register_peer(udp_from(kHome), kId);
  site.registrar.register_peer(udp_from(kHome), kId);
  site.registrar.register_peer(udp_from("198.51.100.9:7000"), kId);
  CHECK(site.ports.loads == 1);
  site.ports.pump();
  CHECK(site.ports.peer_answers == Answers{{5000, false}, {7000, true}});
  CHECK(site.address(kId) == kHome);
}

TEST_CASE("look-ups in flight are bounded: who is beyond is asked for its key, and known peers do not notice") {
  Site site{2};
  site.pk(kHome, kId, "uuid", "key");
  for (int i = 0; i < 5; ++i) site.registrar.register_peer(udp_from(kElsewhere), "flood" + std::to_string(i));
  CHECK(site.ports.queue.size() == 2);
  CHECK(site.ports.refusals == std::vector<Refusal>(3, Refusal::kLookupsFull));
  CHECK(site.ports.peer_answers == Answers(3, {5000, true}));
  site.ports.peer_answers.clear();
  site.registrar.register_peer(udp_from(kHome), kId);
  CHECK(site.ports.peer_answers == Answers{{5000, false}});
  site.ports.pump();
  site.peer(kElsewhere, "flood9");
  CHECK(site.ports.refusals.size() == 3);
}

TEST_CASE("while storage fails, unknown peers hear nothing and known ones go on") {
  Site site;
  site.pk(kHome, kId, "uuid", "key");
  site.ports.broken = true;
  site.peer(kHome, "987654321");
  CHECK(site.ports.peer_answers.empty());
  CHECK(site.ports.refusals.back() == Refusal::kStorage);
  site.peer(kHome, kId);
  CHECK(site.ports.peer_answers == Answers{{5000, false}});
}

TEST_CASE("an empty id is dropped, an impossible one never reaches storage") {
  Site site;
  site.peer(kHome, "");
  CHECK(site.ports.peer_answers.empty());
  site.peer(kHome, "a b c d e f");
  CHECK(site.ports.peer_answers == Answers{{5000, true}});
  CHECK(site.ports.loads == 0);
}

TEST_CASE("a peer too many is stored but not let in") {
  Site site{100, 1};
  site.pk(kHome, kId, "uuid", "key");
  site.ports.disk["987654321"] = {"uuid", "key", "198.51.100.1"};
  site.peer(kHome, "987654321");
  CHECK(site.ports.peer_answers.empty());
  CHECK(site.ports.refusals.back() == Refusal::kPeersFull);
  CHECK(site.pk(kHome, "abcdefgh", "uuid", "key") == Response::SERVER_ERROR);
}

// ---- RegisterPk -----------------------------------------------------------------------------------------------------

TEST_CASE("a new id is stored, and OK makes it online") {
  Site site;
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::OK);
  CHECK(site.ports.disk[kId].uuid == "uuid");
  CHECK(site.ports.disk[kId].pk == "key");
  CHECK(site.ports.disk[kId].ip == "198.51.100.1");
  CHECK(site.online(kId));
}

TEST_CASE("OK waits for storage, and until then the peer is not online") {
  Site site;
  site.registrar.register_pk(udp_from(kHome), Site::message(kId, "uuid", "key"));
  CHECK(site.ports.pk_answers.empty());
  CHECK_FALSE(site.online(kId));
  site.ports.pump();
  CHECK(site.ports.pk_answers == std::vector{Response::OK});
}

TEST_CASE("when storage fails the answer is SERVER_ERROR and nobody is online") {
  Site site;
  SUBCASE("reading") { site.ports.broken = true; }
  SUBCASE("writing") { site.ports.full = true; }
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::SERVER_ERROR);
  CHECK_FALSE(site.online(kId));
  site.ports.broken = site.ports.full = false;
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::OK);
}

TEST_CASE("a registration that changes nothing is confirmed without a write") {
  Site site;
  site.pk(kHome, kId, "uuid", "key");
  CHECK(site.pk("198.51.100.1:6000", kId, "uuid", "key") == Response::OK);
  CHECK(site.ports.stores == 1);
  CHECK(site.address(kId) == "198.51.100.1:6000");
}

TEST_CASE("another uuid does not get a known id") {
  Site site;
  site.pk(kHome, kId, "uuid", "key");
  CHECK(site.pk(kHome, kId, "other", "key") == Response::UUID_MISMATCH);
  CHECK(site.ports.disk[kId].uuid == "uuid");
  CHECK(site.ports.refusals.back() == Refusal::kUuidMismatch);
}

TEST_CASE("the same uuid may change its key or its IP, but not both at once") {
  Site site;
  site.pk(kHome, kId, "uuid", "key");
  CHECK(site.pk(kElsewhere, kId, "uuid", "new") == Response::UUID_MISMATCH);
  CHECK(site.ports.disk[kId].pk == "key");
  CHECK(site.pk(kHome, kId, "uuid", "new") == Response::OK);
  CHECK(site.ports.disk[kId].pk == "new");
  site.ports.time += 60s;
  CHECK(site.pk(kElsewhere, kId, "uuid", "new") == Response::OK);
}

TEST_CASE("an empty uuid or key is dropped") {
  Site site;
  site.registrar.register_pk(udp_from(kHome), Site::message(kId, "", "key"));
  site.registrar.register_pk(udp_from(kHome), Site::message(kId, "uuid", ""));
  site.registrar.register_pk(udp_from(kHome), Site::message(kId, std::string(257, 'u'), "key"));
  site.registrar.register_pk(udp_from(kHome), Site::message(kId, "uuid", std::string(257, 'k')));
  site.ports.pump();
  CHECK(site.ports.pk_answers.empty());
  CHECK(site.ports.refusals == std::vector<Refusal>(4, Refusal::kIncomplete));
}

TEST_CASE("an id that may not be is answered UUID_MISMATCH") {
  Site site;
  for (const char* id : {"12345", "", "1234 5678", "123456\n"}) {
    CAPTURE(id);
    CHECK(site.pk(kHome, id, "uuid", "key") == Response::UUID_MISMATCH);
  }
  CHECK(site.ports.loads == 0);
}

TEST_CASE("the fourth registration of an id within six seconds is TOO_FREQUENT") {
  Site site;
  for (int i = 0; i < 3; ++i) CHECK(site.pk(kHome, kId, "uuid", "key") == Response::OK);
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::TOO_FREQUENT);
  site.ports.time += 6s;
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::OK);
}

TEST_CASE("two devices that race for a new id cannot both get it") {
  Site site;
  site.registrar.register_pk(udp_from(kHome), Site::message(kId, "first", "key"));
  site.registrar.register_pk(udp_from(kElsewhere), Site::message(kId, "second", "key"));
  CHECK(site.ports.loads == 1);
  site.ports.pump();
  CHECK(site.ports.pk_answers == std::vector{Response::OK, Response::UUID_MISMATCH});
  CHECK(site.ports.disk[kId].uuid == "first");
}

TEST_CASE("of those who wait for an id's turn the newest is served") {
  Site site;
  for (const char* from : {"198.51.100.1:1001", "198.51.100.1:1002", "198.51.100.1:1003"}) {
    site.registrar.register_pk(udp_from(from), Site::message(kId, "uuid", "key"));
  }
  site.ports.pump();
  CHECK(site.address(kId) == "198.51.100.1:1003");
  CHECK(site.ports.refusals == std::vector{Refusal::kBusy});
  CHECK(site.ports.pk_answers == std::vector{Response::OK, Response::OK});
}

TEST_CASE(
    "a device that is not admitted is told NOT_DEPLOYED, one whose id is another's or that nobody judged is not") {
  Site site;
  site.ports.denial = "not_admitted";
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::NOT_DEPLOYED);
  site.ports.denial = "uuid_mismatch";
  CHECK(site.pk(kHome, kId, "uuid", "key") == Response::UUID_MISMATCH);
  for (const char* word : {"auth_timeout", "auth_unavailable"}) {
    site.ports.time += 10s;
    site.ports.denial = word;
    CHECK(site.pk(kHome, kId, "uuid", "key") == Response::SERVER_ERROR);
  }
  CHECK(site.ports.disk.empty());
}

// ---- the site's configuration ---------------------------------------------------------------------------------------

TEST_CASE("an older serial is sent the configuration, at the address that RegisterPk came from alone") {
  Site site;
  site.registrar.set_serial(7);
  site.pk(kHome, kId, "uuid", kKey);
  site.registrar.register_peer(udp_from(kHome), kId, 6);
  CHECK(site.ports.updates.empty());  // anybody can write both datagrams
  site.limits.proven(wire::from_abi(udp_from(kHome).peer), site.ports.time);
  site.registrar.register_peer(udp_from(kHome), kId, 6);
  CHECK(site.ports.updates == std::vector<uint16_t>{5000});
  site.registrar.register_peer(udp_from(kHome), kId, 7);
  site.registrar.register_peer(udp_from("198.51.100.1:6000"), kId, 6);
  CHECK(site.ports.updates.size() == 1);
  site.registrar.register_peer(udp_from(kHome), kId, 6);
  CHECK(site.ports.updates == std::vector<uint16_t>{5000, 5000});
  CHECK(site.ports.peer_answers.size() == 5);
}

TEST_CASE("a peer that is back after a restart is sent nothing before its RegisterPk") {
  Site site;
  site.registrar.set_serial(7);
  site.ports.disk[kId] = {"uuid", kKey, "198.51.100.1"};
  site.peer(kHome, kId);
  site.registrar.register_peer(udp_from(kHome), kId, 6);
  CHECK(site.ports.updates.empty());
}

TEST_CASE("a RegisterPk that is confirmed while storage is asked for the old record wins") {
  Site site;
  site.ports.disk[kId] = {"uuid", kKey, "198.51.100.1"};
  site.registrar.register_peer(udp_from(kHome), kId);
  REQUIRE(site.presence.put(kId, udp_from(kElsewhere), site.ports.time, kNewKey));
  site.ports.pump();
  CHECK(site.kept_key(kId) == kNewKey);
  CHECK(site.ports.peer_answers == Answers{{5000, true}});
  CHECK(site.address(kId) == kElsewhere);
}

TEST_CASE("what a registration changed on record is told, and nothing of one that is refused") {
  Site site;
  site.pk(kHome, kId, "uuid", kKey);
  site.pk(kHome, kId, "uuid", kKey);
  site.pk(kElsewhere, kId, "uuid", kKey);
  CHECK(site.pk(kHome, kId, "other uuid", kKey) == Response::UUID_MISMATCH);
  site.ports.time += 10s;
  site.pk(kElsewhere, kId, "uuid", kNewKey);
  CHECK(site.ports.changes == std::vector{Change::kNew, Change::kNothing, Change::kAddress, Change::kKey});
}

}  // namespace
}  // namespace junctor::rendezvous
