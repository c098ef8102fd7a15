// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/engine.hpp"

#include <algorithm>

#include "accounts/admin_api/contract/patterns.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr int64_t kKeyLife = 86'400;  // seconds

/// A session is sent by browsers from whatever page; the token in the header is not.
void check_csrf(const Ask& ask, const Caller& caller, const Endpoint& endpoint) {
  if (caller.way != Caller::Way::kSession || endpoint.reads() || endpoint.door == Door::kOpen) return;
  if (ask.csrf == caller.csrf) return;
  refuse(403, "csrf", "X-CSRF-Token is missing or another session's: take it from GET me.");
}

void check_parameters(const Found& found) {
  for (const auto& [name, value] : found.parameters) {
    const auto length = characters(value);
    const bool good = is_text_parameter(name) ? length && *length > 0 && *length <= 255 : is_guid(value);
    if (!good) throw Refused{not_found(name)};
  }
}

void check_header(std::string_view name, const std::string& value) {
  const bool good = value.size() <= static_cast<size_t>(kMostHeader) &&
                    std::all_of(value.begin(), value.end(), [](char c) { return c >= '!' && c <= '~'; });
  if (good || (name != "Idempotency-Key" && value.find(' ') != std::string::npos)) return;
  refuse(422, "invalid", std::string{name} + ": expected up to 256 visible characters.");
}

/// One caller's key for one call: nobody finds another's.
std::string key_of(const Call& call) {
  return etag_of(call.caller.guid + '\n' + std::string{call.endpoint.id} + '\n' + call.ask.idempotency_key);
}

bool shows_secret(const Contract& contract, const Endpoint& endpoint) {
  if (endpoint.schema.empty()) return false;
  const auto fields = contract.schema(endpoint.schema)->fields;
  return std::any_of(fields.begin(), fields.end(),
                     [](const Field& field) { return field.has(kInAnswer) && field.has(kSecretly); });
}

}  // namespace

void Engine::check(Call& call, const Found& found) const {
  const Endpoint& endpoint = call.endpoint;
  check_door(endpoint, call.caller, call.now);
  check_csrf(call.ask, call.caller, endpoint);
  check_parameters(found);
  check_header("Idempotency-Key", call.ask.idempotency_key);
  call.parameters = found.parameters;
  auto query = parse_query(call.ask.query);
  if (!query) refuse(400, "query", "The query is not percent-encoded text.");
  call.query = std::move(*query);
  check_query(endpoint, call.query);
  if (endpoint.body.empty()) return;
  call.body = checked_body(contract_, endpoint, call.ask.body);
  for (const std::string_view right : rights_of(contract_, endpoint, *call.body)) {
    if (is_administrators(right)) {
      need_administrator(call.caller);
    } else if (!has_anywhere(call.caller, permission_of(right))) {
      throw Refused{forbidden(right)};
    }
  }
}

Done Engine::run(const Sql& sql, Touched& touched, const Ask& ask, const Found& found, const Prepared& prepared,
                 int64_t now) const {
  const Authenticated who = authenticate(sql, site_, ask, now);
  Call call{sql, touched, site_, contract_, *found.endpoint, ask, who.caller};
  call.now = now;
  call.prepared = prepared.hash;
  call.verified = prepared.verified;
  check(call, found);
  if (found.endpoint->id == "access.preview") preview(call);
  if (auto before = earlier(call)) return {std::move(*before), who.used};

  Done done{handlers_.calls.at(found.endpoint->id)(call), who.used};
  done.disconnects = std::move(call.disconnects);
  done.settings = std::move(call.settings);
  done.mails = std::move(call.mails);
  done.told = std::move(call.told);
  remember(call, done.reply);
  return done;
}

std::string Engine::export_piece(const Sql& sql, const Ask& ask, const Found& found, int64_t after, int64_t* last,
                                 int64_t now) const {
  Touched touched;
  const Authenticated who = authenticate(sql, site_, ask, now);
  Call call{sql, touched, site_, contract_, *found.endpoint, ask, who.caller};
  call.now = now;
  check(call, found);
  const auto format = call.query.find("format");
  const bool csv = format == call.query.end() || format->second == "csv";
  return handlers_.exports.at(found.endpoint->id)(call, csv, after, last);
}

std::optional<Reply> Engine::earlier(const Call& call) const {
  if (!call.endpoint.has(kIdempotent) || call.ask.idempotency_key.empty()) return std::nullopt;
  std::optional<Reply> found;
  std::string asked;
  call.sql.exec("SELECT request, status, answer FROM {p}idempotency WHERE key = ?1 AND created > ?2",
                {key_of(call), call.now - kKeyLife}, [&](const Row& row) {
                  asked = row.text(0);
                  found = Reply::json(row.text(2), static_cast<uint32_t>(row.integer(1)));
                });
  if (!found) return std::nullopt;
  if (asked != etag_of(call.ask.body)) {
    refuse(422, "key_reused", "This Idempotency-Key came with another body before: use a new one.");
  }
  if (found->body.empty()) {
    refuse(409, "already_made", "It was made with this Idempotency-Key before; its secret is not shown again.");
  }
  return found;
}

void Engine::remember(const Call& call, const Reply& reply) const {
  if (!call.endpoint.has(kIdempotent) || call.ask.idempotency_key.empty()) return;
  const std::string kept = shows_secret(contract_, call.endpoint) ? std::string{} : reply.body;
  call.sql.exec("DELETE FROM {p}idempotency WHERE created <= ?1", {call.now - kKeyLife});
  call.sql.exec(
      "INSERT INTO {p}idempotency (key, request, status, answer, created) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT "
      "(key) "
      "DO UPDATE SET request = ?2, status = ?3, answer = ?4, created = ?5",
      {key_of(call), etag_of(call.ask.body), reply.status, kept, call.now});
}

}  // namespace junctor::accounts::admin
