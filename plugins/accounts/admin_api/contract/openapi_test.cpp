// SPDX-License-Identifier: Apache-2.0
#include "openapi.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <doctest/doctest.h>

#include <set>

using namespace junctor::accounts::admin;
using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

namespace {

Object::Ptr document() {
  const Contract contract;
  return Poco::JSON::Parser{}.parse(openapi(contract, "1.2.3")).extract<Object::Ptr>();
}

/// Every "$ref" below.
void references(const Var& value, std::set<std::string>& out) {
  if (value.type() == typeid(Object::Ptr)) {
    for (const auto& entry : *value.extract<Object::Ptr>()) {
      if (entry.first == "$ref") out.insert(entry.second.convert<std::string>());
      references(entry.second, out);
    }
  } else if (value.type() == typeid(Array::Ptr)) {
    for (const auto& one : *value.extract<Array::Ptr>()) references(one, out);
  }
}

}  // namespace

TEST_CASE("the document has every endpoint once, under its path and method") {
  const auto doc = document();
  CHECK(doc->getValue<std::string>("openapi") == "3.1.0");
  CHECK(doc->getObject("info")->getValue<std::string>("version") == "1.2.3");
  size_t operations = 0;
  for (const auto& path : *doc->getObject("paths")) operations += path.second.extract<Object::Ptr>()->size();
  CHECK(operations == Contract{}.endpoints().size());
}

TEST_CASE("each reference leads somewhere, and no schema is there for nothing") {
  const auto doc = document();
  std::set<std::string> used;
  references(Var{doc}, used);
  const auto components = doc->getObject("components");
  for (const std::string& one : used) {
    CAPTURE(one);
    const size_t family = std::string{"#/components/"}.size();
    const size_t slash = one.find('/', family);
    REQUIRE(slash != std::string::npos);
    CHECK(components->getObject(one.substr(family, slash - family))->has(one.substr(slash + 1)));
  }
  for (const auto& schema : *components->getObject("schemas")) {
    CAPTURE(schema.first);
    CHECK(used.count("#/components/schemas/" + schema.first) == 1);
  }
}

TEST_CASE("paths name exactly their parameters") {
  const auto doc = document();
  for (const auto& path : *doc->getObject("paths")) {
    std::set<std::string> named;
    for (size_t at = path.first.find('{'); at != std::string::npos; at = path.first.find('{', at + 1)) {
      named.insert(path.first.substr(at + 1, path.first.find('}', at) - at - 1));
    }
    for (const auto& method : *path.second.extract<Object::Ptr>()) {
      CAPTURE(path.first);
      CAPTURE(method.first);
      std::set<std::string> given;
      const auto operation = method.second.extract<Object::Ptr>();
      if (const auto parameters = operation->getArray("parameters"); !parameters.isNull()) {
        for (const auto& one : *parameters) {
          const auto parameter = one.extract<Object::Ptr>();
          if (parameter->optValue<std::string>("in", "") == "path")
            given.insert(parameter->getValue<std::string>("name"));
        }
      }
      CHECK(given == named);
    }
  }
}

TEST_CASE("what has ever been a secret is marked nowhere but where it is made") {
  const Contract contract;
  for (const Schema* schema : contract.schemas()) {
    for (const Field& field : schema->fields) {
      CAPTURE(schema->name);
      CAPTURE(field.name);
      const bool named_so = field.name == "password" || field.name == "token" || field.name == "secret";
      if (named_so && field.kind == Kind::kText) CHECK(field.has(kSecretly));
    }
  }
}
