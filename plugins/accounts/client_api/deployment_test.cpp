// SPDX-License-Identifier: Apache-2.0
// Devices that come in by a token: deploy tokens, the rights of a token's owner, bans (accounts.md 8, 9, 15).
#include <doctest/doctest.h>

#include "accounts/client_api/test_site.hpp"

namespace junctor::accounts {
namespace {

const std::string kKey(32, 'k');

ClientSide::Settings with_admission(Admission admission) {
  ClientSide::Settings settings;
  settings.roster.access.admission = admission;
  return settings;
}

struct Yard : TestSite {
  explicit Yard(Admission admission = Admission::kDeploy) : TestSite{with_admission(admission)} {}

  void deploy_token(const std::string& token, Ref owner, int64_t uses, const std::string& presets = "",
                    int64_t expires = 0) {
    write([&](const Sql& sql, Touched&) {
      Token row;
      row.name = token;
      row.owner = owner;
      row.kind = TokenKind::kDeploy;
      row.hash = hash_of(token);
      row.uses_left = uses;
      row.presets = presets;
      row.expires = expires;
      add_token(sql, row, now());
    });
  }
  testing::FakeExchange deploy(const std::string& id, const std::string& token, const std::string& uuid = "",
                               const std::string& pk = kKey) {
    const std::string of = uuid.empty() ? "uuid-" + id : uuid;
    return call(
        "POST", "/api/devices/deploy",
        JsonObject{}.put("id", id).put("uuid", wire::encode_base64(of)).put("pk", wire::encode_base64(pk)).str(),
        token);
  }
  std::string result(const std::string& id, const std::string& token) { return deploy(id, token).body(); }
  testing::FakeExchange assign(const std::string& id, const std::string& rest, const std::string& token) {
    return call("POST", "/api/devices/cli", claim(id, rest), token);
  }
  Device row(const std::string& id) {
    Device found;
    write([&](const Sql& sql, Touched&) { found = device_by_id(sql, id).value_or(Device{}); });
    return found;
  }
  void give_role(Ref user, const std::string& permissions) {
    write([&](const Sql& sql, Touched& touched) {
      sql.exec(
          "INSERT INTO {p}admin_roles (guid, name, name_key, type, permissions, created) VALUES (?1, ?1, ?1, 0, ?2, 0)",
          {permissions, permissions});
      sql.exec("INSERT INTO {p}user_admin_roles (user_id, role_id) SELECT ?1, id FROM {p}admin_roles WHERE name = ?2",
               {user, permissions});
      touched.users.insert(user);
    });
  }
};

constexpr const char* kOk = R"({"result":"OK"})";
constexpr const char* kNotEnabled = R"({"result":"NOT_ENABLED"})";

TEST_CASE("a deploy token lets in as many devices as it has uses, and a repeated call costs none") {
  Yard site;
  site.deploy_token("T", site.ada, 2);
  CHECK(site.result("111", "T") == kOk);
  CHECK(site.result("111", "T") == kOk);
  CHECK(site.result("222", "T") == kOk);
  CHECK(site.deploy("333", "T").status() == 401);
  CHECK(site.deploy("333", "T").body() == R"({"error":"This deploy token has been used up"})");
  CHECK(site.result("222", "T") == kOk);
  CHECK(site.number("SELECT count(*) FROM {p}devices") == 2);
  site.deploy_token("for ever", site.ada, -1);
  CHECK(site.result("333", "for ever") == kOk);
}

TEST_CASE("it gives what it carries, but nothing that an administrator has given, and what has gone is passed over") {
  Yard site;
  const Ref group = site.device_group("Kiosks"), strategy = site.strategy("Quiet", "{}");
  std::string bob;
  site.write([&](const Sql& sql, Touched&) { bob = user_by_id(sql, site.bob)->guid; });
  site.deploy_token("T", site.ada, -1,
                    R"({"group_guid":"Kiosks","owner_guid":")" + bob +
                        R"(","strategy_guid":"Quiet","book_guid":null,"approved":true})");
  CHECK(site.result("111", "T") == kOk);
  CHECK(site.row("111").owner == site.bob);
  CHECK(site.row("111").group == group);
  CHECK(site.row("111").by.owner == AssignedBy::kAdmin);
  CHECK(site.number("SELECT strategy_id FROM {p}strategy_assignments WHERE kind = 0") ==
        static_cast<int64_t>(strategy));
  CHECK(site.reach("111", "bob's").allowed);

  site.device("222", site.eve, kNoRef, DeviceState::kPending);
  CHECK(site.deploy("222", "T").body() == kOk);
  CHECK(site.row("222").owner == site.eve);
  CHECK(site.row("222").group == group);
  CHECK(site.row("222").state == DeviceState::kActive);
  site.deploy_token("old", site.ada, -1, R"({"group_guid":"Nowhere","approved":false})");
  CHECK(site.result("333", "old") == kOk);
  CHECK(site.row("333").group == kNoRef);
}

