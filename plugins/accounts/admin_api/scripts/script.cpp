// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/scripts/script.hpp"

#include <algorithm>

#include "accounts/store/names.hpp"

namespace junctor::accounts::admin {

using Poco::JSON::Array;
using Poco::JSON::Object;

Object::Ptr ScriptCall::object() const {
  return body.type() == typeid(Object::Ptr) ? body.extract<Object::Ptr>() : Object::Ptr{new Object};
}

bool ScriptCall::has(const std::string& key) const {
  const auto all = object();
  return all->has(key) && !all->isNull(key);
}

std::string ScriptCall::text(const std::string& key) const {
  if (!has(key)) return {};
  const auto value = object()->get(key);
  if (!value.isString()) refuse(422, "invalid", key + ": expected a text");
  std::string out = value.extract<std::string>();
  if (!characters(out) || out.size() > static_cast<size_t>(kMostText))
    refuse(422, "invalid", key + ": too long, or no text");
  return out;
}

bool ScriptCall::flag(const std::string& key) const {
  if (!has(key)) return false;
  const auto value = object()->get(key);
  if (!value.isBoolean()) refuse(422, "invalid", key + ": expected true or false");
  return value.extract<bool>();
}

std::vector<std::string> ScriptCall::texts(const std::string& key) const {
  Array::Ptr list;
  if (key.empty()) {
    if (body.type() != typeid(Array::Ptr)) refuse(422, "invalid", "Expected an array");
    list = body.extract<Array::Ptr>();
  } else if (has(key)) {
    list = object()->getArray(key);
    if (list.isNull()) refuse(422, "invalid", key + ": expected an array");
  }
  std::vector<std::string> out;
  if (list.isNull()) return out;
  if (list->size() > 10'000) refuse(422, "invalid", "Expected at most 10000 items");
  for (const auto& one : *list) {
    if (!one.isString() && !one.isInteger()) refuse(422, "invalid", "Expected texts in the array");
    out.push_back(one.convert<std::string>());
    if (!characters(out.back())) refuse(422, "invalid", "Expected texts in the array");
  }
  return out;
}

std::optional<std::string> ScriptCall::given(std::string_view name) const {
  const auto found = call.query.find(name);
  if (found == call.query.end() || found->second.empty() || !characters(found->second)) return std::nullopt;
  return found->second;
}

Page ScriptCall::page() const { return Page::of(given("current"), given("pageSize")); }

void ScriptList::like(std::string_view name, std::initializer_list<std::string_view> columns) {
  const auto value = script_.given(name);
  if (!value) return;
  std::string any;
  if (*value == "-") {  // not set
    for (const std::string_view column : columns) {
      any += (any.empty() ? "" : " AND ") + ("COALESCE(" + std::string{column} + ", '') = ''");
    }
    return listing_.where("(" + any + ")");
  }
  std::string pattern;
  for (const char c : *value) {
    if (c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  const std::string at = listing_.bind(pattern);
  for (const std::string_view column : columns) {
    any += (any.empty() ? "" : " OR ") + std::string{column} + " {like} " + at + " ESCAPE '\\'";
  }
  listing_.where("(" + any + ")");
}

void ScriptList::exact(std::string_view name, std::string_view column) {
  if (const auto value = script_.given(name)) {
    listing_.where(std::string{column} + " = " + listing_.bind(name_key(*value)));
  }
}

Reply done() { return {200, {}, {}}; }

Ref named_row(const Sql& sql, std::string_view table, std::string_view name) {
  const std::string key = name_key(name);
  if (key.empty()) return kNoRef;
  return static_cast<Ref>(sql.number("SELECT id FROM {p}" + std::string{table} + " WHERE name_key = ?1", {key}));
}

Ref need_named(const Call& call, std::string_view table, std::string_view what, const std::string& name) {
  const Ref found = named_row(call.sql, table, name);
  if (found == kNoRef) refuse(404, "not_found", "There is no " + std::string{what} + " named " + name);
  return found;
}

}  // namespace junctor::accounts::admin
