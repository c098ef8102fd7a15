// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/call.hpp"

#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts::admin {

const std::string& Call::parameter(std::string_view name) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const auto& one) { return one.first == name; });
  if (found == parameters.end()) refuse(500, "fault", "No parameter " + std::string{name} + ".");
  return found->second;
}

std::string Call::text(const std::string& key, const std::string& otherwise) const {
  return !has(key) || is_null(key) ? otherwise : body->getValue<std::string>(key);
}

bool Call::flag(const std::string& key, bool otherwise) const {
  return !has(key) || is_null(key) ? otherwise : body->getValue<bool>(key);
}

int64_t Call::integer(const std::string& key, int64_t otherwise) const {
  return !has(key) || is_null(key) ? otherwise : body->getValue<int64_t>(key);
}

std::vector<std::string> Call::texts(const std::string& key) const {
  std::vector<std::string> out;
  const auto list = body->getArray(key);
  if (list.isNull()) return out;
  for (const auto& one : *list) out.push_back(one.convert<std::string>());
  return out;
}

std::optional<int64_t> Call::moment(const std::string& key) const {
  return !has(key) || is_null(key) ? std::nullopt : parse_time(text(key));
}

void Call::require_match(const Entity& present) const {
  if (ask.if_match.empty() || names_tag(ask.if_match, present.etag())) return;
  refuse(412, "changed", "Somebody has changed it since you read it: read it again, and decide anew.");
}

Reply Call::shown(const Entity& entity) const {
  Reply reply = Reply::json(entity.json(), endpoint.has(kCreates) ? 201 : 200);
  if (!endpoint.has(kHasETag) && !endpoint.has(kCreates)) return reply;
  const std::string tag = entity.etag();
  if (endpoint.reads() && !ask.if_none_match.empty() && names_tag(ask.if_none_match, tag)) reply = {304, {}, {}, {}};
  reply.headers.emplace_back("ETag", tag);
  return reply;
}

void Call::log(Subject subject, Operation operation, std::string_view detail, std::string_view before,
               std::string_view after) const {
  sql.exec(
      "INSERT INTO {p}audit_console (guid, type, operation, user_id, user_name, address, detail, before, after, "
      "created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
      {new_guid(), subject, operation, caller.user, caller.name, caller.address, detail, before, after, now});
  told.push_back({word(subject), word(operation), caller.name, caller.address, std::string{detail}});
}

std::string text_in(const Poco::JSON::Object& object, const std::string& key) {
  return object.has(key) && !object.isNull(key) ? object.getValue<std::string>(key) : std::string{};
}

void refuse_field(const std::string& field, std::string_view reason, const std::string& detail, uint16_t status) {
  throw Refused{{status, std::string{reason}, detail, {{"/" + field, detail}}}};
}

std::string Update::place(Value value) {
  values_.push_back(std::move(value));
  return "?" + std::to_string(values_.size());
}

void Update::set(std::string_view column, std::string_view value) {
  columns_.push_back(std::string{column} + " = " + place({false, 0, std::string{value}}));
}

void Update::set_number(std::string_view column, int64_t value) {
  columns_.push_back(std::string{column} + " = " + place({true, value, {}}));
}

void Update::run(const Sql& sql, std::string_view table, int64_t id) {
  if (columns_.empty()) return;
  std::string statement = "UPDATE {p}" + std::string{table} + " SET ";
  for (size_t at = 0; at < columns_.size(); ++at) statement += (at > 0 ? ", " : "") + columns_[at];
  statement += " WHERE id = " + place({true, id, {}});
  std::vector<Param> parameters;
  for (const Value& one : values_) parameters.push_back(one.number ? Param{one.integer} : Param{one.text});
  sql.exec(statement, parameters);
}

}  // namespace junctor::accounts::admin
