// SPDX-License-Identifier: Apache-2.0
// The model in memory: what is written is what is answered, also after changes and removals.
#include "accounts/live/roster.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <thread>

namespace junctor::accounts {
namespace {

constexpr int64_t kNow = 1'767'571'200;
constexpr Ref kAda = 1, kBob = 2, kSales = 1, kLab = 2, kKiosks = 1;
const wire::Address kHome = *wire::Address::parse("192.0.2.1:5000");

DeviceCard device(std::string id, Ref ref, Ref owner = kNoRef, Ref group = kNoRef) {
  DeviceCard card;
  card.id = std::move(id);
  card.ref = ref;
  card.owner = owner;
  card.group = group;
  return card;
}

/// ada in sales, bob in lab, each logged in; ada owns "111", "222" stands in kiosks, "333" is nobody's.
struct Site {
  Roster roster;
  Site() {
    roster.put_user_group(kSales, {"Sales", true, {}});
    roster.put_user_group(kLab, {"Lab", true, {}});
    roster.put_device_group(kKiosks, {"Kiosks", kNoRef});
    user(kAda, "ada", kSales);
    user(kBob, "bob", kLab);
    roster.put_device(device("111", 1, kAda));
    roster.put_device(device("222", 2, kNoRef, kKiosks));
    roster.put_device(device("333", 3));
    roster.put_session(token_hash("ada's"), {kAda, "", 0, 0});
    roster.put_session(token_hash("bob's"), {kBob, "", 0, 0});
  }
  void user(Ref ref, const char* name, Ref group, bool admin = false) {
    UserCard card;
    card.name = name;
    card.groups = {group};
    card.administrator = admin;
    roster.put_user(ref, card);
  }
  Roster::Answer ask(std::string_view token, std::string_view id, int64_t now = kNow) const {
    Roster::Question question;
    question.id = id;
    question.token = token;
    question.from = kHome;
    question.now = now;
    return roster.decide(question);
  }
  Refusal refusal(std::string_view token, std::string_view id) const { return ask(token, id).access.refusal; }
};

TEST_CASE("the token says who asks, and the answer names him") {
  const Site site;
  CHECK(site.ask("ada's", "111").access.ground == Ground::kOwner);
  CHECK(site.ask("ada's", "111").user_name == "ada");
  CHECK(site.refusal("bob's", "111") == Refusal::kNoAccess);
  CHECK(site.ask("bob's", "111").user_name == "bob");
  CHECK(site.refusal("", "111") == Refusal::kNoAccess);
  CHECK(site.refusal("", "333") == Refusal::kNone);
  CHECK(site.refusal("nobody's", "333") == Refusal::kSessionExpired);
}

TEST_CASE("a session ends: at its time, by log-out, with its user's state, and with its user") {
  Site site;
  site.roster.put_session(token_hash("short"), {kAda, "", kNow + 10, 0});
  CHECK(site.ask("short", "111", kNow + 9).access.allowed());
  CHECK(site.ask("short", "111", kNow + 10).access.refusal == Refusal::kSessionExpired);
  site.roster.put_session(token_hash("idle"), {kAda, "", 0, kNow + 10});
  CHECK(site.ask("idle", "111", kNow + 10).access.refusal == Refusal::kSessionExpired);
  site.roster.use_session(token_hash("idle"), kNow + 20);
  CHECK(site.ask("idle", "111", kNow + 10).access.allowed());
  site.roster.remove_session(token_hash("ada's"));
  CHECK(site.refusal("ada's", "111") == Refusal::kSessionExpired);
  UserCard disabled = *site.roster.user(kBob);
  disabled.enabled = false;
  site.roster.put_user(kBob, disabled);
  CHECK(site.refusal("bob's", "333") == Refusal::kSessionExpired);
  CHECK(site.ask("bob's", "333").user_name == "bob");
  disabled.enabled = true;
  site.roster.put_user(kBob, disabled);
  CHECK(site.refusal("bob's", "333") == Refusal::kNone);
  site.roster.remove_sessions_of(kBob);
  CHECK(site.refusal("bob's", "333") == Refusal::kSessionExpired);
}

TEST_CASE("a session is judged by the device that it was opened on") {
  Site site;
  site.roster.put_session(token_hash("on 333"), {kAda, "333", 0, 0});
  CHECK(site.refusal("on 333", "111") == Refusal::kNone);
  site.roster.change_device("333", [](DeviceCard& card) { card.incoming_only = true; });
  CHECK(site.refusal("on 333", "111") == Refusal::kInitiatorDevice);
  CHECK(site.roster.rename_device("333", "444"));
  CHECK(site.refusal("on 333", "111") == Refusal::kInitiatorDevice);
  site.roster.remove_device("444");
  CHECK(site.refusal("on 333", "111") == Refusal::kNone);
}

TEST_CASE("edges, groups and shares let in and stop to") {
  Site site;
  const Edge edge{{SubjectKind::kUserGroup, kLab}, {ObjectKind::kDeviceGroup, kKiosks}};
  CHECK(site.refusal("bob's", "222") == Refusal::kNoAccess);
  site.roster.put_edge(edge, {});
  CHECK(site.ask("bob's", "222").access.ground == Ground::kEdgeToDeviceGroup);
  site.roster.remove_edge(edge);
  CHECK(site.refusal("bob's", "222") == Refusal::kNoAccess);
  site.roster.put_edge(edge, {});
  site.roster.remove_device_group(kKiosks);
  CHECK(site.refusal("bob's", "222") == Refusal::kNoAccess);
  site.roster.put_edge({{SubjectKind::kUser, kBob}, {ObjectKind::kDevice, 2}}, {});
  CHECK(site.ask("bob's", "222").access.ground == Ground::kShare);
  site.roster.remove_device("222");
  site.roster.put_device(device("222", 9, kAda));
  CHECK(site.refusal("bob's", "222") == Refusal::kNoAccess);
}

TEST_CASE("an extra group of a device gives access like its first one") {
  Site site;
  site.roster.change_device("111", [](DeviceCard& card) { card.extra_groups = {kKiosks}; });
  site.roster.put_edge({{SubjectKind::kUser, kBob}, {ObjectKind::kDeviceGroup, kKiosks}}, {});
  CHECK(site.ask("bob's", "111").access.ground == Ground::kEdgeToDeviceGroup);
}

TEST_CASE("a device that signalling alone knows is judged as if it registered now") {
  Site site;
  CHECK(site.refusal("", "555") == Refusal::kNone);
  RosterSettings settings;
  settings.access.admission = Admission::kApprove;
  settings.access.initiate = Initiate::kAnyone;
  site.roster.configure(settings);
  CHECK(site.refusal("", "555") == Refusal::kDevicePending);
  Roster::Question question;
  question.id = "333";
  question.id_known = false;
  CHECK(site.roster.decide(question).access.refusal == Refusal::kIdNotExist);
}

TEST_CASE("networks: the site's, and a group's narrower ones") {
  Site site;
  RosterSettings settings;
  settings.initiate_networks = {*wire::Network::parse("192.0.2.0/24")};
  site.roster.configure(settings);
  CHECK(site.refusal("ada's", "111") == Refusal::kNone);
  site.roster.put_user_group(kSales, {"Sales", true, {*wire::Network::parse("10.0.0.0/8")}});
  CHECK(site.refusal("ada's", "111") == Refusal::kNetwork);
  CHECK(site.refusal("", "333") == Refusal::kNone);
  settings.initiate_networks = {*wire::Network::parse("10.0.0.0/8")};
  site.roster.configure(settings);
  CHECK(site.refusal("", "333") == Refusal::kNetwork);
}

TEST_CASE("initiate = listed takes names of users and of their groups") {
  Site site;
  RosterSettings settings;
  settings.access.initiate = Initiate::kListed;
  settings.listed = {"ada", "Lab"};
  site.roster.configure(settings);
  CHECK(site.refusal("ada's", "333") == Refusal::kNone);
  CHECK(site.refusal("bob's", "333") == Refusal::kNone);
  settings.listed = {"Sales"};
  site.roster.configure(settings);
  CHECK(site.refusal("ada's", "333") == Refusal::kNone);
  CHECK(site.refusal("bob's", "333") == Refusal::kNotInitiator);
}

TEST_CASE("an allowance carries the control role that applies, a refusal none") {
  Site site;
  site.roster.put_control_role(1, {true, ControlPermissions::from_bits(1)});
  site.roster.put_control_role(2, {true, ControlPermissions::from_bits(2)});
  site.roster.put_control_role(3, {true, ControlPermissions::from_bits(4)});
  site.roster.set_default_roles(1, 2);
  CHECK(site.ask("ada's", "111").control_permissions == 1);
  CHECK(site.ask("", "333").control_permissions == 2);
  CHECK_FALSE(site.ask("bob's", "111").control_permissions);
  UserCard ada = *site.roster.user(kAda);
  ada.control_role = 3;
  site.roster.put_user(kAda, ada);
  CHECK(site.ask("ada's", "111").control_permissions == 4);
  site.roster.put_control_role(3, {false, {}});
  CHECK_FALSE(site.ask("ada's", "111").control_permissions);
  site.roster.remove_control_role(3);
  CHECK(site.ask("ada's", "111").control_permissions == 1);
}

TEST_CASE("a shared book that gives access does so to who has a rule, for its entries") {
  Site site;
  site.roster.put_book(7, {kAda, {{BookRule::For::kUser, kBob, BookLevel::kRead}}, {"111", "222"}});
  CHECK(site.ask("bob's", "111").access.ground == Ground::kBook);
  site.roster.put_book(7, {kAda, {{BookRule::For::kUser, kBob, BookLevel::kRead}}, {"222"}});
  CHECK(site.refusal("bob's", "111") == Refusal::kNoAccess);
  CHECK(site.roster.rename_device("222", "777"));
  CHECK(site.ask("bob's", "777").access.ground == Ground::kBook);
  site.roster.remove_book(7);
  CHECK(site.refusal("bob's", "777") == Refusal::kNoAccess);
}

TEST_CASE("what is listed for a user is what he reaches") {
  Site site;
  CHECK(site.roster.visible_devices(kAda, kNow) == std::vector<std::string>{"111", "333"});
  CHECK(site.roster.visible_devices(kBob, kNow) == std::vector<std::string>{"333"});
  CHECK(site.roster.visible_devices(99, kNow).empty());
  CHECK(site.roster.decide_for(kAda, "111", kNow).access.ground == Ground::kOwner);
  CHECK(site.roster.decide_for(kNoRef, "333", kNow).access.allowed());
}

TEST_CASE("a heartbeat counts with the device's own uuid alone, and asks for sysinfo while there is none") {
  Site site;
  CHECK_FALSE(site.roster.beat("111", uuid_mark("u"), 0, kNow * 1000).known);  // no uuid is known yet
  site.roster.change_device("111", [](DeviceCard& card) { card.uuid = uuid_mark("u"); });
  CHECK_FALSE(site.roster.beat("111", uuid_mark("v"), 0, kNow * 1000).known);
  CHECK_FALSE(site.roster.beat("999", uuid_mark("u"), 0, kNow * 1000).known);
  CHECK(site.roster.take_noted(10).beats.empty());
  const auto beat = site.roster.beat("111", uuid_mark("u"), 0, kNow * 1000);
  CHECK((beat.known && beat.wants_sysinfo && !beat.delivery));
  site.roster.beat("111", uuid_mark("u"), 0, (kNow + 3) * 1000);
  using Beats = std::vector<std::pair<Ref, uint32_t>>;
  CHECK(site.roster.take_noted(10).beats == Beats{{1, static_cast<uint32_t>(kNow + 3)}});
  CHECK(site.roster.take_noted(10).beats.empty());
  CHECK(site.roster.device("111")->last_heartbeat == kNow + 3);
}

TEST_CASE("strategies go out with heartbeats and are remembered with the device") {
  Site site;
  for (const char* id : {"111", "222"}) {
    site.roster.change_device(id, [](DeviceCard& card) { card.uuid = uuid_mark("u"); });
  }
  const auto beat = [&](const char* id, int64_t stamp) {
    return site.roster.beat(id, uuid_mark("u"), stamp, kNow * 1000).delivery;
  };
  CHECK_FALSE(beat("111", 0));
  Strategy strategy;
  strategy.ref = 4;
  strategy.revision = 1;
  strategy.enabled = true;
  strategy.set_options({{"enable-audio", "N"}});
  site.roster.put_strategy(strategy);
  UserCard ada = *site.roster.user(kAda);
  ada.strategy = 4;
  site.roster.put_user(kAda, ada);
  const auto due = beat("111", 0);
  REQUIRE(due);
  CHECK(site.roster.take_noted(10).sent.size() == 1);
  DeviceCard anew = device("111", 1, kAda);  // its row was read anew
  anew.uuid = uuid_mark("u");
  site.roster.put_device(std::move(anew));
  CHECK_FALSE(beat("111", due->modified_at));
  CHECK(site.roster.sent_strategy("111")->received);
  CHECK(site.roster.take_noted(10).sent.size() == 1);
  CHECK_FALSE(beat("111", due->modified_at));
  CHECK(site.roster.take_noted(10).sent.empty());
  CHECK_FALSE(beat("222", 0));
  site.roster.remove_strategy(4);
  CHECK(beat("111", due->modified_at)->options == StrategyOptions{{"enable-audio", ""}});
}

TEST_CASE("uuids and tokens are kept as marks that tell them apart") {
  CHECK(same_mark(uuid_mark("a"), uuid_mark("a")));
  CHECK_FALSE(same_mark(uuid_mark("a"), uuid_mark("b")));
  CHECK(same_mark(uuid_mark(""), UuidMark{}));
  CHECK_FALSE(same_mark(uuid_mark(std::string_view{"\0", 1}), UuidMark{}));
  CHECK(token_hash("a") != token_hash("b"));
}

TEST_CASE("the index finds what is in it and nothing else, through random inserts, renames and removals") {
  std::mt19937_64 dice{7};
  Roster roster;
  std::map<std::string, Ref> wanted;
  for (Ref step = 1; step <= 20'000; ++step) {
    const std::string id = std::to_string(dice() % 500);
    switch (dice() % 3) {
      case 0:
        roster.put_device(device(id, step));
        wanted[id] = step;
        break;
      case 1:
        roster.remove_device(id);
        wanted.erase(id);
        break;
      default: {
        const std::string other = std::to_string(dice() % 500);
        const bool can = wanted.count(id) && !wanted.count(other);
        REQUIRE(roster.rename_device(id, other) == can);
        if (!can) break;
        wanted[other] = wanted[id];
        wanted.erase(id);
      }
    }
  }
  CHECK(roster.devices() == wanted.size());
  for (int i = 0; i < 500; ++i) {
    const auto found = roster.device(std::to_string(i));
    const auto want = wanted.find(std::to_string(i));
    REQUIRE(found.has_value() == (want != wanted.end()));
    if (found) REQUIRE(found->ref == want->second);
  }
}

TEST_CASE("a hundred thousand devices keep within 256 bytes each") {
  Roster roster;
  for (Ref i = 1; i <= 100'000; ++i) roster.put_device(device(std::to_string(1'000'000'000u + i), i, kAda, kKiosks));
  CHECK(roster.device_bytes() / 100'000 <= 256);
}

TEST_CASE("asking goes on while others write") {
  Site site;
  std::atomic<bool> stop{false};
  std::thread writer{[&] {
    for (Ref i = 0; !stop; ++i) {
      site.roster.put_device(device(std::to_string(i % 1000), 10 + i));
      site.roster.remove_device(std::to_string((i + 500) % 1000));
      site.roster.put_session(token_hash(std::to_string(i % 100)), {kBob, "", 0, 0});
    }
  }};
  for (int i = 0; i < 5000; ++i) {
    REQUIRE(site.ask("ada's", "1111111").access.allowed());
    site.roster.beat("111", uuid_mark("u"), 0, kNow);
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace junctor::accounts
