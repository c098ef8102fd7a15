// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/test_conform.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <doctest/doctest.h>

#include "accounts/admin_api/contract/check.hpp"
#include "accounts/admin_api/contract/time_text.hpp"

namespace junctor::accounts::admin {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

bool has_word(std::string_view words, const std::string& value) {
  bool found = false;
  each_word(words, [&](std::string_view one) { found = found || one == value; });
  return found;
}

void check_object(const Contract& contract, const Schema& schema, const Object& value);

void check_value(const Contract& contract, const Field& field, const Var& value) {
  CAPTURE(field.name);
  CAPTURE(value.toString());
  switch (field.kind) {
    case Kind::kText:
      REQUIRE(value.isString());
      if (!field.words.empty()) CHECK(has_word(field.words, value.extract<std::string>()));
      break;
    case Kind::kGuid:
      REQUIRE(value.isString());
      CHECK(is_guid(value.extract<std::string>()));
      break;
    case Kind::kTime:
      REQUIRE(value.isString());
      CHECK(parse_time(value.extract<std::string>()));
      break;
    case Kind::kInteger:
      CHECK((value.isInteger() && !value.isBoolean()));
      break;
    case Kind::kBoolean:
      CHECK(value.isBoolean());
      break;
    case Kind::kObject:
      REQUIRE(value.type() == typeid(Object::Ptr));
      check_object(contract, *contract.schema(field.of), *value.extract<Object::Ptr>());
      break;
    case Kind::kMap:
      REQUIRE(value.type() == typeid(Object::Ptr));
      break;
    case Kind::kAny:
      break;
  }
}

void check_field(const Contract& contract, const Field& field, const Var& value) {
  if (value.isEmpty()) {
    CHECK((field.has(kNullable) || field.kind == Kind::kAny));
    return;
  }
  if (!field.has(kMany)) return check_value(contract, field, value);
  REQUIRE(value.type() == typeid(Array::Ptr));
  for (const Var& one : *value.extract<Array::Ptr>()) check_value(contract, field, one);
}

void check_object(const Contract& contract, const Schema& schema, const Object& value) {
  CAPTURE(schema.name);
  size_t expected = 0;
  for (const Field& field : schema.fields) {
    if (!field.has(kInAnswer)) continue;
    ++expected;
    CAPTURE(field.name);
    REQUIRE(value.has(std::string{field.name}));
    check_field(contract, field, value.get(std::string{field.name}));
  }
  CHECK(value.size() == expected);
}

}  // namespace

void conform(const Contract& contract, const Endpoint& endpoint, uint32_t status, const std::string& body) {
  CAPTURE(endpoint.id);
  if (endpoint.answer == Answer::kNothing) {
    CHECK(status == 204);
    CHECK(body.empty());
    return;
  }
  if (endpoint.answer != Answer::kObject && endpoint.answer != Answer::kList) return;
  CHECK(status == (endpoint.has(kCreates) ? 201u : 200u));
  const auto json = Poco::JSON::Parser{}.parse(body).extract<Object::Ptr>();
  const Schema& schema = *contract.schema(endpoint.schema);
  if (endpoint.answer == Answer::kObject) return check_object(contract, schema, *json);
  REQUIRE(json->has("next"));
  for (const Var& row : *json->getArray("items")) check_object(contract, schema, *row.extract<Object::Ptr>());
}

}  // namespace junctor::accounts::admin
