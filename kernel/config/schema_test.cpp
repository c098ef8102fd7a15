// SPDX-License-Identifier: Apache-2.0
// Tests of the check of a plugin's own declarations.
#include "config/schema.hpp"

#include <doctest/doctest.h>

#include "config/kernel_options.hpp"
#include "config/listener.hpp"
#include "config/test_schemas.hpp"

using namespace junctor::config;

namespace {

std::string complaints(Option made, std::vector<std::string> needs = {}) {
  Schema schema;
  schema.name = "bad";
  schema.options = {std::move(made)};
  schema.needs = std::move(needs);
  std::string out;
  for (const std::string& text : validate_schema(schema)) out += text + "\n";
  return out;
}

}  // namespace

TEST_CASE("the kernel's own declarations and those of the tests are sound") {
  CHECK(validate_schema(kernel_schema()).empty());
  for (const Schema& schema : {testing::relay_schema(), testing::auth_schema(), testing::punch_schema()}) {
    CHECK(validate_schema(schema).empty());
  }
  Schema listener;
  listener.name = "listener";
  listener.options = listener_fields();
  CHECK(validate_schema(listener).empty());
}

TEST_CASE("a wrong name is refused") {
  CHECK(complaints(option("Bad-Name", Type::kInt, "help")) ==
        "option \"Bad-Name\": malformed name, expected lower-case letters, digits and underscores\n");
  CHECK(complaints(option("", Type::kInt, "help")) != "");
  CHECK(complaints(option("plugin", Type::kString, "help")) == "option \"plugin\": this key belongs to the kernel\n");
  CHECK(complaints(option("auth", Type::kString, "help"), {"?auth/1"}) ==
        "option \"auth\": this key names the provider of the service \"?auth/1\"\n");
  Schema twice = testing::auth_schema();
  twice.options.push_back(twice.options[0]);
  CHECK(validate_schema(twice) == std::vector<std::string>{"option \"mode\": declared twice"});
  twice = testing::auth_schema();
  twice.name = "../evil";
  CHECK(validate_schema(twice) == std::vector<std::string>{"malformed plugin name \"../evil\""});
}

TEST_CASE("a wrong type, or one without what it needs, is refused") {
  CHECK(complaints(option("x", static_cast<Type>(99), "help")) == "option \"x\": unknown type 99\n");
  CHECK(complaints(option("x", static_cast<Type>(-1), "help")) == "option \"x\": unknown type -1\n");
  CHECK(complaints(option("x", Type::kInt, "")) == "option \"x\": no help text\n");
  CHECK(complaints(option("x", Type::kChoice, "help")) == "option \"x\": a choice without choices\n");
  CHECK(complaints(option("x", Type::kRecords, "help")) == "option \"x\": records without fields\n");
  Option secret = option("x", Type::kInt, "help");
  secret.secret = true;
  CHECK(complaints(secret) == "option \"x\": a secret is a single string\n");
  CHECK(complaints(required(with_default(option("x", Type::kInt, "help"), "1"))) ==
        "option \"x\": required, and yet it has a default\n");
  Option nested = option("x", Type::kRecords, "help");
  nested.fields = {nested};
  nested.fields[0].fields = {option("y", Type::kInt, "help")};
  CHECK(complaints(nested) == "option \"x.x\": records inside records\n");
  Option fields = option("x", Type::kInt, "help");
  fields.fields = {option("y", Type::kInt, "help")};
  CHECK(complaints(fields) == "option \"x\": fields, but the type is integer\n");
}

TEST_CASE("a default that is no value of its type is refused") {
  CHECK(
      complaints(with_default(option("x", Type::kDuration, "help"), "soon")).rfind("option \"x\": bad default: ", 0) ==
      0);
  CHECK(complaints(bounded(option("x", Type::kInt, "help"), "9", 1, 3)).find("out of range") != std::string::npos);
  CHECK(complaints(with_default(option("x", Type::kBool, "help"), "yes")) != "");
  CHECK(complaints(one_choice(option("x", Type::kChoice, "help"), {"a", "b"}, "c")) != "");
  CHECK(complaints(with_default(option("x", Type::kAddress, "help"), "nowhere")) != "");
  Option list = with_default(option("x", Type::kNetwork, "help"), "10.0.0.0/8, ::1");
  list.list = true;
  CHECK(complaints(list) == "");
  list.default_text = "10.0.0.0/8,oops";
  CHECK(complaints(list) != "");
}

TEST_CASE("the name of a service has neither its mark nor its revision") {
  CHECK(service_name("?auth/1") == "auth");
  CHECK(service_name("~*auth/1") == "auth");
  CHECK(service_name("storage/12") == "storage");
  CHECK(service_name("") == "");
}
