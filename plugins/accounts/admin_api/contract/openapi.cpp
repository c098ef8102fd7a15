// SPDX-License-Identifier: Apache-2.0
#include "openapi.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

#include "patterns.hpp"

namespace junctor::accounts::admin {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

Object::Ptr object() { return new Object(Poco::JSON_PRESERVE_KEY_ORDER); }
Array::Ptr array() { return new Array; }
std::string str(std::string_view text) { return std::string{text}; }

Object::Ptr pair(const std::string& key, const Poco::Dynamic::Var& value) {
  auto made = object();
  made->set(key, value);
  return made;
}

Object::Ptr reference(const std::string& family, const std::string& name) {
  return pair("$ref", "#/components/" + family + "/" + name);
}

Array::Ptr words_of(std::string_view words) {
  auto made = array();
  each_word(words, [&](std::string_view one) { made->add(str(one)); });
  return made;
}

void describe_text(const Field& field, Object& out) {
  out.set("type", "string");
  if (!field.words.empty()) {
    out.set("enum", words_of(field.words));
    return;
  }
  if (field.low > 0) out.set("minLength", field.low);
  out.set("maxLength", field.high > 0 ? field.high : kMostText);
  out.set("pattern", kTextPattern);
}

Object::Ptr map_value(const Field& field) {
  auto made = object();
  if (field.of == "*") return made;
  made->set("type", "string");
  if (field.of.empty()) {
    made->set("maxLength", kMostText);
    made->set("pattern", kTextPattern);
  } else {
    made->set("enum", words_of(field.of));
  }
  return made;
}

void describe_map(const Field& field, Object& out) {
  out.set("type", "object");
  out.set("maxProperties", kMostItems);
  if (field.words.empty()) {
    out.set("additionalProperties", map_value(field));
    return;
  }
  auto keys = object();
  each_word(field.words, [&](std::string_view key) { keys->set(str(key), map_value(field)); });
  out.set("properties", keys);
  out.set("additionalProperties", false);
}

/// One value of the field, whatever its number.
Object::Ptr one_value(const Contract& contract, const Field& field, Use use) {
  auto made = object();
  switch (field.kind) {
    case Kind::kText:
      describe_text(field, *made);
      break;
    case Kind::kInteger:
      made->set("type", "integer");
      made->set("format", "int64");
      if (field.low != 0 || field.high != 0) {
        made->set("minimum", field.low);
        if (field.high > field.low) made->set("maximum", field.high);
      }
      break;
    case Kind::kBoolean:
      made->set("type", "boolean");
      break;
    case Kind::kGuid:
      made->set("type", "string");
      made->set("format", "uuid");
      made->set("pattern", kGuidPattern);
      break;
    case Kind::kTime:
      made->set("type", "string");
      made->set("format", "date-time");
      break;
    case Kind::kObject: {
      const Schema& inside = *contract.schema(field.of);
      return reference("schemas", component_name(inside, use_inside(inside, use)));
    }
    case Kind::kMap:
      describe_map(field, *made);
      break;
    case Kind::kAny:
      break;
  }
  return made;
}

Object::Ptr nullable(const Object::Ptr& value) {
  auto choices = array();
  choices->add(value);
  choices->add(pair("type", "null"));
  return pair("anyOf", choices);
}

Object::Ptr field_schema(const Contract& contract, const Field& field, Use use) {
  Object::Ptr made = one_value(contract, field, use);
  if (field.has(kMany)) {
    auto many = pair("type", "array");
    many->set("items", made);
    if (use != Use::kAnswer) many->set("maxItems", field.most == 0 ? kMostItems : field.most);
    made = many;
  }
  if (field.has(kNullable)) made = nullable(made);
  made->set("description", str(field.help));
  if (use != Use::kAnswer && !field.right.empty()) made->set("x-permission", str(field.right));
  return made;
}

Object::Ptr schema_of(const Contract& contract, const Schema& schema, Use use) {
  auto made = pair("type", "object");
  made->set("description", str(schema.help));
  auto properties = object();
  auto required = array();
  for (const Field& field : schema.fields) {
    if (!field.has(flag_of(use))) continue;
    properties->set(str(field.name), field_schema(contract, field, use));
    if (use == Use::kAnswer || (use == Use::kNew && field.has(kNeeded))) required->add(str(field.name));
  }
  made->set("properties", properties);
  if (required->size() > 0) made->set("required", required);
  made->set("additionalProperties", false);
  return made;
}

Object::Ptr problem_schema() {
  auto text = [](const char* help) {
    auto made = pair("type", "string");
    made->set("description", help);
    return made;
  };
  auto fault = pair("type", "object");
  auto fault_fields = pair("field", text("JSON pointer into the body, or the parameter's name"));
  fault_fields->set("detail", text("what was expected and what came"));
  fault->set("properties", fault_fields);
  auto fault_required = array();
  fault_required->add("field");
  fault_required->add("detail");
  fault->set("required", fault_required);

  auto fields = pair("type", text("urn:junctor:problem:REASON"));
  fields->set("title", text("the kind of problem"));
  fields->set("status", pair("type", "integer"));
  fields->set("reason", text("a stable word"));
  fields->set("detail", text("what is wrong and what to do"));
  auto errors = pair("type", "array");
  errors->set("items", fault);
  fields->set("errors", errors);
  auto made = pair("type", "object");
  made->set("description", "RFC 9457: why a call was refused.");
  made->set("properties", fields);
  auto required = array();
  for (const char* name : {"type", "title", "status", "reason", "detail"}) required->add(name);
  made->set("required", required);
  return made;
}

Object::Ptr parameter(const char* place, std::string_view name, std::string_view help, const Object::Ptr& schema,
                      bool required) {
  auto made = pair("name", str(name));
  made->set("in", place);
  if (required) made->set("required", true);
  made->set("description", str(help));
  made->set("schema", schema);
  return made;
}

Object::Ptr sort_schema(std::string_view sorts) {
  auto made = pair("type", "string");
  auto choices = array();
  bool first = true;
  each_word(sorts, [&](std::string_view one) {
    if (first) made->set("default", str(one));
    first = false;
    const std::string bare = str(one.front() == '-' ? one.substr(1) : one);
    choices->add(bare);
    choices->add("-" + bare);
  });
  made->set("enum", choices);
  return made;
}

void add_paging(const Endpoint& endpoint, Array& out) {
  auto limit = pair("type", "integer");
  limit->set("minimum", 1);
  limit->set("maximum", kMostPage);
  limit->set("default", kPage);
  out.add(parameter("query", "limit", "rows of a page", limit, false));
  auto cursor = pair("type", "string");
  cursor->set("maxLength", kMostCursor);
  out.add(parameter("query", "cursor", "`next` of the page before, with the same filters and order", cursor, false));
  out.add(parameter("query", "sort", "order; with '-' from the last to the first", sort_schema(endpoint.sorts), false));
  out.add(parameter("query", "count", "tell `total`, which costs more on long lists", pair("type", "boolean"), false));
}

void add_path_parameters(std::string_view path, Array& out) {
  for (size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1)) {
    const std::string_view name = path.substr(at + 1, path.find('}', at) - at - 1);
    auto schema = pair("type", "string");
    if (is_text_parameter(name)) {
      schema->set("minLength", 1);
      schema->set("maxLength", 128);
    } else {
      schema->set("format", "uuid");
      schema->set("pattern", kGuidPattern);
    }
    out.add(parameter("path", name, is_text_parameter(name) ? "its name" : "its guid", schema, true));
  }
}

