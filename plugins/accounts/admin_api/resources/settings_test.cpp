// SPDX-License-Identifier: Apache-2.0
#include <junctor/testing/fake_config.hpp>

#include "accounts/admin_api/settings/stored_settings.hpp"
#include "accounts/admin_api/test_kit.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr const char* kModes[] = {"open", "approve", nullptr};
constexpr auto kAdmission = opt::choice("admission", "open", kModes).live().help("what becomes of a new device");
constexpr auto kHide = opt::flag("hide_devices", "false").live();
constexpr auto kIdle = opt::duration("console_idle", "12h").range(60'000'000'000, 86'400'000'000'000).live();
constexpr auto kKeep = opt::count("retention", "365").range(0, 36'500).live();
constexpr auto kUrl = opt::text("public_url", "").live();
constexpr auto kNetworks = opt::network("admin_networks", "").list().live();
constexpr auto kQueue = opt::count("password_queue", "2000");
constexpr auto kTable = options(kAdmission, kHide, kIdle, kKeep, kUrl, kNetworks, kQueue);

struct SettingsKit : Kit {
  explicit SettingsKit(const testing::Settings& given = {}) {
    std::vector<const jct_option*> pointers;
    for (const jct_option& one : kTable.records) pointers.push_back(&one);
    const testing::FakeConfig files{"accounts", pointers.data(), static_cast<uint32_t>(pointers.size()), given};
    site.present = std::make_shared<const SiteSettings>(kTable, Config{testing::FakeConfig::table(), files.raw()});
  }
  Poco::JSON::Object::Ptr setting(const std::string& name) {
    const Answered all = get("/settings");
    for (const auto& one : *all.json->getArray("settings")) {
      const auto row = one.extract<Poco::JSON::Object::Ptr>();
      if (row->getValue<std::string>("name") == name) return row;
    }
    return {};
  }
};

TEST_CASE("settings are the live options, with their defaults and bounds") {
  SettingsKit kit;
  CHECK(kit.setting("password_queue").isNull());
  const auto idle = kit.setting("console_idle");
  CHECK(idle->getValue<std::string>("type") == "duration");
  CHECK(idle->getValue<std::string>("value") == "12h");
  CHECK(idle->getValue<std::string>("low") == "1m");
  CHECK(idle->getValue<std::string>("high") == "1d");
  CHECK(kit.setting("admission")->getArray("choices")->size() == 2);
  CHECK(kit.setting("admission")->getValue<std::string>("source") == "default");
}

TEST_CASE("a change counts at once, is written down, and null takes it back") {
  SettingsKit kit;
  const Answered done = kit.patch("/settings", R"({"values":{"admission":"approve","hide_devices":true,"retention":30,
      "console_idle":"2h","admin_networks":["192.0.2.0/24"],"public_url":"https://rd.example.org"}})");
  CHECK(done.status == 200);
  const Config config = kit.site.present->config();
  CHECK(config[kAdmission] == "approve");
  CHECK(config[kHide]);
  CHECK(config[kKeep] == 30);
  CHECK(config[kIdle] == std::chrono::hours{2});
  CHECK(config[kNetworks] == std::vector<std::string>{"192.0.2.0/24"});
  CHECK(config[kQueue] == 2000);
  CHECK(kit.setting("admission")->getValue<std::string>("source") == "console");
  CHECK(kit.setting("admission")->getValue<std::string>("changed_by") == "admin");
  CHECK(kit.get("/audit/console?operation=update_settings").rows() == 6);

  CHECK(kit.patch("/settings", R"({"values":{"admission":null}})").status == 200);
  CHECK(kit.site.present->config()[kAdmission] == "open");
  CHECK(kit.setting("admission")->getValue<std::string>("source") == "default");
}

TEST_CASE("what is no value is refused with the field's name, and nothing of the call is kept") {
  SettingsKit kit;
  for (const std::string wrong :
       {R"("admission":"closed")", R"("hide_devices":1)", R"("console_idle":"5s")", R"("console_idle":"2 weeks")",
        R"("retention":-1)", R"("retention":"30")", R"("public_url":"rd.example.org")", R"("public_url":7)",
        R"("admin_networks":["nowhere"])", R"("password_queue":5)", R"("nothing":1)"}) {
    CAPTURE(wrong);
    const Answered answer = kit.patch("/settings", R"({"values":{"hide_devices":true,)" + wrong + "}}");
    CHECK(answer.status == 422);
    CHECK(answer.at("errors").find("values/") != std::string::npos);
  }
  CHECK_FALSE(kit.site.present->config()[kHide]);
}

