// SPDX-License-Identifier: Apache-2.0
// Users, devices, tokens, roles, strategies and logs over the API.
#include "accounts/admin_api/test_kit.hpp"

namespace junctor::accounts::admin {
namespace {

TEST_CASE("a user is made, changed field by field, disabled and deleted") {
  Kit kit;
  const Answered made = kit.post("/users", R"({"name":"Ada","email":"ada@example.org","note":"n"})");
  REQUIRE(made.status == 201);
  const std::string path = "/users/" + made.at("guid");
  CHECK(kit.get(path).at("status") == "normal");
  CHECK(kit.patch(path, R"({"email":null,"may_initiate":false})").json->isNull("email"));
  CHECK(kit.remove(path).status == 409);
  CHECK(kit.patch(path, R"({"enabled":false})").at("status") == "disabled");
  CHECK(kit.remove(path).status == 204);
  CHECK(kit.get(path).status == 404);
  CHECK(kit.get("/audit/console?operation=delete_user").rows() == 1);
}

TEST_CASE("lists of users are filtered, sorted and counted") {
  Kit kit;
  for (const char* name : {"bob", "ada", "cleo"}) kit.add(name);
  CHECK(kit.get("/users?count=true").at("total") == "4");
  CHECK(kit.get("/users?sort=-name&limit=1").row(0)->getValue<std::string>("name") == "cleo");
  CHECK(kit.get("/users?search=AD&sort=name").rows() == 2);
  CHECK(kit.get("/users?admin=true").rows() == 1);
  CHECK(kit.get("/users?status=disabled").rows() == 0);
}

TEST_CASE("a bulk does what can be done and says what cannot") {
  Kit kit;
  const std::string bob = kit.add("bob");
  const std::string admin = kit.get("/users?admin=true").row(0)->getValue<std::string>("guid");
  const Answered done = kit.post("/users/bulk", R"({"action":"delete","users":[")" + bob + R"(",")" + admin + R"("]})");
  CHECK(done.at("done") == "1");
  CHECK(done.json->getArray("failed")->getObject(0)->getValue<std::string>("reason") == "oneself");
}

TEST_CASE("a device is assigned, overridden, banned and forgotten") {
  Kit kit;
  const std::string ada = kit.add("ada");
  const std::string path = "/devices/" + kit.add_device("1000001");
  const Answered changed = kit.patch(path, R"({"owner_guid":")" + ada + R"(","name":"desk","note":"n"})");
  REQUIRE(changed.status == 200);
  CHECK(changed.json->getObject("owner")->getValue<std::string>("name") == "ada");
  CHECK(changed.json->getObject("assigned_by")->getValue<std::string>("owner") == "admin");
  CHECK(kit.get("/devices?owner=" + ada).rows() == 1);
  CHECK(kit.get("/devices?unassigned=true").rows() == 0);
  CHECK(kit.get("/devices?search=DESK").rows() == 1);
  CHECK(kit.remove(path).status == 409);
  const std::string guid = path.substr(9);
  CHECK(kit.post("/devices/bulk", R"({"action":"ban","devices":[")" + guid + R"("]})").at("done") == "1");
  CHECK(kit.get("/devices?state=banned").rows() == 1);
  CHECK(kit.post("/devices/bulk", R"({"action":"delete","devices":[")" + guid + R"("]})").at("done") == "1");
  CHECK(kit.touched.removed_devices.count("1000001") == 1);
}

TEST_CASE("a strategy governs by level, and a change makes it new") {
  Kit kit;
  const std::string device = kit.add_device("1000001");
  const Answered made = kit.post("/strategies", R"({"name":"Strict","enabled":true,"options":{"enable-audio":"N"}})");
  REQUIRE(made.status == 201);
  const std::string path = "/strategies/" + made.at("guid");
  CHECK(kit.post(path + "/assign", R"({"devices":[")" + device + R"("]})").at("done") == "1");
  const auto effective = kit.get("/devices/" + device).json->getObject("effective_strategy");
  CHECK(effective->getValue<std::string>("level") == "device");
  CHECK(effective->getValue<std::string>("delivery") == "waiting");
  CHECK(kit.get(path).at("governed") == "1");
  CHECK(kit.get(path + "/assigned").rows() == 1);
  CHECK(kit.get(path + "/receipts?delivery=waiting").rows() == 1);
  CHECK(kit.patch(path, R"({"options":{"enable-audio":"maybe"}})").status == 422);
  CHECK(kit.patch(path, R"({"options":{"relay-server":"x"}})").reason() == "risky");
  CHECK(kit.patch(path, R"({"options":{"relay-server":"x"},"risky":true})").status == 200);
  CHECK(kit.touched.strategies.size() == 1);
  CHECK(kit.remove(path).status == 204);
  CHECK(kit.get("/devices/" + device).json->isNull("strategy"));
}

TEST_CASE("control roles keep their permissions, and Not Logged is nobody's") {
  Kit kit;
  const Answered made =
      kit.post("/control-roles", R"({"name":"Support","permissions":{"file":"disable","terminal":"enable"}})");
  REQUIRE(made.status == 201);
  CHECK(made.json->getObject("permissions")->getValue<std::string>("file") == "disable");
  const std::string ada = kit.add("ada");
  CHECK(kit.post("/control-roles/" + made.at("guid") + "/assign", R"({"users":[")" + ada + R"("]})").at("done") == "1");
  CHECK(kit.get("/users/" + ada).json->getObject("control_role")->getValue<std::string>("name") == "Support");
  const std::string nobody = kit.get("/control-roles?name=Not").row(0)->getValue<std::string>("guid");
  CHECK(kit.post("/control-roles/" + nobody + "/assign", R"({"users":[")" + ada + R"("]})").status == 409);
  CHECK(kit.remove("/control-roles/" + nobody).status == 409);
}

TEST_CASE("every change leaves a row in the console's log, without secrets") {
  Kit kit;
  kit.prepared.hash = "$argon2id$secret";
  kit.post("/users", R"({"name":"ada","password":"a long enough one"})");
  kit.post("/tokens", R"({"name":"t","kind":"api","scopes":{"all":"rw"}})");
  const Answered log = kit.get("/audit/console");
  CHECK(log.rows() == 2);
  CHECK(log.text.find("jct_") == std::string::npos);
  CHECK(log.text.find("argon2") == std::string::npos);
  CHECK(log.text.find("long enough") == std::string::npos);
}

TEST_CASE("plain users see their own rows of the logs, until the site says otherwise") {
  Kit kit;
  const std::string ada = kit.add("ada");
  const std::string mine = kit.add_device("1000001", ada);
  kit.add_device("1000002");
  kit.store.write([&](const Sql& sql, Touched&) {
    for (const char* id : {"1000001", "1000002"}) {
      sql.exec("INSERT INTO {p}audit_conn (guid, device_id, conn_id, started) VALUES (?1, ?2, 1, ?3)",
               {new_guid(), id, kit.store.now()});
    }
    return Unit{};
  });
  const std::string session = kit.session_of(ada);
  CHECK(kit.call(kit.ask(Method::kGet, "/audit/connections", "", session)).rows() == 1);
  CHECK(kit.get("/audit/connections").rows() == 2);
  CHECK(kit.get("/live").rows() == 2);
  CHECK(kit.get("/audit/connections?open=false").rows() == 0);
  kit.site.admins_only = true;
  CHECK(kit.call(kit.ask(Method::kGet, "/audit/connections", "", session)).status == 403);
}

TEST_CASE("an invitation is taken once") {
  Kit kit;
  const Answered made = kit.post("/invitations", R"({"email":"ada@example.org","name":"ada"})");
  REQUIRE(made.status == 201);
  const std::string link = made.at("link");
  CHECK(kit.post("/invitations", R"({"email":"ADA@example.org","name":"ada2"})").status == 409);
  kit.prepared.hash = "hash";
  const std::string body = R"({"secret":")" + link.substr(link.find('#') + 1) + R"(","password":"a long enough one"})";
  CHECK(kit.call(kit.ask(Method::kPost, "/invitations/accept", body, "")).status == 204);
  CHECK(kit.call(kit.ask(Method::kPost, "/invitations/accept", body, "")).status == 403);
  CHECK(kit.get("/users?name=ada").rows() == 1);
  CHECK(kit.get("/invitations?state=accepted").rows() == 1);
}

TEST_CASE("the first page counts") {
  Kit kit;
  kit.add_device("1000001");
  CHECK(kit.get("/overview").at("devices") == "1");
  CHECK(kit.get("/overview/history?span=month").json->getArray("points")->size() == 30);
  CHECK(kit.get("/site").at("host") == "rd.example.org");
  CHECK(kit.get("/me").at("name") == "admin");
}

}  // namespace
}  // namespace junctor::accounts::admin