Array::Ptr parameters_of(const Contract& contract, const Endpoint& endpoint) {
  auto made = array();
  add_path_parameters(endpoint.path, *made);
  if (endpoint.answer == Answer::kList) add_paging(endpoint, *made);
  if (endpoint.answer == Answer::kStream && endpoint.query.empty()) {
    auto format = pair("type", "string");
    format->set("enum", words_of("csv|jsonl"));
    made->add(parameter("query", "format", "CSV (missing) or JSON lines", format, false));
  }
  for (const Field& field : endpoint.query) {
    made->add(parameter("query", field.name, field.help, field_schema(contract, field, Use::kNew), false));
  }
  if (endpoint.has(kIdempotent)) made->add(reference("parameters", "IdempotencyKey"));
  if (endpoint.has(kHasETag)) made->add(reference("parameters", endpoint.reads() ? "IfNoneMatch" : "IfMatch"));
  return made;
}

Object::Ptr content(const char* type, const Object::Ptr& schema) { return pair(type, pair("schema", schema)); }

Object::Ptr list_schema(const Object::Ptr& items) {
  auto many = pair("type", "array");
  many->set("items", items);
  auto next = nullable(pair("type", "string"));
  next->set("description", "goes as `cursor` for the next page; null: this was the last");
  auto total = pair("type", "integer");
  total->set("description", "rows of all pages, where `count=true` asked for it");
  auto fields = pair("items", many);
  fields->set("next", next);
  fields->set("total", total);
  auto made = pair("type", "object");
  made->set("properties", fields);
  auto required = array();
  required->add("items");
  required->add("next");
  made->set("required", required);
  return made;
}

