// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/device_entity.hpp"

#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/model/entities.hpp"

namespace junctor::accounts::admin {

// One only, never merged: device, owner, group, then Default (accounts.md 6.1). 7 columns.
#define EFFECTIVE_COLUMNS                                                                                 \
  "CASE WHEN ad.strategy_id IS NOT NULL THEN 'device' WHEN ao.strategy_id IS NOT NULL THEN 'owner' WHEN " \
  "ag.strategy_id IS NOT NULL THEN 'group' ELSE 'default' END, es.guid, es.name, es.enabled, es.id, "     \
  "sent.strategy_id, sent.received, es.revision, sent.revision"
#define EFFECTIVE_JOINS                                                                                              \
  " LEFT JOIN {p}strategy_assignments ad ON ad.kind = 0 AND ad.target_id = d.id LEFT JOIN "                          \
  "{p}strategy_assignments ao ON ao.kind = 1 AND ao.target_id = d.owner_id LEFT JOIN {p}strategy_assignments ag ON " \
  "ag.kind = 2 AND ag.target_id = d.group_id LEFT JOIN {p}strategies es ON es.id = COALESCE(ad.strategy_id, "        \
  "ao.strategy_id, ag.strategy_id, (SELECT id FROM {p}strategies WHERE built_in = 1)) LEFT JOIN {p}strategy_sent "   \
  "sent ON sent.device_id = d.id"

const char* const kEffectiveColumns = EFFECTIVE_COLUMNS;
const char* const kEffectiveJoins = EFFECTIVE_JOINS;

const char* const kDeviceColumns =
    "d.id, d.guid, d.device_id, d.state, d.last_signalling, d.last_heartbeat, d.first_seen, d.override_name, "
    "d.hostname, "
    "d.override_username, d.username, d.note, d.incoming_only, u.guid, u.name, g.guid, g.name, s.guid, s.name, "
    "d.orphan, "
    "(SELECT COUNT(*) FROM {p}devices x WHERE x.uuid = d.uuid AND length(x.uuid) > 0 AND x.id <> d.id), d.os, d.cpu, "
    "d.memory, d.version, d.ip, d.by_owner, d.by_group, d.by_strategy, d.presets, " EFFECTIVE_COLUMNS;
const char* const kDeviceFrom =
    "{p}devices d LEFT JOIN {p}users u ON u.id = d.owner_id LEFT JOIN {p}device_groups g ON g.id = "
    "d.group_id" EFFECTIVE_JOINS " LEFT JOIN {p}strategies s ON s.id = ad.strategy_id";
const DeviceColumns kDeviceRightColumns = {"d.id", "d.owner_id", "u.group_id", "d.group_id",
                                           "SELECT 1 FROM {p}device_group_members m WHERE m.device_id = d.id"};

namespace {

constexpr std::string_view kStates[] = {"pending", "active", "disabled", "banned"};
// 45 s without a heartbeat are an absence; marks reach the database some 10 s late.
constexpr int64_t kPresentSeconds = 60;
constexpr std::string_view kBy[] = {"nobody", "admin", "login", "preset"};

std::string_view by_word(int64_t number) { return kBy[number & 3]; }

std::string text_or(const Row& row, size_t at, size_t otherwise) {
  return row.view(at).empty() ? row.text(otherwise) : row.text(at);
}

std::string time_or_null(int64_t seconds) { return seconds == 0 ? "null" : http::json_string(time_text(seconds)); }

void put_live(const Row& row, size_t at, const Call& call, DeviceRow& out) {
  const DevicePresence there = call.site.presence(out.device_id);
  const int64_t seen = std::max({row.integer(at + 4), row.integer(at + 5), there.last_seen});
  JsonObject& live = out.entity.live;
  const bool heartbeats = there.heartbeats || call.now - row.integer(at + 5) <= kPresentSeconds;
  live.put("online", heartbeats || there.signalling || call.now - seen <= kPresentSeconds).put("api_seen", heartbeats);
  live.raw("last_online", time_or_null(seen)).raw("effective_strategy", effective_json(row, at + 30));
  live.raw("reported", JsonObject{}
                           .put("hostname", row.text(at + 8))
                           .put("username", row.text(at + 10))
                           .put("os", row.text(at + 21))
                           .put("cpu", row.text(at + 22))
                           .put("memory", row.text(at + 23))
                           .put("version", row.text(at + 24))
                           .put("address", row.text(at + 25))
                           .str());
  live.put("connections", there.connections);
}

}  // namespace

std::string effective_json(const Row& row, size_t at) {
  const bool enabled = row.flag(at + 3);
  const bool there = !row.null(at + 1);
  const std::string strategy = there && enabled ? json_ref(row.view(at + 1), row.view(at + 2)) : "null";
  const std::string_view level = there ? row.view(at) : "none";
  std::string_view delivery = "none";
  if (there && enabled) {
    const bool same = row.integer(at + 4) == row.integer(at + 5) && row.integer(at + 7) == row.integer(at + 8);
    delivery = same && row.flag(at + 6) ? "applied" : "waiting";
  }
  return JsonObject{}.raw("strategy", strategy).put("level", level).put("delivery", delivery).str();
}

DeviceRow device_row(const Row& row, size_t at, const Call& call) {
  DeviceRow out{static_cast<Ref>(row.integer(at)), row.text(at + 2), text_or(row, at + 7, at + 8), {}};
  JsonObject& fixed = out.entity.fixed;
  fixed.put("guid", row.text(at + 1)).put("id", out.device_id).put("state", kStates[row.integer(at + 3) & 3]);
  fixed.put("first_seen", time_text(row.integer(at + 6))).put("name", out.name);
  fixed.put("username", text_or(row, at + 9, at + 10)).put("note", row.text(at + 11));
  fixed.put("incoming_only", row.flag(at + 12)).raw("owner", json_ref(row.view(at + 13), row.view(at + 14)));
  fixed.raw("group", json_ref(row.view(at + 15), row.view(at + 16)));
  fixed.raw("strategy", json_ref(row.view(at + 17), row.view(at + 18))).put("orphan", row.flag(at + 19));
  fixed.put("conflict", row.integer(at + 20) == 0 ? "" : "cloned");
  fixed.raw("assigned_by", JsonObject{}
                               .put("owner", by_word(row.integer(at + 26)))
                               .put("group", by_word(row.integer(at + 27)))
                               .put("strategy", by_word(row.integer(at + 28)))
                               .str());
  fixed.put("wishes", row.text(at + 29));
  put_live(row, at, call, out);
  return out;
}

void add_device_lists(const Call& call, std::vector<DeviceRow>& rows) {
  std::vector<Ref> ids;
  for (const DeviceRow& one : rows) ids.push_back(one.id);
  const RefLists groups{call.sql,
                        "SELECT m.device_id, g.guid, g.name FROM {p}device_group_members m JOIN {p}device_groups g ON "
                        "g.id = m.group_id WHERE m.device_id IN (?) ORDER BY m.device_id, g.name_key",
                        ids};
  for (DeviceRow& one : rows) one.entity.fixed.raw("extra_groups", groups.of(one.id));
}

Entity device_entity(const Call& call, Ref id) {
  auto rows = call.sql.all(std::string{"SELECT "} + kDeviceColumns + " FROM " + kDeviceFrom + " WHERE d.id = ?1", {id},
                           [&](const Row& row) { return device_row(row, 0, call); });
  if (rows.empty()) throw Refused{not_found("device")};
  add_device_lists(call, rows);
  return rows.front().entity;
}

}  // namespace junctor::accounts::admin