TEST_CASE("nobody locks himself out") {
  SettingsKit kit;
  CHECK(kit.patch("/settings", R"({"values":{"admin_networks":["198.51.100.0/24"]}})").reason() == "locks_out");
  CHECK(kit.patch("/settings", R"({"values":{"admin_networks":["198.51.100.0/24","192.0.2.7"]}})").status == 200);
}

TEST_CASE("what a file sets is the file's, whatever was stored before") {
  SettingsKit kit{{{"admission", "approve"}}};
  CHECK(kit.setting("admission")->getValue<std::string>("source") == "file");
  CHECK(kit.patch("/settings", R"({"values":{"admission":"open"}})").reason() == "locked");
  CHECK(kit.site.present->with({{"admission", "\"open\""}}).config()[kAdmission] == "approve");
}

TEST_CASE("stored values that another version wrote are as if they were not there") {
  SettingsKit kit;
  const SiteSettings all = kit.site.present->with({{"admission", "\"gone\""}, {"retention", "[}"}, {"nothing", "1"}});
  CHECK(all.config()[kAdmission] == "open");
  CHECK(all.config()[kKeep] == 365);
}

TEST_CASE("two who change settings: the second learns of it") {
  SettingsKit kit;
  Ask late = kit.ask(Method::kPatch, "/settings", R"({"values":{"retention":5}})", kit.admin);
  late.if_match = kit.get("/settings").header("ETag");
  CHECK(kit.patch("/settings", R"({"values":{"retention":9}})").status == 200);
  CHECK(kit.call(late).status == 412);
}

TEST_CASE("disabling cuts running connections where the site wants it") {
  Kit kit;
  const std::string guid = kit.add("ada");
  const std::string device = kit.add_device("700000001", guid);
  kit.store.write([&](const Sql& sql, Touched&) {
    sql.exec(
        "INSERT INTO {p}audit_conn (guid, device_id, conn_id, user_id, started) VALUES ('a', '700000009', 4, ?1, 1)",
        {kit.ref("users", guid)});
    return Unit{};
  });
  CHECK(kit.remove("/users/" + guid + "/sessions").status == 204);
  CHECK(kit.disconnects.empty());
  kit.site.cuts = true;
  CHECK(kit.remove("/users/" + guid + "/sessions").status == 204);
  REQUIRE(kit.disconnects.size() == 1);
  CHECK(kit.disconnects[0].device_id == "700000009");
  CHECK(kit.post("/devices/bulk", R"({"action":"disable","devices":[")" + device + R"("]})").status == 200);
  REQUIRE(kit.disconnects.size() == 1);
  CHECK(kit.disconnects[0].device_id == "700000001");
}

TEST_CASE("logs go after their time, some at once; what is open stays") {
  Kit kit;
  kit.store.write([&](const Sql& sql, Touched&) {
    for (int at = 1; at <= 5; ++at) {
      sql.exec(
          "INSERT INTO {p}audit_login (guid, user_name, method, result, kind, created) VALUES (?1, 'x', 'password', "
          "'ok', 2, ?2)",
          {new_guid(), at});
      sql.exec("INSERT INTO {p}audit_conn (guid, device_id, conn_id, started, ended) VALUES (?1, '1', ?2, ?2, ?3)",
               {new_guid(), at, at == 1 ? Param{nullptr} : Param{int64_t{9}}});
    }
    return Unit{};
  });
  const auto drop = [&](int64_t before) {
    return kit.store.write([&](const Sql& sql, Touched&) { return drop_old_logs(sql, before, 2); });
  };
  CHECK(drop(4));
  CHECK(drop(4) == false);
  CHECK(kit.get("/audit/logins").rows() == 2);
  CHECK(kit.get("/audit/connections").rows() == 3);
}

}  // namespace
}  // namespace junctor::accounts::admin
