// SPDX-License-Identifier: Apache-2.0
// Strategies, what they govern, and whether devices have them (accounts.md 6).
#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/resources/device_entity.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/admin_api/resources/strategy_options.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts::admin {
namespace {

// Governed: the strategy that wins for a device, of all devices (accounts.md 6.1).
constexpr const char* kGovernor =
    "COALESCE((SELECT strategy_id FROM {p}strategy_assignments WHERE kind = 0 AND target_id = d.id), (SELECT "
    "strategy_id "
    "FROM {p}strategy_assignments WHERE kind = 1 AND target_id = d.owner_id), (SELECT strategy_id FROM "
    "{p}strategy_assignments WHERE kind = 2 AND target_id = d.group_id), (SELECT id FROM {p}strategies WHERE built_in "
    "= "
    "1))";

constexpr const char* kColumns =
    "s.id, s.guid, s.name, s.enabled, s.enforce, s.options, s.built_in, CASE WHEN s.modified = 0 THEN s.created ELSE "
    "s.modified END";

struct StrategyRow {
  Ref id = kNoRef;
  bool enabled = false;
  Entity entity;
};

StrategyRow row_of_strategy(const Row& row, size_t at) {
  StrategyRow out{static_cast<Ref>(row.integer(at)), row.flag(at + 3), {}};
  out.entity.fixed.put("guid", row.text(at + 1)).put("name", row.text(at + 2)).put("enabled", out.enabled);
  out.entity.fixed.put("enforce", row.flag(at + 4));
  out.entity.fixed.raw("options", row.view(at + 5).empty() ? "{}" : row.view(at + 5));
  out.entity.fixed.put("built_in", row.flag(at + 6)).put("modified", time_text(row.integer(at + 7)));
  return out;
}

void add_governed(const Call& call, std::vector<StrategyRow>& rows) {
  std::map<Ref, int64_t> counts;
  call.sql.exec(std::string{"SELECT "} + kGovernor + " AS g, COUNT(*) FROM {p}devices d GROUP BY g", {},
                [&](const Row& row) { counts[static_cast<Ref>(row.integer(0))] = row.integer(1); });
  for (StrategyRow& one : rows) one.entity.live.put("governed", one.enabled ? counts[one.id] : 0);
}

Entity entity(const Call& call, Ref id) {
  auto rows = call.sql.all(std::string{"SELECT "} + kColumns + " FROM {p}strategies s WHERE s.id = ?1", {id},
                           [](const Row& row) { return row_of_strategy(row, 0); });
  if (rows.empty()) throw Refused{not_found("strategy")};
  add_governed(call, rows);
  return rows.front().entity;
}

Ref asked(const Call& call) { return row_of(call, "strategies", "strategy", call.parameter("strategy")); }

Reply list(Call& call) {
  constexpr SortColumn kSorts[] = {{"name", "s.name_key"},
                                   {"modified", "CASE WHEN s.modified = 0 THEN s.created ELSE s.modified END", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.contains("name", {"s.name"});
  if (const auto enabled = listing.flag("enabled")) listing.where(*enabled ? "s.enabled = 1" : "s.enabled = 0");
  auto rows = listing.rows(call.sql, kColumns, "{p}strategies s", "s.id",
                           [](const Row& row, size_t first) { return row_of_strategy(row, first); });
  add_governed(call, rows);
  std::vector<std::string> items;
  for (const StrategyRow& one : rows) items.push_back(one.entity.json());
  return Reply::json(listing.finish(call.sql, "{p}strategies s", items));
}

void check_option(const std::string& key, const std::string& value, bool risky) {
  const ClientOption* option = client_option(key);
  if (option == nullptr || value.empty()) return;
  const std::string field = "options/" + key;
  if (!option->pushable) refuse_field(field, "not_pushable", std::string{option->help});
  if (option->risky && !risky) {
    refuse_field(field, "risky", "This can cut devices off for good: give \"risky\": true to take it.", 409);
  }
  bool fits = true;
  if (option->type == "boolean") fits = value == "Y" || value == "N";
  if (option->type == "number") fits = value.find_first_not_of("0123456789") == std::string::npos;
  if (option->type == "choice") {
    fits = false;
    each_word(option->words, [&](std::string_view one) { fits = fits || one == value; });
  }
  if (!fits) {
    const std::string words{option->type == "boolean"  ? "Y or N"
                            : option->type == "number" ? "a number"
                                                       : option->words};
    refuse_field(field, "invalid", "Expected " + words + ", or an empty text for the client's default.");
  }
}

std::string options_json(const Call& call) {
  JsonObject out;
  for (const auto& entry : *call.body->getObject("options")) {
    if (entry.first.empty() || entry.first.size() > 64)
      refuse_field("options", "invalid", "A key has 1 to 64 characters.");
    const std::string value = entry.second.convert<std::string>();
    check_option(entry.first, value, call.flag("risky"));
    out.put(entry.first, value);
  }
  return out.str();
}

Reply create(Call& call) {
  need(call.caller, Permission::kStrategiesEdit);
  const std::string name = clean_name(call);
  check_free(call, "strategies", "strategy", name, kNoRef);
  const std::string options = call.has("options") ? options_json(call) : "{}";
  const auto id = static_cast<Ref>(call.sql.number(
      "INSERT INTO {p}strategies (guid, name, name_key, enabled, enforce, options, created) VALUES (?1, ?2, ?3, ?4, "
      "?5, "
      "?6, ?7) RETURNING id",
      {new_guid(), name, name_key(name), call.flag("enabled"), call.flag("enforce"), options, call.now}));
  call.touched.strategies.insert(id);
  call.log(Subject::kStrategies, Operation::kAddStrategy, name);
  return call.shown(entity(call, id));
}

Reply get(Call& call) { return call.shown(entity(call, asked(call))); }

bool is_built_in(const Call& call, Ref id) {
  return call.sql.number("SELECT built_in FROM {p}strategies WHERE id = ?1", {id}) != 0;
}

Reply update(Call& call) {
  need(call.caller, Permission::kStrategiesEdit);
  const Ref id = asked(call);
  const Entity before = entity(call, id);
  call.require_match(before);
  Update change;
  if (call.has("name")) {
    const std::string name = clean_name(call);
    if (is_built_in(call, id) && name != name_of(call.sql, "strategies", id)) {
      refuse_field("name", "built_in", "Default cannot be renamed.", 409);
    }
    check_free(call, "strategies", "strategy", name, id);
    change.set("name", name);
    change.set("name_key", name_key(name));
  }
  if (call.has("enabled")) change.set_number("enabled", call.flag("enabled") ? 1 : 0);
  if (call.has("enforce")) change.set_number("enforce", call.flag("enforce") ? 1 : 0);
  if (call.has("options")) change.set("options", options_json(call));
  change.run(call.sql, "strategies", id);
  Entity after = entity(call, id);
  if (before.fixed.str() != after.fixed.str()) {  // devices get it anew
    call.sql.exec("UPDATE {p}strategies SET revision = revision + 1, modified = ?2 WHERE id = ?1", {id, call.now});
    call.touched.strategies.insert(id);
  }
  after = entity(call, id);
  call.log(Subject::kStrategies, Operation::kUpdateStrategy, name_of(call.sql, "strategies", id), before.fixed.str(),
           after.fixed.str());
  return call.shown(after);
}

Reply remove(Call& call) {
  need(call.caller, Permission::kStrategiesEdit);
  const Ref id = asked(call);
  call.require_match(entity(call, id));
  delete_strategy(call, id);
  return Reply::nothing();
}

Reply options(Call&) {
  std::vector<std::string> items;
  for (const ClientOption& one : client_options()) {
    std::vector<std::string> words;
    each_word(one.words, [&](std::string_view word) { words.emplace_back(word); });
    items.push_back(JsonObject{}
                        .put("key", one.key)
                        .put("type", one.type)
                        .raw("words", json_texts(words))
                        .put("default", one.standard)
                        .put("risky", one.risky)
                        .put("pushable", one.pushable)
                        .put("help", one.help)
                        .str());
  }
  return Reply::json(Listing::page(items, std::nullopt, static_cast<int64_t>(items.size())));
}

bool assigned_here(const Call& call, StrategyTarget kind, Ref target, Ref strategy) {
  return call.sql.number("SELECT strategy_id FROM {p}strategy_assignments WHERE kind = ?1 AND target_id = ?2",
                         {kind, target}) == strategy;
}

/// `give`: assign, else take away where it is this one.
Reply assign_all(Call& call, bool give) {
  const Ref id = asked(call);
  Bulk bulk;
  const auto set = [&](StrategyTarget kind, Ref target) {
    if (give) {
      assign_strategy(call, kind, target, id);
    } else if (assigned_here(call, kind, target, id)) {
      assign_strategy(call, kind, target, kNoRef);
    } else {
      refuse(409, "not_assigned", "It has another strategy, or none.");
    }
  };
  bulk.each(call.texts("devices"), [&](const std::string& guid) {
    const FoundDevice device = device_of(call, guid);
    need_device(call.caller, Permission::kDevicesUpdateStrategy, device.managed());
    set(StrategyTarget::kDevice, device.id);
  });
  bulk.each(call.texts("users"), [&](const std::string& guid) {
    const FoundUser user = user_of(call, guid);
    need_user(call.caller, Permission::kUsersUpdateStrategy, user.official());
    set(StrategyTarget::kUser, user.id);
  });
  bulk.each(call.texts("device_groups"), [&](const std::string& guid) {
    need(call.caller, Permission::kDeviceGroupsUpdateStrategy);
    set(StrategyTarget::kDeviceGroup, row_of(call, "device_groups", "device group", guid));
  });
  call.log(Subject::kStrategies, Operation::kAssignStrategy,
           name_of(call.sql, "strategies", id) + (give ? "" : ": taken away"));
  return bulk.reply();
}

Reply assign(Call& call) { return assign_all(call, true); }
Reply unassign(Call& call) { return assign_all(call, false); }

Reply assigned(Call& call) {
  constexpr std::string_view kLevels[] = {"device", "owner", "group"};
  constexpr const char* kNameColumn = "COALESCE(d.device_id, u.name, g.name, '')";
  constexpr const char* kFrom =
      "{p}strategy_assignments a LEFT JOIN {p}devices d ON a.kind = 0 AND d.id = a.target_id LEFT JOIN {p}users u ON "
      "a.kind = 1 AND u.id = a.target_id LEFT JOIN {p}device_groups g ON a.kind = 2 AND g.id = a.target_id";
  const SortColumn sorts[] = {{"name", kNameColumn}};
  Listing listing{call.endpoint, call.query, sorts};
  listing.where("a.strategy_id = " + listing.bind_number(asked(call)));
  listing.where("COALESCE(d.guid, u.guid, g.guid) IS NOT NULL");
  return Reply::json(listing.run(call.sql, std::string{"a.kind, COALESCE(d.guid, u.guid, g.guid), "} + kNameColumn,
                                 kFrom, "(a.target_id * 4 + a.kind)", [&](const Row& row, size_t at) {
                                   return JsonObject{}
                                       .put("level", kLevels[row.integer(at) % 3])
                                       .put("guid", row.text(at + 1))
                                       .put("name", row.text(at + 2))
                                       .str();
                                 }));
}

Reply receipts(Call& call) {
  constexpr SortColumn kSorts[] = {{"device", "d.device_id"}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.where("es.id = " + listing.bind_number(asked(call)) + " AND es.enabled = 1");
  restrict_devices(listing, call.caller, Permission::kDevicesView, kDeviceRightColumns);
  // A number: PostgreSQL's truth is none.
  const std::string applied =
      "CASE WHEN sent.strategy_id = es.id AND sent.revision = es.revision AND sent.received = 1 THEN 1 ELSE 0 END";
  if (const auto delivery = listing.given("delivery")) {
    listing.where(*delivery == "applied" ? applied + " = 1" : applied + " = 0");
  }
  const std::string from = std::string{"{p}devices d LEFT JOIN {p}users u ON u.id = d.owner_id"} + kEffectiveJoins;
  const std::string columns =
      "d.guid, d.device_id, CASE WHEN d.override_name <> '' THEN d.override_name ELSE d.hostname END, " + applied +
      ", COALESCE(sent.pushed_ms, 0), COALESCE(sent.keys, '[]')";
  return Reply::json(listing.run(call.sql, columns, from, "d.id", [](const Row& row, size_t at) {
    const int64_t sent = row.integer(at + 4) / 1000;
    return JsonObject{}
        .raw("device",
             JsonObject{}.put("guid", row.text(at)).put("id", row.text(at + 1)).put("name", row.text(at + 2)).str())
        .put("delivery", row.flag(at + 3) ? "applied" : "waiting")
        .raw("sent", sent == 0 ? "null" : http::json_string(time_text(sent)))
        .raw("keys", row.view(at + 5).empty() ? "[]" : row.view(at + 5))
        .str();
  }));
}

}  // namespace

void add_strategies(Handlers& out) {
  out.insert({{"strategies.list", list},
              {"strategies.create", create},
              {"strategies.options", options},
              {"strategies.get", get},
              {"strategies.update", update},
              {"strategies.delete", remove},
              {"strategies.assign", assign},
              {"strategies.unassign", unassign},
              {"strategies.assigned", assigned},
              {"strategies.receipts", receipts}});
}

}  // namespace junctor::accounts::admin