Object::Ptr success(const Contract& contract, const Endpoint& endpoint) {
  auto made = pair("description", "done");
  const auto answer = [&] {
    return reference("schemas", component_name(*contract.schema(endpoint.schema), Use::kAnswer));
  };
  switch (endpoint.answer) {
    case Answer::kNothing:
      break;
    case Answer::kObject:
      made->set("content", content("application/json", answer()));
      break;
    case Answer::kList:
      made->set("content", content("application/json", list_schema(answer())));
      break;
    case Answer::kEvents:
      made->set("content", content("text/event-stream", pair("type", "string")));
      break;
    case Answer::kDocument:
      made->set("content", content("application/json", pair("type", "object")));
      break;
    case Answer::kStream: {
      auto types = content("text/csv", pair("type", "string"));
      types->set("application/jsonl", pair("schema", pair("type", "string")));
      made->set("content", types);
      break;
    }
  }
  if (endpoint.has(kHasETag) && endpoint.answer == Answer::kObject) {
    auto tag = pair("description", "goes as If-Match with the change");
    tag->set("schema", pair("type", "string"));
    made->set("headers", pair("ETag", tag));
  }
  return made;
}

Object::Ptr answers_of(const Contract& contract, const Endpoint& endpoint) {
  const char* code = endpoint.has(kCreates) ? "201" : endpoint.answer == Answer::kNothing ? "204" : "200";
  auto made = pair(code, success(contract, endpoint));
  if (endpoint.reads() && endpoint.has(kHasETag)) made->set("304", pair("description", "unchanged"));
  made->set("4XX", reference("responses", "Refused"));
  made->set("5XX", reference("responses", "Refused"));
  return made;
}

std::string who_may(const Endpoint& endpoint) {
  switch (endpoint.door) {
    case Door::kOpen:
      return "Anybody.";
    case Door::kSignedIn:
      return "Whoever is logged in.";
    case Door::kAdmin:
      return "Administrators.";
    case Door::kPermission:
      return "Asks for `" + str(endpoint.right) + "`.";
  }
  return {};
}

std::string description_of(const Endpoint& endpoint) {
  std::string text = str(endpoint.help) + " " + who_may(endpoint);
  if (endpoint.door != Door::kOpen) {
    if (endpoint.scope == kNoToken) {
      text += " No API token is taken.";
    } else if (!endpoint.scope.empty()) {
      text += " API tokens: scope `" + str(endpoint.scope) + (endpoint.reads() ? ":r`." : ":rw`.");
    }
  }
  if (endpoint.has(kFreshFactor)) text += " Asks for a proof younger than 10 minutes (POST me/confirm).";
  return text;
}

