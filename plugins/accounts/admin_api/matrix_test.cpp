// SPDX-License-Identifier: Apache-2.0
// Every endpoint, called as everybody: the door of the table is the door of the server.
#include "accounts/admin_api/test_kit.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr const char* kNobodysGuid = "00000000-0000-4000-8000-000000000000";

std::string concrete(std::string_view path) {
  std::string out{path};
  for (size_t at = out.find('{'); at != std::string::npos; at = out.find('{')) {
    const size_t end = out.find('}', at);
    const std::string name = out.substr(at + 1, end - at - 1);
    out.replace(at, end - at + 1, is_text_parameter(name) ? "x" : kNobodysGuid);
  }
  return out;
}

/// A body that fits: what is needed, and nothing else.
std::string smallest_body(const Contract& contract, const Endpoint& endpoint) {
  if (endpoint.body.empty()) return {};
  JsonObject out;
  for (const Field& field : contract.schema(endpoint.body)->fields) {
    if (endpoint.use != Use::kNew || !field.has(kInNew) || !field.has(kNeeded)) continue;
    std::string value = "{}";
    if (field.kind == Kind::kGuid) value = http::json_string(kNobodysGuid);
    if (field.kind == Kind::kInteger) value = "1";
    if (field.kind == Kind::kBoolean) value = "true";
    if (field.kind == Kind::kText) {
      value =
          http::json_string(field.words.empty() ? std::string(std::max<size_t>(1, static_cast<size_t>(field.low)), '1')
                                                : std::string{field.words.substr(0, field.words.find('|'))});
    }
    out.raw(field.name, field.has(kMany) ? "[]" : value);
  }
  return out.str();
}

class Matrix {
 public:
  Matrix() {
    plain = kit.session_of(kit.add("plain"));
    const std::string helper_guid = kit.add("helper");
    const Answered role =
        kit.post("/admin-roles", R"({"name":"helpers","type":"global","permissions":["users:view","devices:view"]})");
    kit.post("/admin-roles/" + role.at("guid") + "/assign", R"({"users":[")" + helper_guid + R"("]})");
    helper = kit.session_of(helper_guid);
  }

  Answered as(const Endpoint& endpoint, const std::string& session) {
    return kit.call(kit.ask(endpoint.method, concrete(endpoint.path), smallest_body(kit.contract, endpoint), session));
  }

  Kit kit;
  std::string plain, helper;
};

/// Those that end the session that asks, or are not the engine's.
bool left_out(const Kit& kit, const Endpoint& endpoint) {
  return endpoint.door == Door::kOpen || endpoint.answer == Answer::kStream || endpoint.id == "login.logout" ||
         endpoint.id == "me.enrol" || endpoint.id == "me.confirmEnrolment" || !kit.engine.answers(endpoint);
}

TEST_CASE("nobody gets nothing") {
  Matrix matrix;
  for (const Endpoint* one : matrix.kit.contract.endpoints()) {
    if (left_out(matrix.kit, *one)) continue;
    CAPTURE(one->id);
    CHECK(matrix.as(*one, "").status == 401);
    CHECK(matrix.as(*one, "no such session").status == 401);
  }
}

TEST_CASE("plain users stand before every door that asks for a permission") {
  Matrix matrix;
  for (const Endpoint* one : matrix.kit.contract.endpoints()) {
    if (left_out(matrix.kit, *one)) continue;
    CAPTURE(one->id);
    const bool closed = one->door == Door::kPermission || one->door == Door::kAdmin;
    const Answered answer = matrix.as(*one, matrix.plain);
    if (closed) CHECK(answer.status == 403);
    if (!closed && one->reads()) CHECK(answer.status != 401);
  }
}

TEST_CASE("who may look may not touch") {
  Matrix matrix;
  for (const Endpoint* one : matrix.kit.contract.endpoints()) {
    if (left_out(matrix.kit, *one) || one->door == Door::kSignedIn) continue;
    CAPTURE(one->id);
    const bool view = one->right == "users:view" || one->right == "devices:view";
    const Answered answer = matrix.as(*one, matrix.helper);
    if (!view) CHECK(answer.status == 403);
    if (view && one->reads()) CHECK(answer.status != 403);
  }
}

