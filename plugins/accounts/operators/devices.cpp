// SPDX-License-Identifier: Apache-2.0
// What is asked about devices, and what all subjects share. Inside a transaction.
#include "accounts/store/devices.hpp"

#include <charconv>
#include <ctime>

#include "accounts/api/json_out.hpp"
#include "accounts/api/refused.hpp"
#include "accounts/model/admission.hpp"
#include "accounts/operators/subjects.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {
namespace {

constexpr int64_t kLimit = 1000, kMostRows = 20'000;

Device the_device(const Sql& sql, const std::string& id) {
  auto device = device_by_id(sql, id);
  if (!device) throw Refused{"there is no device " + id};
  return *device;
}

const char* state_word(DeviceState state) {
  constexpr const char* kWords[] = {"pending", "active", "disabled", "banned"};
  return kWords[static_cast<size_t>(state)];
}

std::string name_of(const Sql& sql, const char* statement, Ref ref) {
  return ref == kNoRef ? std::string{}
                       : sql.one(statement, {ref}, [](const Row& row) { return row.text(0); }).value_or("");
}

JsonObject device_row(const Sql& sql, const Device& device) {
  JsonObject row;
  row.put("id", device.device_id).put("state", state_word(device.state));
  row.put("user", name_of(sql, "SELECT name FROM {p}users WHERE id = ?1", device.owner));
  row.put("group", name_of(sql, "SELECT name FROM {p}device_groups WHERE id = ?1", device.group));
  row.put("name", device.shown_name())
      .put("os", device.reported.os)
      .put("last_online", time_text(device.last_online()));
  return row;
}

std::string show(const Sql& sql, const Device& device) {
  JsonObject row = device_row(sql, device);
  row.put("guid", device.guid).put("username", device.shown_username()).put("version", device.reported.version);
  row.put("cpu", device.reported.cpu).put("memory", device.reported.memory).put("ip", device.reported.ip);
  row.put("strategy",
          name_of(sql,
                  "SELECT s.name FROM {p}strategy_assignments a JOIN {p}strategies s ON s.id = a.strategy_id "
                  "WHERE a.kind = 0 AND a.target_id = ?1",
                  device.id));
  row.put("note", device.note).put("orphan", device.orphan).put("first_seen", time_text(device.first_seen));
  return row.str();
}

/// The row of a name in a table of names; kNoRef for an empty name.
Ref named(const Sql& sql, const char* statement, const std::string& name, const char* what) {
  if (name.empty()) return kNoRef;
  const auto ref = static_cast<Ref>(sql.number(statement, {name_key(name)}));
  if (ref == kNoRef) throw Refused{std::string{"there is no "} + what + " named " + name};
  return ref;
}

std::string assign(const Sql& sql, const Request& request, Touched& touched) {
  Device device = the_device(sql, request.names.at(0));
  if (request.has("user")) {
    const Ref user = named(sql, "SELECT id FROM {p}users WHERE name_key = ?1", request.option("user"), "user");
    set_device_owner(sql, device.id, user, AssignedBy::kAdmin, touched);
  }
  if (request.has("group")) {
    const Ref group =
        named(sql, "SELECT id FROM {p}device_groups WHERE name_key = ?1", request.option("group"), "device group");
    set_device_group(sql, device.id, group, AssignedBy::kAdmin, touched);
  }
  if (request.has("strategy")) {
    const Ref strategy =
        named(sql, "SELECT id FROM {p}strategies WHERE name_key = ?1", request.option("strategy"), "strategy");
    set_device_strategy(sql, device.id, strategy, AssignedBy::kAdmin, touched);
  }
  if (request.has("note")) {
    device = the_device(sql, device.device_id);
    device.note = request.option("note");
    device.by.note = AssignedBy::kAdmin;
    update_device(sql, device, touched);
  }
  return show(sql, the_device(sql, device.device_id));
}

std::string list(const Sql& sql, const Request& request) {
  std::vector<std::string> rows;
  for (const Device& device : devices_after(sql, request.option("after"), limit_of(request))) {
    rows.push_back(device_row(sql, device).str());
  }
  return JsonObject{}.raw("rows", json_array(rows)).str();
}

void act(const Sql& sql, const std::string& verb, const Device& device, Touched& touched) {
  if (verb == "remove") {
    if (device.state == DeviceState::kBanned) throw Refused{device.device_id + " is banned; lift that first"};
    set_device_state(sql, device.id, DeviceState::kDisabled, touched);
    return delete_device(sql, device.id, touched);
  }
  const DeviceAct what = verb == "approve"   ? DeviceAct::kApprove
                         : verb == "disable" ? DeviceAct::kDisable
                                             : DeviceAct::kEnable;
  set_device_state(sql, device.id, after(device.state, what), touched);
}

}  // namespace

std::string time_text(int64_t seconds) {
  if (seconds == 0) return {};
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

int64_t limit_of(const Request& request) {
  if (!request.has("limit")) return kLimit;
  const std::string text = request.option("limit");
  int64_t limit = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (fault != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > kMostRows) {
    throw Refused{"expected --limit 1 to " + std::to_string(kMostRows) + ", got \"" + text + "\""};
  }
  return limit;
}

std::string about_device(const Sql& sql, const Request& request, Touched& touched) {
  if (request.verb == "list") return list(sql, request);
  if (request.verb == "show") return show(sql, the_device(sql, request.names.at(0)));
  if (request.verb == "assign") return assign(sql, request, touched);
  for (const std::string& id : request.names) act(sql, request.verb, the_device(sql, id), touched);
  return JsonObject{}.put("devices", request.names.size()).put("done", true).str();
}

std::string execute(const Sql& sql, const Request& request, const Prepared& prepared, int64_t now, Touched& touched) {
  if (request.subject == "user") return about_user(sql, request, prepared, now, touched);
  if (request.subject == "token") return about_token(sql, request, now);
  if (request.subject == "peers") return about_admission(sql, request, now, touched);
  return about_device(sql, request, touched);
}

}  // namespace junctor::accounts
