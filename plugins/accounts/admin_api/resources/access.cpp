// SPDX-License-Identifier: Apache-2.0
// The access tester, who reaches what, and the preview of changes (accounts.md 3, 19): signalling's own function
// answers.
#include <algorithm>
#include <set>

#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/device_entity.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/live/roster.hpp"
#include "accounts/model/refusals.hpp"

namespace junctor::accounts::admin {
std::string_view ground_text(Ground ground) {
  switch (ground) {
    case Ground::kNothing:
      return "";
    case Ground::kUnassigned:
      return "The device has no owner, group or share, and the site lets such devices be reached.";
    case Ground::kOwner:
      return "The user owns the device.";
    case Ground::kSameGroup:
      return "The device's owner is in a group of the user, whose members reach each other.";
    case Ground::kEdgeToUserGroup:
      return "An edge lets the user, or a group of the user, reach the owner's group.";
    case Ground::kEdgeToDeviceGroup:
      return "An edge lets the user, or a group of the user, reach a group of the device.";
    case Ground::kShare:
      return "The device is shared with the user, or with a group of the user.";
    case Ground::kBook:
      return "The device stands in an address book that grants access to the user.";
    case Ground::kAdministrator:
      return "Administrators reach every device of this site.";
    case Ground::kSwitchSides:
      return "The other side has asked to change sides.";
  }
  return "";
}

namespace {

std::string effective_of(const Call& call, Ref device) {
  const auto found = call.sql.one(
      std::string{"SELECT "} + kEffectiveColumns + " FROM {p}devices d" + kEffectiveJoins + " WHERE d.id = ?1",
      {device}, [](const Row& row) { return effective_json(row, 0); });
  return found.value_or(R"({"strategy":null,"level":"none","delivery":"none"})");
}

/// The role that would be applied: the user's, else Default; for nobody Not Logged; a disabled one says nothing.
std::string control_role_of(const Call& call, Ref user) {
  const char* statement =
      user == kNoRef
          ? "SELECT guid, name FROM {p}control_roles WHERE built_in = 2 AND enabled = 1 AND ?1 = ?1"
          : "SELECT c.guid, c.name FROM {p}control_roles c WHERE c.enabled = 1 AND c.id = COALESCE((SELECT "
            "control_role_id FROM {p}users WHERE id = ?1), (SELECT id FROM {p}control_roles WHERE built_in = 1))";
  return call.sql.one(statement, {user}, [](const Row& row) { return json_ref(row.view(0), row.view(1)); })
      .value_or("null");
}

Reply test(Call& call) {
  const std::string guid = call.text("user_guid");
  Ref user = kNoRef;
  if (!guid.empty()) {
    const FoundUser found = user_of(call, guid);
    need_user(call.caller, Permission::kUsersView, found.official());
    user = found.id;
  }
  const std::string id = call.text("device_id");
  const auto device = call.sql.one("SELECT guid FROM {p}devices WHERE device_id = ?1", {id},
                                   [](const Row& row) { return row.text(0); });
  Ref ref = kNoRef;
  if (device) {
    const FoundDevice found = device_of(call, *device);
    ref = found.id;
  }
  const Roster::Answer answer = call.site.roster().decide_for(user, id, call.moment("at").value_or(call.now));
  const Access access = answer.access;
  JsonObject out;
  out.put("allowed", access.allowed());
  out.put("reason", access.allowed() ? std::string_view{"allowed"} : word(access.refusal));
  out.put("ground", access.ground == Ground::kNothing ? std::string_view{} : word(access.ground));
  out.put("explanation", access.allowed() ? ground_text(access.ground) : sentence(access.refusal, user != kNoRef));
  out.put("refusal", access.allowed() ? std::string_view{} : sentence(access.refusal, user != kNoRef));
  const DevicePresence there = call.site.presence(id);
  out.put("online", there.signalling || there.heartbeats);
  out.raw("control_role", access.allowed() ? control_role_of(call, user) : "null");
  out.raw("strategy", effective_of(call, ref));
  return Reply::json(out.str());
}

std::string reach_json(std::string_view user_guid, std::string_view user_name, const std::string& device_ref,
                       Ground ground) {
  return JsonObject{}
      .raw("user", json_ref(user_guid, user_name))
      .raw("device", device_ref)
      .put("ground", word(ground))
      .put("explanation", ground_text(ground))
      .str();
}

std::string device_ref(const Row& row, size_t at) {
  return JsonObject{}.put("guid", row.text(at)).put("id", row.text(at + 1)).put("name", row.text(at + 2)).str();
}

constexpr const char* kDeviceRef =
    "d.guid, d.device_id, CASE WHEN d.override_name <> '' THEN d.override_name ELSE d.hostname END";

Reply reach_of_user(Call& call) {
  const FoundUser user = user_of(call, call.parameter("user"));
  constexpr SortColumn kSorts[] = {{"device", "d.device_id"}};
  Listing listing{call.endpoint, call.query, kSorts};
  const Roster& roster = call.site.roster();
  listing.where("d.device_id IN (" + listing.bind_all(roster.visible_devices(user.id, call.now)) + ")");
  restrict_devices(listing, call.caller, Permission::kDevicesView, kDeviceRightColumns);
  return Reply::json(listing.run(call.sql, kDeviceRef, "{p}devices d LEFT JOIN {p}users u ON u.id = d.owner_id", "d.id",
                                 [&](const Row& row, size_t at) {
                                   const auto answer = roster.decide_for(user.id, row.view(at + 1), call.now);
                                   return reach_json(user.guid, user.name, device_ref(row, at), answer.access.ground);
                                 }));
}

Reply reach_of_device(Call& call) {
  const FoundDevice device = device_of(call, call.parameter("device"));
  constexpr SortColumn kSorts[] = {{"user", "u.name_key"}};
  Listing listing{call.endpoint, call.query, kSorts};
  const Roster& roster = call.site.roster();
  const auto ref = call.sql.one(std::string{"SELECT "} + kDeviceRef + " FROM {p}devices d WHERE d.id = ?1", {device.id},
                                [](const Row& row) { return device_ref(row, 0); });
  // Users are asked one by one: a site has fewer of them than devices, and the answer is signalling's own.
  struct Candidate {
    Ref id;
    std::string guid, name;
  };
  std::string last = Cursor::parse(listing.given("cursor").value_or("")).value_or(Cursor{}).value;
  std::vector<std::string> items;
  std::optional<Cursor> next;
  for (bool more = true; more && !next;) {
    const auto page = call.sql.all(
        "SELECT id, guid, name, name_key FROM {p}users WHERE name_key > ?1 AND status = 1 ORDER BY name_key LIMIT 1000",
        {last}, [&](const Row& row) {
          return std::pair{Candidate{static_cast<Ref>(row.integer(0)), row.text(1), row.text(2)}, row.text(3)};
        });
    more = page.size() == 1000;
    for (const auto& one : page) {
      last = one.second;
      const auto answer = roster.decide_for(one.first.id, device.device_id, call.now);
      if (!answer.access.allowed()) continue;
      items.push_back(reach_json(one.first.guid, one.first.name, *ref, answer.access.ground));
      if (items.size() < listing.limit()) continue;
      next = Cursor{listing.given("sort").value_or("user"), last, 0};
      break;
    }
  }
  return Reply::json(Listing::page(items, next, std::nullopt));
}

}  // namespace

void add_access(Handlers& out) {
  out.insert({{"access.test", test}, {"users.reach", reach_of_user}, {"devices.reach", reach_of_device}});
}

}  // namespace junctor::accounts::admin
