// SPDX-License-Identifier: Apache-2.0
// audits.py (http-api.md 8.7): newest first, times as Unix seconds, a kind that was never told is missing.
#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/resources/audit_logs.hpp"
#include "accounts/admin_api/scripts/script.hpp"

namespace junctor::accounts::admin {
namespace {

/// "2026-01-31 10:20:30.000", UTC.
void filter_time(ScriptList& rows, const ScriptCall& script, std::string_view column) {
  auto text = script.given("created_at");
  if (!text) return;
  const size_t space = text->find(' ');
  if (space != std::string::npos) (*text)[space] = 'T';
  const auto moment = parse_time(*text + "Z");
  if (!moment) refuse(422, "invalid", "created_at: expected YYYY-MM-DD hh:mm:ss.000");
  rows.listing().where(std::string{column} + " >= " + rows.listing().bind_number(*moment));
}

const char* const kDeviceName =
    "COALESCE((SELECT CASE WHEN d.override_name <> '' THEN d.override_name ELSE d.hostname END FROM {p}devices d WHERE "
    "d.device_id = a.device_id), '')";

Reply conn(ScriptCall& script) {
  ScriptList rows{script};
  restrict_log(script.call, *audit_log("connections"), rows.listing());
  rows.like("remote", {"a.device_id", kDeviceName, "a.peer_id", "a.peer_name"});
  if (const auto type = script.given("conn_type")) {
    const bool number = type->find_first_not_of("0123456789") == std::string::npos && type->size() < 10;
    if (!number) refuse(422, "invalid", "conn_type: expected a number");
    rows.listing().where("a.type = " + rows.listing().bind_number(std::stoll(*type)));
  }
  filter_time(rows, script, "a.started");
  const std::string columns = std::string{"a.guid, a.device_id, "} + kDeviceName +
                              ", a.peer_id, a.peer_name, a.user_name, a.note, a.started, a.ended, a.type, a.ip, "
                              "a.primary_auth, a.two_factor, a.conn_id";
  return Reply::json(rows.run(columns, "{p}audit_conn a", "a.started DESC, a.id DESC", [](const Row& row) {
    JsonObject out;
    out.put("guid", row.text(0)).put("id", row.text(1)).put("device_name", row.text(2)).put("remote", row.text(3));
    out.put("remote_name", row.text(4)).put("user_name", row.text(5)).put("note", row.text(6));
    out.put("created_at", row.integer(7));
    if (!row.null(8)) out.put("end_time", row.integer(8));
    if (!row.null(9)) out.put("conn_type", row.integer(9));
    out.put("ip", row.text(10)).put("conn_id", row.integer(13));
    if (!row.null(11)) out.put("primary_auth", row.integer(11));
    if (!row.null(12)) out.put("two_factor", row.integer(12));
    return out.str();
  }));
}

Reply file(ScriptCall& script) {
  ScriptList rows{script};
  restrict_log(script.call, *audit_log("files"), rows.listing());
  rows.like("remote", {"a.device_id", kDeviceName, "a.peer_id", "a.peer_name"});
  filter_time(rows, script, "a.created");
  const std::string columns =
      std::string{"a.guid, a.device_id, "} + kDeviceName +
      ", a.peer_id, a.peer_name, a.user_name, a.created, a.path, a.type, a.info, a.is_file, a.ip";
  return Reply::json(rows.run(columns, "{p}audit_file a", "a.created DESC, a.id DESC", [](const Row& row) {
    return JsonObject{}
        .put("guid", row.text(0))
        .put("id", row.text(1))
        .put("device_name", row.text(2))
        .put("remote", row.text(3))
        .put("remote_name", row.text(4))
        .put("user_name", row.text(5))
        .put("created_at", row.integer(6))
        .put("path", row.text(7))
        .put("type", row.integer(8))
        .put("info", row.text(9))
        .put("is_file", row.flag(10))
        .put("ip", row.text(11))
        .str();
  }));
}

Reply alarm(ScriptCall& script) {
  ScriptList rows{script};
  restrict_log(script.call, *audit_log("alarms"), rows.listing());
  rows.like("device", {"a.device_id", kDeviceName});
  filter_time(rows, script, "a.created");
  const std::string columns =
      std::string{"a.guid, a.device_id, "} + kDeviceName + ", a.user_name, a.created, a.type, a.info, a.ip";
  return Reply::json(rows.run(columns, "{p}audit_alarm a", "a.created DESC, a.id DESC", [](const Row& row) {
    return JsonObject{}
        .put("guid", row.text(0))
        .put("id", row.text(1))
        .put("device_name", row.text(2))
        .put("user_name", row.text(3))
        .put("created_at", row.integer(4))
        .put("typ", row.integer(5))
        .put("info", row.text(6))
        .put("ip", row.text(7))
        .str();
  }));
}

Reply console(ScriptCall& script) {
  ScriptList rows{script};
  restrict_log(script.call, *audit_log("console"), rows.listing());
  rows.like("operator", {"a.user_name"});
  filter_time(rows, script, "a.created");
  return Reply::json(rows.run("a.guid, a.user_name, a.detail, a.created, a.type, a.operation, a.address",
                              "{p}audit_console a", "a.created DESC, a.id DESC", [](const Row& row) {
                                return JsonObject{}
                                    .put("guid", row.text(0))
                                    .put("operator", row.text(1))
                                    .put("detail", row.text(2))
                                    .put("created_at", row.integer(3))
                                    .put("typ", row.integer(4))
                                    .put("iop", row.integer(5))
                                    .put("ip", row.text(6))
                                    .str();
                              }));
}

}  // namespace

std::vector<Script> audit_scripts() {
  return {{Method::kGet, "/audits/conn", "audit", true, conn},
          {Method::kGet, "/audits/file", "audit", true, file},
          {Method::kGet, "/audits/alarm", "audit", true, alarm},
          {Method::kGet, "/audits/console", "audit", true, console}};
}

}  // namespace junctor::accounts::admin
