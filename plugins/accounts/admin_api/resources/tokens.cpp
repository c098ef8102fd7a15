// SPDX-License-Identifier: Apache-2.0
// API and deploy tokens (accounts.md 9): one's own; administrators see and make all.
#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lists_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/model/entities.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/sessions.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr const char* kColumns =
    "t.guid, t.name, t.kind, u.guid, u.name, t.scopes, t.expires, t.networks, t.uses_left, t.presets, t.created, "
    "t.last_used";
constexpr const char* kFrom = "{p}tokens t JOIN {p}users u ON u.id = t.owner_id";

/// "devices:rw,users:r" as {"devices":"rw","users":"r"}; all that there is: {"all":"rw"}.
std::string scopes_json(std::string_view text) {
  JsonObject out;
  if (text == "all") return out.put("all", "rw").str();
  for (const std::string& one : listed_texts(text)) {
    const size_t colon = one.find(':');
    if (colon != std::string::npos) out.put(one.substr(0, colon), one.substr(colon + 1));
  }
  return out.str();
}

Scopes scopes_of(const Call& call) {
  Scopes scopes;
  const auto given = call.body->getObject("scopes");
  if (given.isNull()) return scopes;
  for (const auto& entry : *given) {
    const Level level = entry.second.convert<std::string>() == "rw" ? Level::kReadWrite : Level::kRead;
    const auto one = resource(entry.first);
    for (size_t at = 0; at < kResources; ++at) {
      if (one == static_cast<Resource>(at) || !one) scopes.set(static_cast<Resource>(at), level);
    }
  }
  return scopes;
}

std::string time_or_null(int64_t seconds) { return seconds == 0 ? "null" : http::json_string(time_text(seconds)); }

Entity entity_of(const Row& row, size_t at, const std::string& token) {
  Entity out;
  out.fixed.put("guid", row.text(at)).put("name", row.text(at + 1));
  out.fixed.put("kind", row.integer(at + 2) == 0 ? "api" : "deploy");
  out.fixed.raw("owner", json_ref(row.view(at + 3), row.view(at + 4))).raw("scopes", scopes_json(row.view(at + 5)));
  out.fixed.raw("expires", time_or_null(row.integer(at + 6)));
  out.fixed.raw("networks", json_texts(listed_texts(row.view(at + 7))));
  const int64_t left = row.integer(at + 8);
  out.live.raw("uses_left", left < 0 ? "null" : std::to_string(left));
  out.fixed.raw("presets", row.view(at + 9).empty() ? "null" : row.view(at + 9));
  out.fixed.put("created", time_text(row.integer(at + 10)));
  out.live.raw("last_used", time_or_null(row.integer(at + 11)));
  out.live.raw("token", token.empty() ? "null" : http::json_string(token));
  return out;
}

Entity entity(const Call& call, Ref id, const std::string& token = {}) {
  const auto found = call.sql.one(std::string{"SELECT "} + kColumns + " FROM " + kFrom + " WHERE t.id = ?1", {id},
                                  [&](const Row& row) { return entity_of(row, 0, token); });
  if (!found) throw Refused{not_found("token")};
  return *found;
}

/// One's own; any for administrators.
Token asked(const Call& call) {
  auto token = token_by_guid(call.sql, call.parameter("token"));
  if (!token || (!call.caller.administrator && token->owner != call.caller.user)) throw Refused{not_found("token")};
  return std::move(*token);
}

Reply list(Call& call) {
  constexpr SortColumn kSorts[] = {
      {"name", "t.name_key"}, {"created", "t.created", true}, {"last_used", "t.last_used", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  if (!call.caller.administrator) listing.where("t.owner_id = " + listing.bind_number(call.caller.user));
  listing.equals("owner", "u.guid");
  listing.contains("name", {"t.name"});
  if (const auto kind = listing.given("kind")) {
    listing.where("t.kind = " + listing.bind_number(*kind == "api" ? 0 : 1));
  }
  return Reply::json(listing.run(call.sql, kColumns, kFrom, "t.id",
                                 [](const Row& row, size_t first) { return entity_of(row, first, {}).json(); }));
}

/// {"group_guid","owner_guid","strategy_guid","book_guid","approved"} with nulls for what is missing.
std::string presets_of(const Call& call) {
  const auto given = call.body->getObject("presets");
  if (given.isNull()) return {};
  JsonObject out;
  const auto add = [&](const std::string& key, std::string_view table, std::string_view what) {
    const std::string guid = text_in(*given, key);
    if (!guid.empty()) row_in(call, table, what, "presets/" + key, guid);
    out.raw(key, guid.empty() ? "null" : http::json_string(guid));
  };
  add("group_guid", "device_groups", "device group");
  add("owner_guid", "users", "user");
  add("strategy_guid", "strategies", "strategy");
  add("book_guid", "books", "address book");
  out.put("approved", given->optValue<bool>("approved", false));
  return out.str();
}

Reply create(Call& call) {
  Token token;
  token.name = clean_name(call);
  token.kind = call.text("kind") == "deploy" ? TokenKind::kDeploy : TokenKind::kApi;
  if (token.kind == TokenKind::kDeploy) need(call.caller, Permission::kDeployTokens);
  token.owner = call.caller.user;
  if (const std::string owner = call.text("owner_guid"); !owner.empty() && owner != call.caller.guid) {
    need_administrator(call.caller);
    token.owner = row_in(call, "users", "user", "owner_guid", owner);
  }
  token.scopes = scopes_of(call);
  token.expires = call.moment("expires").value_or(0);
  if (token.expires != 0 && token.expires <= call.now) refuse_field("expires", "past", "This time has passed.");
  token.networks = networks_text(call, "networks");
  token.uses_left = call.integer("uses", -1);
  token.presets = presets_of(call);
  const std::string secret = random_token("jct_");
  token.hash = hash_of(secret);
  const Ref id = add_token(call.sql, token, call.now);
  call.log(Subject::kTokens, Operation::kAddToken, token.name + " (" + token.scopes.text() + ")");
  return call.shown(entity(call, id, secret));
}

Reply get(Call& call) { return call.shown(entity(call, asked(call).id)); }

Reply update(Call& call) {
  const Token token = asked(call);
  const Entity before = entity(call, token.id);
  call.require_match(before);
  Update change;
  if (call.has("name")) {
    const std::string name = clean_name(call);
    if (call.sql.number("SELECT id FROM {p}tokens WHERE owner_id = ?1 AND name_key = ?2 AND id <> ?3",
                        {token.owner, name_key(name), token.id}) != 0) {
      refuse_field("name", "taken", "The owner has a token of this name already.", 409);
    }
    change.set("name", name);
    change.set("name_key", name_key(name));
  }
  if (call.has("networks")) change.set("networks", networks_text(call, "networks"));
  change.run(call.sql, "tokens", token.id);
  const Entity after = entity(call, token.id);
  call.log(Subject::kTokens, Operation::kUpdateToken, token.name, before.fixed.str(), after.fixed.str());
  return call.shown(after);
}

Reply remove(Call& call) {
  const Token token = asked(call);
  call.require_match(entity(call, token.id));
  revoke_token(call.sql, token.id);
  call.log(Subject::kTokens, Operation::kDeleteToken, token.name);
  return Reply::nothing();
}

}  // namespace

void add_tokens(Handlers& out) {
  out.insert({{"tokens.list", list},
              {"tokens.create", create},
              {"tokens.get", get},
              {"tokens.update", update},
              {"tokens.delete", remove}});
}

}  // namespace junctor::accounts::admin
