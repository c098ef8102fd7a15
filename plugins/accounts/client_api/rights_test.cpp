// SPDX-License-Identifier: Apache-2.0
// auth/1 of accounts as signalling asks it: rights, what goes with them, and devices that register.
#include <doctest/doctest.h>

#include "accounts/client_api/test_site.hpp"

namespace junctor::accounts {
namespace {

ClientSide::Settings with(Admission admission, Initiate initiate = Initiate::kByAdmission) {
  ClientSide::Settings settings;
  settings.roster.access.admission = admission;
  settings.roster.access.initiate = initiate;
  return settings;
}

TEST_CASE("who may reach what, by token, with the words and the user for the log") {
  TestSite site;
  site.device("111", site.bob);
  site.device("222");
  CHECK(site.reach("111", "bob's").allowed);
  CHECK(site.reach("111", "ada's").allowed);
  const Verdict refused = site.reach("111", "eve's");
  CHECK(refused.reason == "no_access");
  CHECK(refused.text.find("not allowed") != std::string::npos);
  CHECK(refused.grant.user == "eve");
  CHECK_FALSE(refused.as_unknown);
  CHECK(site.reach("111").reason == "no_access");
  CHECK(site.reach("222").allowed);
  CHECK(site.reach("222", "stolen").reason == "session_expired");
  CHECK(site.host.lines_of("accounts.refused") == 3);
}

TEST_CASE("an allowance names the user, asks for a live connection of who is logged in, and marks the push") {
  TestSite site;
  site.device("222");
  const Verdict bob = site.reach("222", "bob's"), anonymous = site.reach("222");
  CHECK(bob.grant.user == "bob");
  CHECK(bob.grant.feedback == 1);
  CHECK(bob.grant.conn_audit_ref.size() == 32);
  CHECK(anonymous.grant.user.empty());
  CHECK(anonymous.grant.feedback == 0);
  CHECK(anonymous.grant.conn_audit_ref.size() == 32);
  CHECK(anonymous.grant.conn_audit_ref != bob.grant.conn_audit_ref);
  site.write([](const Sql& sql, Touched& touched) {
    sql.exec("UPDATE {p}control_roles SET enabled = 1, permissions = 8272 WHERE built_in = 2");
    touched.control_roles.insert(1);
  });
  CHECK(site.reach("222").grant.control_permissions == 0x2050);
  CHECK(site.reach("222", "bob's").grant.control_permissions == 0);
}

TEST_CASE("an unknown id is told as unknown, and with hide_devices so is what may not be reached") {
  TestSite site;
  TestSite::Asked asked;
  asked.id = "999";
  asked.id_state = JCT_AUTH_ID_UNKNOWN;
  const Verdict unknown = site.auth(asked);
  CHECK(unknown.reason == "id_not_exist");
  CHECK(unknown.as_unknown);
  ClientSide::Settings settings;
  settings.roster.access.hide_devices = true;
  TestSite hidden{settings};
  hidden.device("111", hidden.bob);
  CHECK(hidden.reach("111", "eve's").as_unknown);
  CHECK(hidden.reach("111", "bob's").allowed);
}

TEST_CASE("what is taken away counts with the next question") {
  TestSite site;
  const Ref device = site.device("111", site.bob);
  CHECK(site.reach("111", "bob's").allowed);
  site.write([&](const Sql& sql, Touched& touched) { set_device_state(sql, device, DeviceState::kDisabled, touched); });
  CHECK(site.reach("111", "bob's").reason == "device_disabled");
  site.write([&](const Sql& sql, Touched& touched) { set_device_state(sql, device, DeviceState::kActive, touched); });
  site.write([&](const Sql& sql, Touched& touched) {
    end_sessions_of(sql, site.bob, kNoRef, LoginOwner::kTakeBack, touched);
  });
  CHECK(site.reach("111", "bob's").reason == "session_expired");
  CHECK(site.reach("111", "ada's").allowed);
  site.write([&](const Sql& sql, Touched& touched) { set_user_status(sql, site.bob, UserStatus::kDisabled, touched); });
  CHECK(site.reach("111", "ada's").reason == "owner_disabled");
}

TEST_CASE("a live connection is its user's, and nobody's without a session") {
  TestSite site;
  TestSite::Asked asked;
  asked.kind = JCT_AUTH_LIVE;
  asked.token = "bob's";
  CHECK(site.auth(asked).grant.user == "bob");
  asked.token = "stolen";
  CHECK(site.auth(asked).reason == "session_expired");
  asked.token = "";
  CHECK_FALSE(site.auth(asked).allowed);
}

TestSite::Asked registers(const std::string& id, const std::string& uuid) {
  TestSite::Asked asked;
  asked.kind = JCT_AUTH_REGISTER;
  asked.id = id;
  asked.uuid = uuid;
  asked.pk = std::string(32, 'k');
  return asked;
}

TEST_CASE("open: a new device has a row before it may register, and its uuid is its own") {
  TestSite site;
  CHECK(site.auth(registers("333", "u")).allowed);
  CHECK(site.number("SELECT state FROM {p}devices WHERE device_id = '333'") == 1);
  CHECK(site.auth(registers("333", "u")).allowed);
  CHECK(site.auth(registers("333", "v")).reason == "uuid_mismatch");
  CHECK(site.number("SELECT count(*) FROM {p}devices") == 1);
  CHECK(site.reach("333").allowed);
}

TEST_CASE("approve: a new device registers and waits; it is neither reached nor starts") {
  TestSite site{with(Admission::kApprove)};
  CHECK(site.auth(registers("333", "u")).allowed);
  CHECK(site.reach("333", "ada's").reason == "device_pending");
  site.write([&](const Sql& sql, Touched& touched) {
    set_device_state(sql, device_by_id(sql, "333")->id, DeviceState::kActive, touched);
  });
  CHECK(site.reach("333", "ada's").allowed);
  CHECK(site.reach("333").reason == "login_required");
}

TEST_CASE("deploy: only a deployed device registers") {
  TestSite site{with(Admission::kDeploy)};
  CHECK(site.auth(registers("333", "u")).reason == "not_deployed");
  CHECK(site.number("SELECT count(*) FROM {p}devices") == 0);
  site.device("444");
  CHECK(site.auth(registers("444", "uuid-444")).allowed);
}

TEST_CASE("a banned device does not come back under another id") {
  TestSite site;
  site.device("333", kNoRef, kNoRef, DeviceState::kBanned);
  CHECK(site.auth(registers("333", "uuid-333")).reason == "device_banned");
  CHECK(site.auth(registers("444", "uuid-333")).reason == "device_banned");
  CHECK(site.auth(registers("444", "other")).allowed);
  CHECK(site.reach("333", "ada's").as_unknown);
}

TEST_CASE("a registration that cannot be stored is refused for now, and nothing is half there") {
  TestSite site;
  site.database.fail_next(JCT_E_IO);
  CHECK(site.auth(registers("333", "u")).reason == "auth_unavailable");
  CHECK(site.auth(registers("333", "u")).allowed);
}

TEST_CASE("a change of id takes everything along, and keeps the old id for the machine") {
  TestSite site;
  site.device("111", site.bob);
  TestSite::Asked asked = registers("555", "uuid-111");
  asked.kind = JCT_AUTH_RENAME;
  asked.old_id = "111";
  TestSite::Asked foreign = asked;
  foreign.uuid = "other";
  CHECK(site.auth(foreign).reason == "uuid_mismatch");
  CHECK(site.auth(asked).allowed);
  CHECK(site.reach("555", "bob's").allowed);
  CHECK(site.reach("555", "eve's").reason == "no_access");
  CHECK(site.auth(registers("111", "other")).reason == "uuid_mismatch");
  CHECK(site.auth(registers("111", "uuid-111")).allowed);
  site.device("666", site.eve);
  TestSite::Asked taken = registers("666", "uuid-111");
  taken.kind = JCT_AUTH_RENAME;
  taken.old_id = "555";
  CHECK(site.auth(taken).reason == "id_reserved");
}

TEST_CASE("a grant to change sides: the device's own, from its first taker, past log-in and rules") {
  TestSite site{with(Admission::kOpen, Initiate::kLoggedIn)};
  site.device("111", site.bob);
  constexpr auto kCode = "UWu6czws1TdXm37I8A9mchhRjmVNj9FI43wkFE6x9Ao=";
  constexpr auto kVerifier = "B4BKhtjRccdQYNwmWllMg9voeL3q3GfgVRidsja7SXs=";
  const auto post = [&](const std::string& time, const wire::SigningKeys& keys) {
    std::string signed_text = "switch-grant";
    for (const std::string& part : {std::string{"111"}, std::string{kVerifier}, time}) signed_text += '\0' + part;
    const std::string signature = wire::encode_base64(keys.sign(signed_text).substr(0, wire::kSignatureSize));
    return site
        .call("POST", "/api/switch-grant",
              JsonObject{}
                  .put("id", "111")
                  .put("switch_code_verifier", kVerifier)
                  .put("timestamp", time)
                  .put("signature", signature)
                  .str())
        .body();
  };
  TestSite::Asked asked;
  asked.id = "111";
  asked.switch_code = kCode;
  CHECK(site.auth(asked).reason == "login_required");
  CHECK(post(std::to_string(site.now()), TestSite::keys("112")) == R"({"accepted":false})");
  CHECK(post("17", TestSite::keys("111")) == JsonObject{}.put("accepted", false).put("server_time", site.now()).str());
  CHECK(post(std::to_string(site.now()), TestSite::keys("111")) == R"({"accepted":true})");
  CHECK(site.auth(asked).allowed);
  CHECK(site.auth(asked).allowed);
  asked.from = "198.51.100.10:4000";
  CHECK(site.auth(asked).reason == "login_required");
}

}  // namespace
}  // namespace junctor::accounts
