// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

#include <doctest/doctest.h>

using namespace junctor::accounts::admin;

namespace {

const Endpoint& call(const Contract& contract, std::string_view id) {
  for (const Endpoint* one : contract.endpoints()) {
    if (one->id == id) return *one;
  }
  throw std::logic_error("no endpoint " + std::string{id});
}

Problem problem_of(std::string_view id, std::string_view body) {
  const Contract contract;
  try {
    checked_body(contract, call(contract, id), body);
  } catch (const Refused& refused) {
    return refused.problem;
  }
  return {200, "", "", {}};
}

Problem query_problem(std::string_view id, std::string_view text) {
  const Contract contract;
  try {
    check_query(call(contract, id), parse_query(text).value());
  } catch (const Refused& refused) {
    return refused.problem;
  }
  return {200, "", "", {}};
}

constexpr const char* kGuid = "0f8fad5b-d9cb-469f-a165-70867728950e";

}  // namespace

TEST_CASE("a body that fits is taken") {
  CHECK(problem_of("users.create", R"({"name":"ada"})").status == 200);
  CHECK(problem_of("users.create", R"({"name":"ada","email":null,"is_admin":false,"extra_group_guids":[]})").status ==
        200);
  CHECK(problem_of("tokens.create", R"({"name":"t","kind":"api","scopes":{"devices":"rw"},"networks":["10.0.0.0/8"]})")
            .status == 200);
}

TEST_CASE("what is no JSON object is 400") {
  for (const char* body : {"", "[]", "null", "3", "{", R"({"name":"a)", "{\"name\":\"\xff\"}", R"({"name":"a"} x)"}) {
    CAPTURE(body);
    CHECK(problem_of("users.create", body).status == 400);
  }
  CHECK(problem_of("users.create", std::string(1000, '[')).status == 400);
}

TEST_CASE("every fault of a body is told, with its place") {
  const Problem problem = problem_of("users.create", R"({"email":3,"nam":"x","extra_group_guids":["x"]})");
  CHECK(problem.status == 422);
  REQUIRE(problem.errors.size() == 4);
  CHECK(problem.errors[0].field == "/email");
  CHECK(problem.errors[1].field == "/extra_group_guids/0");
  CHECK(problem.errors[2].field == "/nam");
  CHECK(problem.errors[3].field == "/name");
  CHECK(problem.errors[3].detail == "is missing");
}

TEST_CASE("values out of bounds are faults") {
  for (const char* body :
       {R"({"name":""})", R"({"name":null})", R"({"name":"a","is_admin":1})", R"({"name":"a","group_guid":"G"})",
        R"({"name":"a","enabled":null})", R"({"name":"a\u0000"})", R"({"name":["a"]})",
        R"({"name":"a","password":"x"})", R"({"name":"a","guid":"0f8fad5b-d9cb-469f-a165-70867728950e"})"}) {
    CAPTURE(body);
    CHECK(problem_of("users.create", body).status >= 400);
  }
  CHECK(problem_of("tokens.create", R"({"name":"t","kind":"api","scopes":{"devices":"w"}})").status == 422);
  CHECK(problem_of("tokens.create", R"({"name":"t","kind":"api","scopes":{"cars":"r"}})").status == 422);
  CHECK(problem_of("books.addTag", R"({"name":"t","colour":4294967296})").status == 422);
  CHECK(problem_of("books.addTag", R"({"name":"t","colour":1.5})").status == 422);
  CHECK(problem_of("books.addTag", R"({"name":"t","colour":18446744073709551616})").status == 422);
  CHECK(problem_of("books.addTag", R"({"name":"t","colour":4294967295})").status == 200);
}

TEST_CASE("objects inside are checked as deep as they go") {
  const std::string guid{kGuid};
  CHECK(problem_of("devices.bulk", R"({"action":"set","devices":[")" + guid + R"("],"set":{"note":"n"}})").status ==
        200);
  const Problem problem =
      problem_of("devices.bulk", R"({"action":"set","devices":[")" + guid + R"("],"set":{"note":3}})");
  REQUIRE(problem.errors.size() == 1);
  CHECK(problem.errors[0].field == "/set/note");
}

TEST_CASE("length counts characters, not bytes") {
  std::string name;
  for (int at = 0; at < 64; ++at) name += "\xc3\xa9";
  CHECK(problem_of("users.create", R"({"name":")" + name + R"("})").status == 200);
  CHECK(problem_of("users.create", R"({"name":")" + name + R"(x"})").status == 422);
  CHECK_FALSE(characters("\xed\xa0\x80"));
  CHECK_FALSE(characters("\xc0\x80"));
  CHECK(characters("\xf0\x9f\x98\x80") == 1);
}

TEST_CASE("a query is checked like a body") {
  CHECK(query_problem("users.list", "").status == 200);
  CHECK(query_problem("users.list", "name=a%20b&limit=10&sort=-name&count=true&status=normal").status == 200);
  for (const char* text : {"limit=0", "limit=1001", "limit=x", "sort=colour", "status=odd", "name=a&name=b", "colour=1",
                           "group=x", "count=1", "name="}) {
    CAPTURE(text);
    CHECK(query_problem("users.list", text).status == 422);
  }
  CHECK(query_problem("books.entries", "tag=a&tag=b").status == 200);
  CHECK(query_problem("audit.exportConnections", "format=jsonl&from=2026-01-31T10:20:30Z").status == 200);
  CHECK(query_problem("audit.exportConnections", "format=xml").status == 422);
  CHECK_FALSE(parse_query("a=%4"));
}

TEST_CASE("each given field asks for its own permission") {
  const Contract contract;
  const Endpoint& update = call(contract, "users.update");
  const auto body = checked_body(contract, update, R"({"email":"a@b.example","note":"n","display_name":"d"})");
  CHECK(rights_of(contract, update, *body) == std::vector<std::string_view>{"users:edit_email", "users:edit_note"});
  const Endpoint& bulk = call(contract, "devices.bulk");
  const auto set = checked_body(contract, bulk, R"({"action":"set","devices":[],"set":{"owner_guid":null}})");
  CHECK(rights_of(contract, bulk, *set) == std::vector<std::string_view>{"devices:assign_user"});
}
