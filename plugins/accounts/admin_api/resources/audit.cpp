// SPDX-License-Identifier: Apache-2.0
// Lists of the logs, notes, and what is open at this moment (accounts.md 17).
#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/audit_logs.hpp"
#include "accounts/admin_api/resources/resources.hpp"

namespace junctor::accounts::admin {
namespace {

Reply list_log(Call& call, std::string_view name) {
  const AuditLog& log = *audit_log(name);
  const SortColumn sorts[] = {{"time", log.time, true}};
  Listing listing{call.endpoint, call.query, sorts};
  restrict_log(call, log, listing);
  log.filter(listing);
  return Reply::json(listing.run(call.sql, log.columns, log.from, log.id, [&](const Row& row, size_t at) {
    RowText text{false};
    log.row(row, at, text);
    return text.str();
  }));
}

Reply connections(Call& call) { return list_log(call, "connections"); }
Reply files(Call& call) { return list_log(call, "files"); }
Reply alarms(Call& call) { return list_log(call, "alarms"); }
Reply console(Call& call) { return list_log(call, "console"); }
Reply logins(Call& call) { return list_log(call, "logins"); }

/// The row, if the caller sees it; else Refused 404.
Entity connection(const Call& call, const std::string& guid) {
  const AuditLog& log = *audit_log("connections");
  const SortColumn sorts[] = {{"", log.id, true}};
  const Query none{};
  Listing listing{call.endpoint, none, sorts};
  restrict_log(call, log, listing);
  listing.where("a.guid = " + listing.bind(guid));
  Entity out;
  bool found = false;
  listing.rows(call.sql, log.columns, log.from, log.id, [&](const Row& row, size_t at) {
    RowText text{false};
    log.row(row, at, text);
    found = true;
    out.whole = text.str();
    return 0;
  });
  if (!found) throw Refused{not_found("connection")};
  return out;
}

Reply note(Call& call) {
  const std::string guid = call.parameter("row");
  call.require_match(connection(call, guid));
  if (call.has("note")) {
    call.sql.exec("UPDATE {p}audit_conn SET note = ?2 WHERE guid = ?1", {guid, call.text("note")});
    call.log(Subject::kDevices, Operation::kUpdateNote, guid);
  }
  return call.shown(connection(call, guid));
}

// ---- live ----

constexpr const char* kLiveColumns =
    "a.guid, d.guid, a.device_id, CASE WHEN d.override_name <> '' THEN d.override_name ELSE COALESCE(d.hostname, '') "
    "END, "
    "a.conn_id, a.type, a.peer_id, a.peer_name, a.user_name, a.ip, a.started";
constexpr const char* kLiveFrom = "{p}audit_conn a JOIN {p}devices d ON d.device_id = a.device_id";
constexpr std::string_view kKinds[] = {"desktop", "file", "port_forward", "camera", "terminal"};

std::string live_row(const Call& call, const Row& row, size_t at) {
  JsonObject out;
  out.put("session", row.text(at));
  out.raw("device",
          JsonObject{}.put("guid", row.text(at + 1)).put("id", row.text(at + 2)).put("name", row.text(at + 3)).str());
  out.put("connection", row.integer(at + 4));
  const int64_t type = row.integer(at + 5);
  out.put("kind", row.null(at + 5) || type < 0 || type > 4 ? std::string_view{"none"} : kKinds[type]);
  out.put("peer_id", row.text(at + 6)).put("peer_name", row.text(at + 7)).put("user", row.text(at + 8));
  out.put("address", row.text(at + 9)).put("started", time_text(row.integer(at + 10)));
  out.put("ending", call.site.is_ending(row.view(at + 2), row.integer(at + 4)));
  return out.str();
}

Reply live(Call& call) {
  const AuditLog& log = *audit_log("connections");
  constexpr SortColumn kSorts[] = {{"started", "a.started", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  restrict_log(call, log, listing);
  listing.where("a.ended IS NULL");
  listing.contains("device", {"a.device_id", "d.hostname", "d.override_name"});
  listing.contains("user", {"a.user_name"});
  return Reply::json(listing.run(call.sql, kLiveColumns, kLiveFrom, "a.id",
                                 [&](const Row& row, size_t at) { return live_row(call, row, at); }));
}

Reply disconnect(Call& call) {
  const std::string& guid = call.parameter("connection");
  connection(call, guid);
  struct Open {
    std::string device_id;
    int64_t conn_id;
    Ref owner;
  };
  const auto open = call.sql.one(
      "SELECT a.device_id, a.conn_id, d.owner_id FROM {p}audit_conn a LEFT JOIN {p}devices d ON d.device_id = "
      "a.device_id WHERE a.guid = ?1 AND a.ended IS NULL",
      {guid}, [](const Row& row) {
        return Open{row.text(0), row.integer(1), static_cast<Ref>(row.integer(2))};
      });
  if (!open) refuse(409, "ended", "The connection has ended already.");
  const bool own = open->owner == call.caller.user && may_for_own(call.caller.official(), Permission::kAuditEdit);
  if (!own) need(call.caller, Permission::kAuditEdit);
  call.disconnects.push_back({open->device_id, {open->conn_id}});
  call.log(Subject::kDevices, Operation::kDisconnect, open->device_id + " connection " + std::to_string(open->conn_id));
  return Reply::nothing();
}

template <size_t N>
struct Name {
  char text[N];
  constexpr Name(const char (&from)[N]) { std::copy_n(from, N, text); }
};

template <Name kLog>
std::string export_log(const Call& call, bool csv, int64_t after, int64_t* last) {
  return export_piece(call, *audit_log(kLog.text), csv, after, last);
}

}  // namespace

void add_audit(Handlers& out) {
  out.exports.insert({{"audit.exportConnections", export_log<"connections">},
                      {"audit.exportFiles", export_log<"files">},
                      {"audit.exportAlarms", export_log<"alarms">},
                      {"audit.exportConsole", export_log<"console">},
                      {"audit.exportLogins", export_log<"logins">}});
  out.insert({{"audit.connections", connections},
              {"audit.files", files},
              {"audit.alarms", alarms},
              {"audit.console", console},
              {"audit.logins", logins},
              {"audit.note", note},
              {"live.list", live},
              {"live.disconnect", disconnect}});
}

}  // namespace junctor::accounts::admin
