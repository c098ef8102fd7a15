// SPDX-License-Identifier: Apache-2.0
// Sessions and limits as junctorctl shows them. Values; any thread.
#include "rows.hpp"

#include <junctor/command_json.hpp>

#include "rules.hpp"

namespace junctor::relay {
namespace {

Poco::JSON::Object row_object(const SessionRow& row) {
  Poco::JSON::Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("session", row.session);
  object.set("id", row.id);
  object.set("a", row.a);
  object.set("b", row.b);
  object.set("transport", row.transport);
  object.set("age_s", row.age_s);
  object.set("idle_s", row.idle_s);
  object.set("bytes_ab", row.bytes_ab);
  object.set("bytes_ba", row.bytes_ba);
  object.set("rate", row.rate);
  object.set("group", row.group);
  object.set("slowed", row.slowed);
  object.set("a_id", row.a_id);
  return object;
}

Poco::JSON::Object row_object(const LimitRow& row) {
  Poco::JSON::Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("limit", row.limit);
  object.set("rate", row.rate == 0 ? "none" : rate_text(row.rate));
  object.set("now", row.now);
  object.set("sessions", static_cast<uint64_t>(row.sessions));
  object.set("max_sessions", row.max_sessions == 0 ? "none" : std::to_string(row.max_sessions));
  return object;
}

}  // namespace

std::string sessions_json(const std::vector<SessionRow>& rows, size_t total, size_t waiting) {
  Poco::JSON::Array all;
  for (const SessionRow& row : rows) all.add(row_object(row));
  Poco::JSON::Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("rows", all);
  object.set("total", static_cast<uint64_t>(total));
  object.set("waiting", static_cast<uint64_t>(waiting));
  return command::text(object);
}

std::string limits_json(const std::vector<LimitRow>& rows, size_t tickets, const std::set<std::string>& blocked) {
  Poco::JSON::Array all, blocks;
  for (const LimitRow& row : rows) all.add(row_object(row));
  for (const std::string& one : blocked) blocks.add(one);
  Poco::JSON::Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("rows", all);
  object.set("tickets", static_cast<uint64_t>(tickets));
  object.set("blocked", blocks);
  return command::text(object);
}

}  // namespace junctor::relay
