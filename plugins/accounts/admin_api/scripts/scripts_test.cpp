// SPDX-License-Identifier: Apache-2.0
// What the official scripts send, as http-api.md 8 has it, and what they can read of the answers.
#include "accounts/admin_api/scripts/script_desk.hpp"

#include "accounts/admin_api/test_kit.hpp"

namespace junctor::accounts::admin {
namespace {

class Scripts {
 public:
  Scripts() { token = kit.post("/tokens", R"({"name":"scripts","kind":"api","scopes":{"all":"rw"}})").at("token"); }

  /// "GET /users?name=x". Fails the test where there is no such call.
  Answered call(Method method, const std::string& target, const std::string& body = {}) {
    const size_t question = target.find('?');
    const std::string path = target.substr(0, question);
    std::vector<std::pair<std::string_view, std::string>> parameters;
    const Script* script = find(method, path, &parameters);
    REQUIRE(script != nullptr);
    Ask ask;
    ask.method = method;
    ask.query = question == std::string::npos ? "" : target.substr(question + 1);
    ask.body = body;
    ask.bearer = token;
    ask.address = "192.0.2.7";
    Answered out;
    Problem problem;
    try {
      const Reply reply = kit.store.write([&](const Sql& sql, Touched& touched) {
        try {
          return desk.run(sql, touched, *script, ask, parameters, kit.prepared, kit.store.now()).reply;
        } catch (const Refused& refused) {
          problem = refused.problem;
          throw accounts::Refused{refused.problem.detail};
        } catch (const accounts::Refused& refused) {
          problem = {409, "refused", refused.what(), {}};
          throw;
        }
      });
      out = {reply.status, reply.body, {}, {}};
    } catch (const accounts::Refused& refused) {
      REQUIRE(problem.status != 500);
      out = {problem.status, JsonObject{}.put("error", refused.what()).str(), {}, {}};
    }
    if (!out.text.empty() && out.text.front() == '{') {
      out.json = Poco::JSON::Parser{}.parse(out.text).extract<Poco::JSON::Object::Ptr>();
    }
    return out;
  }
  std::string guid_of(const std::string& list, const std::string& filter) {
    return call(Method::kGet, list + "?" + filter).json->getArray("data")->getObject(0)->getValue<std::string>("guid");
  }
  size_t rows(const std::string& target) {
    const auto json = call(Method::kGet, target).json;
    REQUIRE(json->has("total"));
    return json->getArray("data")->size();
  }

  Kit kit;
  ScriptDesk desk{{kit.store.store(), kit.contract, kit.engine, kit.site, passwords(), nullptr}};
  std::string token;