TEST_CASE(
    "where devices are approved a deploy token approves if it carries that; elsewhere there is nothing to deploy") {
  Yard site{Admission::kApprove};
  site.deploy_token("yes", site.ada, -1, R"({"approved":true})");
  site.deploy_token("no", site.ada, -1, R"({"approved":false})");
  site.device("111", kNoRef, kNoRef, DeviceState::kPending);
  CHECK(site.result("111", "no") == kNotEnabled);
  CHECK(site.row("111").state == DeviceState::kPending);
  CHECK(site.result("111", "yes") == kOk);
  CHECK(site.row("111").state == DeviceState::kActive);
  Yard open{Admission::kOpen};
  open.deploy_token("yes", open.ada, 1, R"({"approved":true})");
  CHECK(open.result("111", "yes") == kNotEnabled);
  CHECK(open.number("SELECT uses_left FROM {p}tokens") == 1);
}

TEST_CASE("a deploy token does nothing else, and dies with its owner and its time") {
  Yard site;
  site.deploy_token("T", site.ada, -1);
  site.deploy_token("late", site.ada, -1, "", site.now() - 1);
  CHECK(site.call("POST", "/api/ab/personal", "", "T").status() == 401);
  CHECK(site.call("GET", "/api/peers?accessible&status=1", "", "T").status() == 401);
  CHECK(site.deploy("111", "late").status() == 401);
  CHECK_FALSE(site.reach("111", "T").allowed);
  site.write([&](const Sql& sql, Touched& touched) {
    User bob = *user_by_id(sql, site.bob);
    bob.is_admin = true;  // one has to stay
    update_user(sql, bob, touched);
    User ada = *user_by_id(sql, site.ada);
    ada.status = UserStatus::kDisabled;
    update_user(sql, ada, touched);
  });
  CHECK(site.deploy("111", "T").status() == 401);
  CHECK(site.number("SELECT count(*) FROM {p}devices") == 0);
}

TEST_CASE("a deploy token assigns what no administrator has") {
  Yard site{Admission::kOpen};
  site.deploy_token("T", site.ada, -1);
  site.device("111");
  site.device("222", site.eve);
  CHECK(site.assign("111", R"(,"user_name":"bob","note":"at the door")", "T").body().empty());
  CHECK(site.row("111").owner == site.bob);
  const auto refused = site.assign("222", R"(,"user_name":"bob")", "T");
  CHECK(refused.status() == 403);
  CHECK(site.row("222").owner == site.eve);
  CHECK(site.assign("111", R"(,"address_book_name":"Any")", "T").status() == 403);
}

TEST_CASE("a token has its owner's rights of now, and no more") {
  Yard site;
  site.api_token("bob", site.bob, "all");
  site.device("222");
  CHECK(site.deploy("111", "bob").status() == 403);
  CHECK(site.assign("222", R"(,"user_name":"bob")", "bob").status() == 403);
  CHECK(site.assign("222", R"(,"note":"mine")", "bob").status() == 403);
  CHECK(site.row("222").owner == kNoRef);
  site.give_role(site.bob, "devices:assign_user");
  CHECK(site.assign("222", R"(,"user_name":"bob")", "bob").body().empty());
  CHECK(site.assign("222", R"(,"note":"mine")", "bob").status() == 403);
  CHECK(site.row("222").owner == site.bob);
  site.give_role(site.bob, "deploy_tokens:edit");
  CHECK(site.result("111", "bob") == kOk);
}

TEST_CASE("a banned machine is refused by its key alone, under another id and with another uuid") {
  Yard site{Admission::kOpen};
  site.device("111", kNoRef, kNoRef, DeviceState::kBanned);
  TestSite::Asked asked;
  asked.kind = JCT_AUTH_REGISTER;
  asked.id = "999";
  asked.uuid = "fresh";
  asked.pk = std::string{wire::bytes_of(TestSite::keys("111").public_key())};
  CHECK(site.auth(asked).reason == "device_banned");
  CHECK(site.number("SELECT count(*) FROM {p}devices") == 1);
  asked.pk = kKey;
  CHECK(site.auth(asked).allowed);
  asked.pk = std::string{wire::bytes_of(TestSite::keys("111").public_key())};
  CHECK(site.auth(asked).reason == "device_banned");  // it takes the key later
  site.write([&](const Sql& sql, Touched& touched) {
    set_device_state(sql, device_by_id(sql, "111")->id, DeviceState::kActive, touched);
  });
  CHECK(site.auth(asked).allowed);
}

}  // namespace
}  // namespace junctor::accounts
