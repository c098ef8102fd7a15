// SPDX-License-Identifier: Apache-2.0
#include "contract.hpp"

#include <doctest/doctest.h>

#include <set>

#include "accounts/model/admin_roles.hpp"
#include "accounts/model/scopes.hpp"

using namespace junctor::accounts::admin;

TEST_CASE("every endpoint is found by its own method and path") {
  const Contract contract;
  for (const Endpoint* one : contract.endpoints()) {
    CAPTURE(one->id);
    std::string path{one->path};
    for (size_t at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}', at) - at + 1, "x");
    }
    CHECK(contract.find(one->method, path).endpoint == one);
  }
}

TEST_CASE("parameters come decoded, and a literal is preferred to a parameter") {
  const Contract contract;
  const Found tag = contract.find(Method::kDelete, "/books/b/tags/a%2Fb%20c");
  REQUIRE(tag.endpoint != nullptr);
  CHECK(tag.endpoint->id == "books.deleteTag");
  REQUIRE(tag.parameters.size() == 2);
  CHECK(tag.parameters[1].first == "tag");
  CHECK(tag.parameters[1].second == "a/b c");
  CHECK(contract.find(Method::kGet, "/books/bin").endpoint->id == "books.bin");
}

TEST_CASE("a known path with another method says which are allowed") {
  const Contract contract;
  const Found found = contract.find(Method::kPut, "/users/x");
  CHECK(found.endpoint == nullptr);
  CHECK(found.allowed == "GET, PATCH, DELETE");
}

TEST_CASE("an unknown path is unknown") {
  const Contract contract;
  for (const char* path : {"", "/", "/user", "/users/", "/users/x/y/z", "users", "/users/%zz", "//users"}) {
    CAPTURE(path);
    const Found found = contract.find(Method::kGet, path);
    CHECK(found.endpoint == nullptr);
    CHECK(found.allowed.empty());
  }
}

TEST_CASE("the table is whole: names are unique, and each endpoint says what a caller needs to know") {
  const Contract contract;
  std::set<std::string_view> ids;
  for (const Endpoint* one : contract.endpoints()) {
    CAPTURE(one->id);
    CHECK(ids.insert(one->id).second);
    CHECK_FALSE(one->help.empty());
    CHECK((one->answer == Answer::kList) == !one->sorts.empty());
    CHECK((one->door == Door::kPermission) == !one->right.empty());
    CHECK((one->body.empty() || !one->reads()));
    if (one->has(kIdempotent)) CHECK(one->method == Method::kPost);
  }
  for (const Schema* one : contract.schemas()) {
    CAPTURE(one->name);
    std::set<std::string_view> fields;
    for (const Field& field : one->fields) {
      CAPTURE(field.name);
      CHECK_FALSE(field.help.empty());
      CHECK(field.flags != 0);
      CHECK(fields.insert(field.name).second);
    }
  }
}

TEST_CASE("every permission that the table asks for is one of the model's") {
  const Contract contract;
  const auto known = [](std::string_view right) {
    return right.empty() || right == "administrator" || junctor::accounts::permission(right).has_value();
  };
  for (const Endpoint* one : contract.endpoints()) {
    CAPTURE(one->id);
    CHECK(known(one->right));
    const bool special = one->scope == kNoToken || one->scope == kAnyToken || one->scope == kAllScopes;
    CHECK((special || junctor::accounts::resource(one->scope).has_value()));
  }
  for (const Schema* one : contract.schemas()) {
    for (const Field& field : one->fields) {
      CAPTURE(field.name);
      CHECK(known(field.right));
    }
  }
}