TEST_CASE("administrators pass every door") {
  Matrix matrix;
  for (const Endpoint* one : matrix.kit.contract.endpoints()) {
    if (left_out(matrix.kit, *one) || one->id.substr(0, 3) == "me.") continue;
    CAPTURE(one->id);
    const Answered answer = matrix.as(*one, matrix.kit.admin);
    CHECK(answer.status != 401);
    CHECK(answer.status != 403);
  }
}

TEST_CASE("a session without its CSRF token changes nothing") {
  Matrix matrix;
  Ask ask = matrix.kit.ask(Method::kPost, "/user-groups", R"({"name":"Sales"})", matrix.kit.admin);
  ask.csrf = "another";
  CHECK(matrix.kit.call(ask).reason() == "csrf");
  CHECK(matrix.kit.get("/user-groups?name=Sales").rows() == 0);
}

TEST_CASE("an API token does what its scopes say, and never makes tokens") {
  Matrix matrix;
  Kit& kit = matrix.kit;
  const std::string body = R"({"name":"t","kind":"api","scopes":{"devices":"rw","users":"r"}})";
  const std::string token = kit.post("/tokens", body).at("token");
  CHECK(token.substr(0, 4) == "jct_");
  const auto call = [&](Method method, const std::string& target, const std::string& text) {
    Ask ask = kit.ask(method, target, text, "");
    ask.bearer = token;
    return kit.call(ask);
  };
  CHECK(call(Method::kGet, "/devices", "").status == 200);
  CHECK(call(Method::kGet, "/users", "").status == 200);
  CHECK(call(Method::kPost, "/users", R"({"name":"x"})").reason() == "scope");
  CHECK(call(Method::kGet, "/strategies", "").reason() == "scope");
  CHECK(call(Method::kPost, "/tokens", R"({"name":"u","kind":"api"})").reason() == "session_only");
  const std::string guid = kit.get("/tokens").row(0)->getValue<std::string>("guid");
  CHECK(kit.remove("/tokens/" + guid).status == 204);
  CHECK(call(Method::kGet, "/devices", "").status == 401);
}

TEST_CASE("a proof that is too old is asked for anew") {
  Matrix matrix;
  Kit& kit = matrix.kit;
  kit.store.write([&](const Sql& sql, Touched&) {
    sql.exec("UPDATE {p}sessions SET factor_at = ?1", {kit.store.now() - kProofSeconds - 1});
    return Unit{};
  });
  CHECK(kit.post("/tokens", R"({"name":"t","kind":"api"})").reason() == "proof_required");
  kit.prepared.verified = true;
  CHECK(kit.post("/me/confirm", R"({"password":"whatever"})").status == 204);
  CHECK(kit.post("/tokens", R"({"name":"t","kind":"api"})").status == 201);
}

TEST_CASE("a delegated administrator cannot climb") {
  Matrix matrix;
  Kit& kit = matrix.kit;
  const std::string helper = kit.add("climber");
  const Answered role = kit.post(
      "/admin-roles", R"({"name":"passwords","type":"global","permissions":["users:edit_password","users:enable"]})");
  kit.post("/admin-roles/" + role.at("guid") + "/assign", R"({"users":[")" + helper + R"("]})");
  const std::string session = kit.session_of(helper);
  kit.prepared.hash = "hash";
  const auto as = [&](Method method, const std::string& target, const std::string& body) {
    return kit.call(kit.ask(method, target, body, session)).status;
  };
  const std::string admin_guid = kit.get("/users?name=admin").row(0)->getValue<std::string>("guid");
  const std::string plain_guid = kit.get("/users?name=plain").row(0)->getValue<std::string>("guid");
  CHECK(as(Method::kPost, "/users/" + admin_guid + "/password", R"({"password":"0123456789a"})") == 403);
  CHECK(as(Method::kPost, "/users/" + plain_guid + "/password", R"({"password":"0123456789a"})") == 204);
  CHECK(as(Method::kPatch, "/users/" + helper, R"({"is_admin":true})") == 403);
  CHECK(as(Method::kPatch, "/users/" + plain_guid, R"({"email":"a@b.example"})") == 403);
  CHECK(as(Method::kPatch, "/users/" + plain_guid, R"({"enabled":false})") == 200);
  CHECK(as(Method::kPatch, "/users/" + admin_guid, R"({"enabled":false})") == 403);
}

}  // namespace
}  // namespace junctor::accounts::admin