 private:
  static const Passwords& passwords() {
    static const Passwords cheap{{10, 256, 1 << 20, 1}};
    return cheap;
  }
  const Script* find(Method method, const std::string& path,
                     std::vector<std::pair<std::string_view, std::string>>* parameters) const {
    const Script* with_guid = nullptr;
    for (const Script& one : desk.scripts()) {
      if (one.method != method) continue;
      if (one.pattern == path) return &one;
      const size_t open = one.pattern.find("{guid}");
      if (open == std::string_view::npos || path.size() < open + 36) continue;
      const std::string_view tail = one.pattern.substr(open + 6);
      if (path.substr(0, open) != one.pattern.substr(0, open) || path.substr(open + 36) != tail) continue;
      with_guid = &one;
      *parameters = {{"guid", path.substr(open, 36)}};
    }
    return with_guid;
  }
};

TEST_CASE("users.py: make, find, disable, delete") {
  Scripts scripts;
  scripts.kit.prepared.hash = "hash";
  CHECK(scripts.call(Method::kPost, "/users", R"({"name":"ada","password":"a long enough one","group_name":"Default"})")
            .status == 200);
  CHECK(scripts.rows("/users?name=%25AD%25&pageSize=30&current=1") == 2);
  CHECK(scripts.rows("/users?name=ad") == 0);
  CHECK(scripts.rows("/users?group_name=default") == 2);
  const std::string guid = scripts.guid_of("/users", "name=ada&pageSize=50");
  const std::string guids = R"({"user_guids":[")" + guid + R"("])";
  CHECK(scripts.call(Method::kPut, "/users/tfa/totp/enforce", guids + R"(,"enforce":true,"url":""})").text.empty());
  CHECK(scripts.call(Method::kPut, "/users/disable_login_verification", guids + R"(,"type":"2fa"})").status == 200);
  CHECK(scripts.call(Method::kPost, "/users/force-logout", guids + "}").status == 200);
  CHECK(scripts.call(Method::kPost, "/users/invite", R"({"email":"b@example.org","name":"b","group_name":"Default"})")
            .text.find("error") != std::string::npos);
  CHECK(scripts.call(Method::kDelete, "/users/" + guid).text.find("error") != std::string::npos);
  CHECK(scripts.call(Method::kPost, "/users/" + guid + "/disable").text.empty());
  CHECK(scripts.call(Method::kDelete, "/users/" + guid).text.empty());
}

TEST_CASE("user-groups.py and device-groups.py: an edge is edited from either side") {
  Scripts scripts;
  const std::string device = scripts.kit.add_device("1000001");
  CHECK(scripts.call(Method::kPost, "/user-groups", R"({"name":"Sales","note":"n"})").status == 200);
  CHECK(scripts
            .call(Method::kPost, "/device-groups",
                  R"({"name":"Lab","allowed_incomings":[{"type":0,"name":"Sales"},{"type":2,"name":"admin"}]})")
            .status == 200);
  const std::string sales = scripts.guid_of("/user-groups", "name=Sales");
  const std::string lab = scripts.guid_of("/device-groups", "name=Lab");
  CHECK(scripts.call(Method::kGet, "/user-groups?name=Sales")
            .text.find(R"("allowed_outgoings":[{"type":1,"name":"Lab"}])") != std::string::npos);
  CHECK(scripts.call(Method::kPatch, "/user-groups/" + sales, R"({"allowed_outgoings":[]})").text.empty());
  CHECK(scripts.call(Method::kGet, "/device-groups?name=Lab")
            .text.find(R"("allowed_incomings":[{"type":2,"name":"admin"}])") != std::string::npos);
  CHECK(scripts.call(Method::kPost, "/device-groups/" + lab, R"(["1000001"])").text.empty());
  CHECK(scripts.rows("/devices?device_group_name=Lab") == 1);
  CHECK(scripts.call(Method::kDelete, "/device-groups/" + lab + "/devices", R"(["1000001"])").text.empty());
  CHECK(scripts.rows("/devices?device_group_name=-") == 1);
  CHECK(scripts.call(Method::kDelete, "/device-groups/" + lab).text.empty());
  CHECK(scripts.call(Method::kDelete, "/user-groups/" + sales).text.empty());
}

TEST_CASE("devices.py: last_online is always a text without zone") {
  Scripts scripts;
  const std::string guid = scripts.kit.add_device("1000001");
  const auto row = scripts.call(Method::kGet, "/devices?id=%25000%25").json->getArray("data")->getObject(0);
  CHECK(row->getValue<std::string>("last_online") == "1970-01-01T00:00:00.000");
  CHECK(scripts.call(Method::kPost, "/devices/" + guid + "/assign", R"({"type":"user_name","value":"admin"})")
            .text.empty());
  CHECK(scripts.rows("/devices?user_name=admin") == 1);
  CHECK(scripts.call(Method::kPost, "/devices/" + guid + "/assign", R"({"type":"user_name","value":"nobody"})")
            .text.find("error") != std::string::npos);
  CHECK(scripts.call(Method::kPost, "/devices/" + guid + "/assign", R"({"type":"device_name","value":"desk"})")
            .text.empty());
  CHECK(scripts.rows("/devices?device_name=desk") == 1);
  CHECK(scripts.call(Method::kPost, "/devices/" + guid + "/disable").text.empty());
  CHECK(scripts.call(Method::kDelete, "/devices/" + guid).text.empty());
}

TEST_CASE("devices.py: assign ab puts the device into a shared book, with tag, alias and a note with commas") {
  Scripts scripts;
  const std::string guid = scripts.kit.add_device("1000001");
  const std::string book = scripts.kit.post("/books", R"({"name":"Sites"})").at("guid");
  const std::string assign = "/devices/" + guid + "/assign";
  CHECK(scripts.call(Method::kPost, assign, R"({"type":"ab","value":"Sites,lab,Front,secret-word,first, second"})")
            .text.empty());
  CHECK(scripts.call(Method::kPost, assign, R"({"type":"ab","value":"Sites,desk"})").text.empty());
  const auto entry = scripts.kit.get("/books/" + book + "/entries").row(0);
  CHECK(entry->getValue<std::string>("id") == "1000001");
  CHECK(entry->getValue<std::string>("alias") == "Front");
  CHECK(entry->getValue<std::string>("note") == "first, second");
  CHECK(entry->getValue<bool>("password_set"));
  CHECK(entry->getArray("tags")->size() == 2);
  CHECK(scripts.call(Method::kPost, assign, R"({"type":"ab","value":"Nowhere"})").text.find("error") !=
        std::string::npos);
}

TEST_CASE("strategies.py: a bare array, a bare word") {
  Scripts scripts;
  CHECK(
      scripts.call(Method::kPost, "/strategies", R"({"name":"Strict","config_options":{"enable-audio":"N"}})").status ==
      200);
  CHECK(scripts.call(Method::kPost, "/strategies", R"({"name":"Odd","config_options":{"enable-audio":true}})").status ==
        422);
  const std::string all = scripts.call(Method::kGet, "/strategies").text;
  CHECK(all.front() == '[');
  const size_t at = all.find("Strict");
  const std::string guid = all.substr(all.rfind("\"guid\":\"", at) + 8, 36);
  CHECK(scripts.call(Method::kPut, "/strategies/" + guid + "/status", "true").text.empty());
  CHECK(scripts.call(Method::kGet, "/strategies/" + guid).at("enabled") == "true");
  const std::string device = scripts.kit.add_device("1000001");
  CHECK(
      scripts
          .call(Method::kPost, "/strategies/assign", R"({"strategy":")" + guid + R"(","peers":[")" + device + R"("]})")
          .text.empty());
  CHECK(scripts.call(Method::kGet, "/devices").text.find(R"("strategy_name":"Strict")") != std::string::npos);
  CHECK(scripts.call(Method::kPost, "/strategies/assign", R"({"peers":[")" + device + R"("]})").text.empty());
}

TEST_CASE("audits.py: numbers for times, no kind where none was told") {
  Scripts scripts;
  scripts.kit.store.write([&](const Sql& sql, Touched&) {
    sql.exec("INSERT INTO {p}audit_conn (guid, device_id, conn_id, started) VALUES (?1, '1000001', 1, 1700000000)",
             {new_guid()});
    return Unit{};
  });
  const auto row =
      scripts.call(Method::kGet, "/audits/conn?pageSize=10&current=1").json->getArray("data")->getObject(0);
  CHECK(row->getValue<int64_t>("created_at") == 1'700'000'000);
  CHECK_FALSE(row->has("conn_type"));
  CHECK_FALSE(row->has("end_time"));
  CHECK(scripts.rows("/audits/conn?created_at=2023-11-14+22:13:20.000") == 1);
  CHECK(scripts.rows("/audits/conn?created_at=2023-11-14+22:13:21.000") == 0);
  CHECK(scripts.rows("/audits/conn?remote=%25000%25") == 1);
  CHECK(scripts.rows("/audits/console?operator=%25adm%25") > 0);
}

TEST_CASE("scopes and rights hold for scripts as for everybody") {
  Scripts scripts;
  scripts.token = scripts.kit.post("/tokens", R"({"name":"reader","kind":"api","scopes":{"users":"r"}})").at("token");
  CHECK(scripts.call(Method::kGet, "/users").status == 200);
  CHECK(scripts.call(Method::kPost, "/users", R"({"name":"x"})").status == 403);
  CHECK(scripts.call(Method::kGet, "/devices").status == 403);
  scripts.token = "unknown";
  CHECK(scripts.call(Method::kGet, "/users").status == 401);
  const std::string ada = scripts.kit.add("ada");
  scripts.kit.add_device("1000001", ada);
  scripts.kit.add_device("1000002");
  scripts.token = scripts.kit.session_of(ada);
  CHECK(scripts.call(Method::kGet, "/users").status == 403);
  CHECK(scripts.rows("/devices") == 1);
}

}  // namespace
}  // namespace junctor::accounts::admin
