// SPDX-License-Identifier: Apache-2.0
// User groups, device groups and edges over the API.
#include "accounts/admin_api/test_kit.hpp"

namespace junctor::accounts::admin {
namespace {

std::string guid_of(const Answered& answer) { return answer.at("guid"); }

TEST_CASE("a user group is made, read, changed and deleted") {
  Kit kit;
  const Answered made = kit.post("/user-groups", R"({"name":"  Sales ","note":"n","networks":["10.1.2.3/8"]})");
  CHECK(made.status == 201);
  CHECK(made.at("name") == "Sales");
  CHECK(made.json->getArray("networks")->getElement<std::string>(0) == "10.0.0.0/8");
  const std::string path = "/user-groups/" + guid_of(made);
  CHECK(kit.get(path).text == made.text);
  CHECK(kit.patch(path, R"({"members_reach_each_other":false})").at("members_reach_each_other") == "false");
  CHECK(kit.remove(path).status == 204);
  CHECK(kit.get(path).status == 404);
}

TEST_CASE("names are unique, without regard to case, among what clients list together") {
  Kit kit;
  CHECK(kit.post("/user-groups", R"({"name":"Sales"})").status == 201);
  CHECK(kit.post("/user-groups", R"({"name":"SALES"})").status == 409);
  CHECK(kit.post("/device-groups", R"({"name":"sales"})").status == 409);
  CHECK(kit.post("/device-groups", R"({"name":"admin"})").status == 409);
  CHECK(kit.post("/user-groups", R"({"name":"   "})").status == 422);
}

TEST_CASE("what somebody else has changed meanwhile is not overwritten") {
  Kit kit;
  const Answered made = kit.post("/user-groups", R"({"name":"Sales"})");
  const std::string path = "/user-groups/" + guid_of(made);
  Ask change = kit.ask(Method::kPatch, path, R"({"note":"a"})", kit.admin);
  change.if_match = made.header("ETag");
  CHECK(kit.call(change).status == 200);
  CHECK(kit.call(change).reason() == "changed");
  Ask read = kit.ask(Method::kGet, path, {}, kit.admin);
  read.if_none_match = kit.get(path).header("ETag");
  CHECK(kit.call(read).status == 304);
}

TEST_CASE("the same Idempotency-Key makes one object") {
  Kit kit;
  Ask make = kit.ask(Method::kPost, "/user-groups", R"({"name":"Sales"})", kit.admin);
  make.idempotency_key = "k1";
  const Answered first = kit.call(make);
  CHECK(first.status == 201);
  CHECK(kit.call(make).text == first.text);
  make.body = R"({"name":"Other"})";
  CHECK(kit.call(make).reason() == "key_reused");
}

TEST_CASE("Default stays") {
  Kit kit;
  const std::string guid = kit.get("/user-groups?name=Default").row(0)->getValue<std::string>("guid");
  CHECK(kit.remove("/user-groups/" + guid).status == 409);
  CHECK(kit.patch("/user-groups/" + guid, R"({"name":"Other"})").status == 409);
  CHECK(kit.patch("/user-groups/" + guid, R"({"note":"n"})").status == 200);
}

TEST_CASE("lists go on behind the last row, whatever came before it") {
  Kit kit;
  for (const char* name : {"B", "D", "A", "C"}) kit.post("/device-groups", JsonObject{}.put("name", name).str());
  const Answered first = kit.get("/device-groups?limit=2&count=true");
  REQUIRE(first.rows() == 2);
  CHECK(first.row(1)->getValue<std::string>("name") == "B");
  CHECK(first.at("total") == "4");
  kit.post("/device-groups", R"({"name":"AA"})");
  const Answered second = kit.get("/device-groups?limit=2&cursor=" + first.at("next"));
  REQUIRE(second.rows() == 2);
  CHECK(second.row(0)->getValue<std::string>("name") == "C");
  CHECK(second.json->isNull("next"));
  CHECK(kit.get("/device-groups?sort=-name&limit=1").row(0)->getValue<std::string>("name") == "D");
}

TEST_CASE("a device group that is deleted opens no device to anybody") {
  Kit kit;
  const std::string group = guid_of(kit.post("/device-groups", R"({"name":"Lab"})"));
  const std::string held = kit.add_device("1000001");
  CHECK(kit.post("/device-groups/" + group + "/add", R"({"devices":[")" + held + R"("]})").at("done") == "1");
  CHECK(kit.remove("/device-groups/" + group).status == 204);
  CHECK(kit.touched.device_groups.size() == 1);
  CHECK(kit.store.read([&](const Sql& sql) { return device_by_guid(sql, held)->orphan; }));
}

TEST_CASE("an edge is one fact, with hours, found from either end") {
  Kit kit;
  const std::string user = kit.add("ada");
  const std::string group = guid_of(kit.post("/device-groups", R"({"name":"Lab"})"));
  const std::string body =
      R"({"subject_type":"user","subject_guid":")" + user + R"(","object_type":"device_group","object_guid":")" +
      group + R"(","hours":[{"day":"mon","from":"08:00","until":"18:00"}],"until":"2030-01-01T00:00:00Z"})";
  const Answered made = kit.post("/edges", body);
  REQUIRE(made.status == 201);
  CHECK(kit.post("/edges", body).status == 409);
  CHECK(kit.touched.edges == false);
  CHECK(kit.get("/edges?subject=" + user).rows() == 1);
  CHECK(kit.get("/edges?object_type=device").rows() == 0);
  const std::string path = "/edges/" + made.at("guid");
  CHECK(kit.patch(path, R"({"hours":[{"day":"mon","from":"25:00","until":"26:00"}]})").status == 422);
  CHECK(kit.patch(path, R"({"until":null})").json->isNull("until"));
  CHECK(kit.remove(path).status == 204);
  CHECK(kit.touched.edges);
}

TEST_CASE("a share that is taken away leaves an orphan") {
  Kit kit;
  const std::string user = kit.add("ada");
  const std::string device = kit.add_device("1000001");
  const Answered made = kit.post("/edges", R"({"subject_type":"user","subject_guid":")" + user +
                                               R"(","object_type":"device","object_guid":")" + device + R"("})");
  CHECK(kit.remove("/edges/" + made.at("guid")).status == 204);
  CHECK(kit.store.read([&](const Sql& sql) { return device_by_guid(sql, device)->orphan; }));
}

}  // namespace
}  // namespace junctor::accounts::admin
