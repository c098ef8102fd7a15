// SPDX-License-Identifier: Apache-2.0
// What devices call without proof and with tokens: heartbeat, sysinfo, presets, assignment, deployment (http-api.md 3).
#include <doctest/doctest.h>

#include "accounts/client_api/test_site.hpp"

namespace junctor::accounts {
namespace {

using namespace std::chrono_literals;

struct Devices : TestSite {
  using TestSite::TestSite;
  std::string beat(const std::string& id, const std::string& rest = "") {
    return call("POST", "/api/heartbeat", claim(id, rest)).body();
  }
  std::string sysinfo(const std::string& id, const std::string& rest = "") {
    return call("POST", "/api/sysinfo",
                claim(id,
                      R"(,"version":"1.4.9","cpu":"x","memory":"1GB","os":"ubuntu / Linux","hostname":"pc1")" + rest))
        .body();
  }
  Device row(const std::string& id) {
    Device found;
    write([&](const Sql& sql, Touched&) { found = device_by_id(sql, id).value_or(Device{}); });
    return found;
  }
};

TEST_CASE("a heartbeat of a stranger, or with another uuid, is answered {} and makes nothing") {
  Devices site;
  CHECK(site.beat("111") == "{}");
  site.device("111");
  CHECK(site.call("POST", "/api/heartbeat", R"({"id":"111","uuid":"b3RoZXI="})").body() == "{}");
  CHECK(site.number("SELECT count(*) FROM {p}devices") == 1);
  const auto got = site.call("POST", "/api/heartbeat", TestSite::claim("111"));
  CHECK(got.status() == 200);
  CHECK(got.header("Content-Type") == "application/json; charset=utf-8");
}

TEST_CASE("sysinfo is asked for while none is stored, and answered in bare words") {
  Devices site;
  CHECK(site.sysinfo("111") == "ID_NOT_FOUND");
  site.device("111");
  CHECK(site.beat("111") == R"({"sysinfo":true})");
  CHECK(site.call("POST", "/api/sysinfo", R"({"id":"111","uuid":"b3RoZXI="})").body() == "UUID_MISMATCH");
  const auto got = site.call("POST", "/api/sysinfo", TestSite::claim("111", R"(,"hostname":"pc1","username":"ada")"));
  CHECK(got.body() == "SYSINFO_UPDATED");
  CHECK(got.header("Content-Type").find("text/plain") == 0);
  CHECK(site.beat("111") == "{}");
  CHECK(site.row("111").reported.hostname == "pc1");
  CHECK(site.row("111").reported.ip == "198.51.100.1");
  site.database.fail_next(JCT_E_IO);
  CHECK(site.sysinfo("111") == "TRY_AGAIN");
}

TEST_CASE("sysinfo_ver is one text as long as the store is the same") {
  Devices site;
  const std::string version = site.call("POST", "/api/sysinfo_ver").body();
  CHECK(version.size() == 36);
  CHECK(site.call("POST", "/api/sysinfo_ver").body() == version);
}

TEST_CASE("a strategy goes out with its stamp until the device has it, and its release when it goes") {
  Devices site;
  site.device("111", site.bob);
  site.sysinfo("111");
  const Ref strategy = site.strategy("quiet", R"({"enable-audio":"N"})");
  CHECK(site.beat("111", R"(,"modified_at":0)") == "{}");
  site.write([&](const Sql& sql, Touched& touched) {
    sql.exec("INSERT INTO {p}strategy_assignments (kind, target_id, strategy_id) VALUES (1, ?1, ?2)",
             {site.bob, strategy});
    touched.users.insert(site.bob);
  });
  const Body first = Body::parse(site.beat("111", R"(,"modified_at":0)"));
  const std::string stamp = std::to_string(first.integer("modified_at").value());
  CHECK(first.object("strategy")->object("config_options")->text("enable-audio") == "N");
  CHECK(site.beat("111", ",\"modified_at\":" + stamp) == "{}");
  site.write([&](const Sql& sql, Touched& touched) {
    sql.exec("DELETE FROM {p}strategy_assignments");
    touched.users.insert(site.bob);
  });
  const Body release = Body::parse(site.beat("111", ",\"modified_at\":" + stamp));
  CHECK(release.integer("modified_at") > first.integer("modified_at"));
  CHECK(release.object("strategy")->object("config_options")->maybe_text("enable-audio") == "");
}

TEST_CASE("what heartbeats brought is stored from time to time, in one write") {
  Devices site;
  site.device("111");
  site.device("222");
  site.beat("111");
  site.beat("222");
  site.beat("222");
  CHECK(site.row("111").last_heartbeat == 0);
  const int64_t now = site.now();
  site.host.advance(11s);
  CHECK(site.row("111").last_heartbeat == now);
  CHECK(site.row("222").last_heartbeat == now);
}

TEST_CASE("one device, and one address, get no further than their rates") {
  ClientSide::Settings settings;
  settings.devices.each_id = {3, 1min};
  Devices site{settings};
  site.device("111");
  site.device("222");
  for (int i = 0; i < 3; ++i) CHECK(site.beat("111") == R"({"sysinfo":true})");
  CHECK(site.beat("111") == "{}");
  CHECK(site.sysinfo("111") == "TOO_MANY_REQUESTS");
  CHECK(site.beat("222") == R"({"sysinfo":true})");
  CHECK(site.host.metric("accounts_calls_limited") == 2);
}

TEST_CASE("an open connection that is to be closed is told until it is gone") {
  Devices site;
  site.device("111");
  site.sysinfo("111");
  site.beat("111", R"(,"conns":[7,8])");
  CHECK(site.side().conns().disconnect("111", {7}) == 1);
  CHECK(site.beat("111", R"(,"conns":[7,8])") == R"({"disconnect":[7]})");
  CHECK(site.beat("111", R"(,"conns":[8])") == "{}");
}

TEST_CASE("presets fill what is empty, once each, never over an administrator's hand") {
  Devices site;
  const Ref group = site.device_group("Kiosks");
  const std::string wishes =
      R"(,"preset-user-name":"bob","preset-device-group-name":"kiosks","preset-note":"n","preset-strategy-name":"none such")";
  site.device("111");
  CHECK(site.sysinfo("111", wishes) == "SYSINFO_UPDATED");
  CHECK(site.row("111").owner == site.bob);
  CHECK(site.row("111").group == group);
  CHECK(site.row("111").note == "n");
  CHECK(site.row("111").by.owner == AssignedBy::kPreset);
  site.write([&](const Sql& sql, Touched& touched) {
    set_device_owner(sql, device_by_id(sql, "111")->id, kNoRef, AssignedBy::kAdmin, touched);
  });
  site.sysinfo("111", wishes);
  CHECK(site.row("111").owner == kNoRef);
  ClientSide::Settings off;
  off.devices.presets = Presets::kOff;
  Devices other{off};
  other.device("111");
  other.sysinfo("111", wishes);
  CHECK(other.row("111").owner == kNoRef);
}

TEST_CASE("presets of a device that waits are shown to who approves, and take effect afterwards") {
  ClientSide::Settings settings;
  settings.roster.access.admission = Admission::kApprove;
  Devices site{settings};
  const Ref device = site.device("111", kNoRef, kNoRef, DeviceState::kPending);
  site.sysinfo("111", R"(,"preset-user-name":"bob")");
  CHECK(site.row("111").owner == kNoRef);
  CHECK(site.row("111").presets.find("bob") != std::string::npos);
  site.write([&](const Sql& sql, Touched& touched) { set_device_state(sql, device, DeviceState::kActive, touched); });
  site.sysinfo("111", R"(,"preset-user-name":"bob")");
  CHECK(site.row("111").owner == site.bob);
}

TEST_CASE("--assign: all or nothing, by a token with the right, for the machine itself") {
  Devices site;
  site.device("111");
  site.strategy("quiet", "{}");
  site.device_group("Kiosks");
  site.api_token("T", site.ada, "devices:rw");
  site.api_token("both", site.ada, "devices:rw,address-books:rw");
  site.api_token("reads", site.ada, "devices:r");
  const auto assign = [&](const std::string& id, const std::string& rest, const std::string& token = "T") {
    return site.call("POST", "/api/devices/cli", TestSite::claim(id, rest), token);
  };
  const std::string all =
      R"(,"user_name":"BOB","strategy_name":"quiet","device_group_name":"Kiosks","note":"n","device_name":"door","device_username":"u")";
  CHECK(assign("111", all).body().empty());
  CHECK(site.row("111").owner == site.bob);
  CHECK(site.row("111").override_name == "door");
  CHECK(site.number("SELECT count(*) FROM {p}strategy_assignments WHERE kind = 0") == 1);
  const auto bad = assign("111", R"(,"note":"other","user_name":"nobody")");
  CHECK(bad.status() == 200);
  CHECK(Body::parse(bad.body()).text("error").find("nobody") != std::string::npos);
  CHECK(site.row("111").note == "n");
  CHECK(assign("999", all).body().find("not known") != std::string::npos);
  CHECK(site.call("POST", "/api/devices/cli", R"({"id":"111","uuid":"b3RoZXI=","note":"x"})", "T")
            .body()
            .find("another machine") != std::string::npos);
  CHECK(assign("111", all, "reads").status() == 403);
  CHECK(assign("111", all, "ada's").status() == 401);
  CHECK(assign("111", all, "").status() == 401);
  CHECK(assign("111", R"(,"address_book_name":"My address book","address_book_alias":"A")").status() == 403);
  CHECK(
      assign("111", R"(,"address_book_name":"My address book","address_book_alias":"A","address_book_tag":"t")", "both")
          .body()
          .empty());
  CHECK(site.text("SELECT alias FROM {p}entries WHERE peer_id = '111'") == "A");
}

TEST_CASE("--deploy answers each of its words") {
  const auto deploy = [](Devices& site, const std::string& id, const std::string& uuid, const std::string& pk,
                         const std::string& token) {
    const std::string body =
        JsonObject{}.put("id", id).put("uuid", wire::encode_base64(uuid)).put("pk", wire::encode_base64(pk)).str();
    return site.call("POST", "/api/devices/deploy", body, token);
  };
  const std::string pk(32, 'k');
  Devices open;
  open.api_token("T", open.ada, "devices:rw");
  CHECK(deploy(open, "111", "u", pk, "T").body() == R"({"result":"NOT_ENABLED"})");
  ClientSide::Settings settings;
  settings.roster.access.admission = Admission::kDeploy;
  Devices site{settings};
  site.api_token("T", site.ada, "devices:rw");
  site.device("222");
  CHECK(deploy(site, "111", "u", pk, "T").body() == R"({"result":"OK"})");
  CHECK(site.row("111").uuid == "u");
  CHECK(site.row("111").pk == pk);
  CHECK(deploy(site, "111", "u", pk, "T").body() == R"({"result":"OK"})");
  CHECK(deploy(site, "111", "other", pk, "T").body() == R"({"result":"ID_TAKEN"})");
  CHECK(deploy(site, "222", "other", pk, "T").body() == R"({"result":"ID_TAKEN"})");
  CHECK(deploy(site, "333", "u3", "short", "T").body() == R"({"result":"INVALID_INPUT"})");
  CHECK(deploy(site, "", "u3", pk, "T").body() == R"({"result":"INVALID_INPUT"})");
  CHECK(deploy(site, "333", "u3", pk, "").status() == 401);
  CHECK(site.number("SELECT count(*) FROM {p}devices") == 2);
}

}  // namespace
}  // namespace junctor::accounts