Object::Ptr operation(const Contract& contract, const Endpoint& endpoint) {
  auto made = pair("operationId", str(endpoint.id));
  auto tags = array();
  tags->add(str(endpoint.id.substr(0, endpoint.id.find('.'))));
  made->set("tags", tags);
  made->set("description", description_of(endpoint));
  if (endpoint.door == Door::kPermission) made->set("x-permission", str(endpoint.right));
  if (endpoint.door == Door::kAdmin) made->set("x-permission", "administrator");
  if (endpoint.has(kFreshFactor)) made->set("x-fresh-proof", true);
  if (endpoint.door == Door::kOpen) made->set("security", array());
  const auto parameters = parameters_of(contract, endpoint);
  if (parameters->size() > 0) made->set("parameters", parameters);
  if (!endpoint.body.empty()) {
    auto body = pair("required", true);
    const std::string name = component_name(*contract.schema(endpoint.body), endpoint.use);
    body->set("content", content("application/json", reference("schemas", name)));
    made->set("requestBody", body);
  }
  made->set("responses", answers_of(contract, endpoint));
  return made;
}

Object::Ptr header_parameter(const char* name, const char* help) {
  auto schema = pair("type", "string");
  schema->set("minLength", 1);
  schema->set("maxLength", kMostHeader);
  schema->set("pattern", kHeaderPattern);
  return parameter("header", name, help, schema, false);
}

Object::Ptr components(const Contract& contract) {
  auto schemas = pair("Problem", problem_schema());
  for (const Schema* one : contract.schemas()) {
    for (const Use use : {Use::kAnswer, Use::kNew, Use::kEdit}) {
      if (has_fields(*one, use)) schemas->set(component_name(*one, use), schema_of(contract, *one, use));
    }
  }
  auto headers = pair("IdempotencyKey", header_parameter("Idempotency-Key",
                                                         "the same key again gives the first answer again, for a day"));
  headers->set("IfMatch", header_parameter("If-Match", "refuse (412) if the object has changed since this ETag"));
  headers->set("IfNoneMatch", header_parameter("If-None-Match", "answer 304 if it still has this ETag"));
  auto refused = pair("description", "refused");
  refused->set("content", content("application/problem+json", reference("schemas", "Problem")));

  auto bearer = pair("type", "http");
  bearer->set("scheme", "bearer");
  bearer->set("description", "an API token");
  auto cookie = pair("type", "apiKey");
  cookie->set("in", "cookie");
  cookie->set("name", "junctor_session");
  cookie->set("description", "a session of POST login; calls that change something also carry X-CSRF-Token");
  auto ways = pair("token", bearer);
  ways->set("session", cookie);

  auto made = pair("schemas", schemas);
  made->set("parameters", headers);
  made->set("responses", pair("Refused", refused));
  made->set("securitySchemes", ways);
  return made;
}

Object::Ptr paths(const Contract& contract) {
  auto made = object();
  for (const Endpoint* one : contract.endpoints()) {
    std::string method = str(method_name(one->method));
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    Object::Ptr item = made->getObject(str(one->path));
    if (item.isNull()) item = object();
    item->set(method, operation(contract, *one));
    made->set(str(one->path), item);
  }
  return made;
}

}  // namespace

std::string component_name(const Schema& schema, Use use) {
  const bool alone = (has_fields(schema, Use::kAnswer) ? 1 : 0) + (has_fields(schema, Use::kNew) ? 1 : 0) +
                         (has_fields(schema, Use::kEdit) ? 1 : 0) ==
                     1;
  if (alone || use == Use::kAnswer) return str(schema.name);
  return str(schema.name) + (use == Use::kNew ? "New" : "Edit");
}

std::string openapi(const Contract& contract, std::string_view version) {
  auto info = pair("title", "Junctor admin API");
  info->set("version", str(version));
  info->set("description", "Everything that an administrator does. See share/doc/admin-api.md.");
  auto servers = array();
  servers->add(pair("url", str(kBase)));
  auto security = array();
  security->add(pair("token", array()));
  security->add(pair("session", array()));
  auto made = pair("openapi", "3.1.0");
  made->set("info", info);
  made->set("servers", servers);
  made->set("security", security);
  made->set("paths", paths(contract));
  made->set("components", components(contract));
  std::ostringstream out;
  made->stringify(out, 1);
  return out.str();
}

}  // namespace junctor::accounts::admin
