// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/test_kit.hpp"

namespace junctor::accounts::admin {
namespace {

struct PreviewKit : Kit {
  PreviewKit() {
    ada = add("ada");
    bob = add("bob");
    add_device("700000001", ada);
    group = post("/device-groups", R"({"name":"Lab"})").at("guid");
    device = add_device("700000002");
    patch("/devices/" + device, R"({"group_guid":")" + group + R"("})");
    // Members of Default reach each other: here they shall not.
    const std::string fallback = get("/user-groups?name=Default").row(0)->getValue<std::string>("guid");
    patch("/user-groups/" + fallback, R"({"members_reach_each_other":false})");
    default_group = fallback;
  }
  Answered preview(const std::string& method, const std::string& path, const std::string& body) {
    return post("/access/preview", R"({"method":")" + method + R"(","path":")" + path + R"(","body":)" + body + "}");
  }
  std::string ada, bob, group, device, default_group;
};

TEST_CASE("a preview names who would gain, and changes nothing") {
  PreviewKit kit;
  const std::string edge = R"({"subject_type":"user","subject_guid":")" + kit.ada +
                           R"(","object_type":"device_group","object_guid":")" + kit.group + R"("})";
  const Answered answer = kit.preview("POST", "/edges", edge);
  REQUIRE(answer.status == 200);
  CHECK(answer.at("gained") == "1");
  CHECK(answer.at("lost") == "0");
  const auto row = answer.json->getArray("gains")->getObject(0);
  CHECK(row->getObject("user")->getValue<std::string>("name") == "ada");
  CHECK(row->getObject("device")->getValue<std::string>("id") == "700000002");
  CHECK(row->getValue<std::string>("ground") != "");
  CHECK(kit.get("/edges").rows() == 0);

  REQUIRE(kit.post("/edges", edge).status == 201);
  const std::string guid = kit.get("/edges").row(0)->getValue<std::string>("guid");
  const Answered back = kit.preview("DELETE", "/edges/" + guid, "null");
  CHECK(back.at("lost") == "1");
  CHECK(kit.get("/edges").rows() == 1);
}

TEST_CASE("opening a group to its members shows each pair") {
  PreviewKit kit;
  const Answered answer =
      kit.preview("PATCH", "/user-groups/" + kit.default_group, R"({"members_reach_each_other":true})");
  REQUIRE(answer.status == 200);
  CHECK(answer.at("gained") == "1");  // bob reaches ada's device; the administrator did before
  CHECK(answer.json->getArray("gains")->getObject(0)->getObject("user")->getValue<std::string>("name") == "bob");
}

TEST_CASE("a preview refuses what the call itself would refuse, and calls that change no access") {
  PreviewKit kit;
  CHECK(kit.preview("POST", "/edges", R"({"subject_type":"user"})").status == 422);
  CHECK(kit.preview("DELETE", "/user-groups/" + kit.default_group, "null").status == 409);
  CHECK(kit.preview("POST", "/tokens", R"({"name":"t","kind":"api"})").reason() == "no_preview");
  CHECK(kit.preview("POST", "/nowhere", "null").reason() == "no_preview");
  CHECK(kit.preview("POST", "/access/preview", "null").reason() == "no_preview");
}

}  // namespace
}  // namespace junctor::accounts::admin
