// SPDX-License-Identifier: Apache-2.0
// The first page's numbers, and what clients and people need to know of the site.
#include "accounts/admin_api/core/site.hpp"

#include <map>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/resources/audit_logs.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "wire/invite.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr int64_t kOnlineSeconds = 120;
constexpr int64_t kDay = 86'400;

std::string counts(const Sql& sql, std::string_view statement) {
  return json_array(sql.all(statement, {}, [](const Row& row) {
    return JsonObject{}.put("name", row.text(0)).put("count", row.integer(1)).str();
  }));
}

std::string systems(const Sql& sql) {
  return counts(
      sql,
      "SELECT CASE WHEN os {like} 'windows /%' THEN 'windows' WHEN os {like} 'macos /%' THEN 'macos' WHEN os "
      "{like} 'android /%' THEN 'android' WHEN os = '' THEN 'unknown' ELSE 'linux' END AS system, COUNT(*) FROM "
      "{p}devices GROUP BY system ORDER BY 2 DESC, 1 LIMIT 10");
}

std::string versions(const Sql& sql) {
  return counts(
      sql, "SELECT version, COUNT(*) FROM {p}devices WHERE version <> '' GROUP BY version ORDER BY 2 DESC, 1 LIMIT 20");
}

std::string latest_alarms(const Call& call) {
  const AuditLog& log = *audit_log("alarms");
  return json_array(call.sql.all(
      std::string{"SELECT "} + log.columns + " FROM " + log.from + " ORDER BY a.created DESC, a.id DESC LIMIT 10", {},
      [&](const Row& row) {
        RowText text{false};
        log.row(row, 0, text);
        return text.str();
      }));
}

std::string step(std::string_view name, bool done, std::string_view help) {
  return JsonObject{}.put("step", name).put("done", done).put("help", help).str();
}

std::string first_steps(const Call& call, int64_t without_factor, int64_t devices) {
  const Ref me = call.caller.user;
  std::vector<std::string> out;
  out.push_back(step("password", call.sql.number("SELECT must_change_password FROM {p}users WHERE id = ?1", {me}) == 0,
                     "Change the password that the first start made."));
  out.push_back(step("second_factor", without_factor == 0,
                     "Give each administrator an authenticator: own account, second factors."));
  out.push_back(step(
      "public_url", !call.site.public_url().empty(),
      "Say in the settings under which address the site is reached, so that links and the configuration lead here."));
  const auto settings = call.site.settings();
  const auto says = [&](std::string_view name, std::string_view value) {
    const auto* found = settings->find(name);
    return found != nullptr && !found->value.texts.empty() && found->value.texts.front() == value;
  };
  const bool by_admission = says("initiate", "by_admission") && !says("admission", "open");
  out.push_back(step("login_required", by_admission || says("initiate", "logged_in") || says("initiate", "listed"),
                     "Let only people who are logged in start sessions: initiate in the settings."));
  out.push_back(step("unassigned", !says("unassigned", "everyone"),
                     "Close devices that belong to nobody: unassigned in the settings."));
  out.push_back(step("devices", devices > 0, "Give the configuration string or QR code to the first device."));
  return json_array(out);
}

Reply overview(Call& call) {
  const Sql& sql = call.sql;
  const int64_t today = call.now - kDay;
  const int64_t devices = sql.number("SELECT COUNT(*) FROM {p}devices");
  const int64_t without_factor = sql.number(
      "SELECT COUNT(*) FROM {p}users u WHERE u.status = 1 AND NOT EXISTS (SELECT 1 FROM {p}totp t WHERE t.user_id = "
      "u.id "
      "AND t.confirmed = 1)");
  const int64_t admins_without = sql.number(
      "SELECT COUNT(*) FROM {p}users u WHERE u.status = 1 AND u.is_admin = 1 AND NOT EXISTS (SELECT 1 FROM {p}totp t "
      "WHERE "
      "t.user_id = u.id AND t.confirmed = 1)");
  JsonObject out;
  out.put("devices", devices);
  out.put("devices_online",
          sql.number("SELECT COUNT(*) FROM {p}devices WHERE last_signalling >= ?1 OR last_heartbeat >= ?1",
                     {call.now - kOnlineSeconds}));
  out.put("devices_pending", sql.number("SELECT COUNT(*) FROM {p}devices WHERE state = 0"));
  out.put("devices_unassigned",
          sql.number("SELECT COUNT(*) FROM {p}devices WHERE owner_id IS NULL AND group_id IS NULL"));
  out.put(
      "devices_conflicting",
      sql.number("SELECT COUNT(*) FROM {p}devices d JOIN (SELECT uuid FROM {p}devices WHERE length(uuid) > 0 GROUP BY "
                 "uuid HAVING COUNT(*) > 1) x ON x.uuid = d.uuid"));
  out.put("users", sql.number("SELECT COUNT(*) FROM {p}users"));
  out.put("users_disabled", sql.number("SELECT COUNT(*) FROM {p}users WHERE status = 0"));
  out.put("users_without_factor", without_factor);
  out.put("sessions", sql.number("SELECT COUNT(*) FROM {p}sessions"));
  out.put("connections", sql.number("SELECT COUNT(*) FROM {p}audit_conn WHERE ended IS NULL"));
  out.put("connections_today", sql.number("SELECT COUNT(*) FROM {p}audit_conn WHERE started >= ?1", {today}));
  out.put("alarms_today", sql.number("SELECT COUNT(*) FROM {p}audit_alarm WHERE created >= ?1", {today}));
  out.put("failed_logins_today",
          sql.number("SELECT COUNT(*) FROM {p}audit_login WHERE created >= ?1 AND result <> 'ok'", {today}));
  out.raw("systems", systems(sql)).raw("versions", versions(sql)).raw("alarms", latest_alarms(call));
  out.raw("first_steps", first_steps(call, admins_without, devices));
  return Reply::json(out.str());
}

/// How many rows each span has.
std::map<int64_t, int64_t> spans(const Sql& sql, const std::string& table, const std::string& time,
                                 const std::string& condition, int64_t since, int64_t step) {
  std::map<int64_t, int64_t> out;
  sql.exec("SELECT (" + time + " - ?1) / ?2 AS span, COUNT(*) FROM {p}" + table + " WHERE " + time + " >= ?1" +
               condition + " GROUP BY span",
           {since, step}, [&](const Row& row) { out[row.integer(0)] = row.integer(1); });
  return out;
}

Reply history(Call& call) {
  const auto asked = call.query.find("span");
  const bool month = asked != call.query.end() && asked->second == "month";
  const int64_t step_size = month ? kDay : 3600;
  const int64_t count = month ? 30 : 24;
  const int64_t since = (call.now / step_size + 1 - count) * step_size;
  auto connections = spans(call.sql, "audit_conn", "started", "", since, step_size);
  auto alarms = spans(call.sql, "audit_alarm", "created", "", since, step_size);
  auto failed = spans(call.sql, "audit_login", "created", " AND result <> 'ok'", since, step_size);
  std::vector<std::string> points;
  for (int64_t at = 0; at < count; ++at) {
    points.push_back(JsonObject{}
                         .put("time", time_text(since + at * step_size))
                         .put("connections", connections[at])
                         .put("alarms", alarms[at])
                         .put("failed_logins", failed[at])
                         .str());
  }
  return Reply::json(JsonObject{}.put("step", step_size).raw("points", json_array(points)).str());
}

/// "https://rd.example.org:8443/rd" is reached at "rd.example.org".
std::string host_of(const std::string& url) {
  const size_t begin = url.find("://");
  if (begin == std::string::npos) return {};
  std::string host = url.substr(begin + 3, url.find('/', begin + 3) - begin - 3);
  const size_t colon = host.find(':', host.rfind(']') == std::string::npos ? 0 : host.rfind(']'));
  return host.substr(0, colon);
}

Reply site(Call& call) {
  const std::string url = call.site.public_url();
  const std::string host = host_of(url.empty() ? call.ask.base_url : url);
  const std::string configuration =
      host.empty() ? std::string{} : wire::encode_invite({host, "", url, call.site.public_key()});
  const std::string link = configuration.empty() ? std::string{} : "rustdesk://config/" + configuration;
  return Reply::json(
      JsonObject{}
          .put("version", call.site.version())
          .put("host", host)
          .put("key", call.site.public_key())
          .put("api", url.empty() ? call.ask.base_url : url)
          .put("public_url", url)
          .put("configuration", configuration)
          .put("link", link)
          .put("qr", configuration.empty() ? std::string{} : call.site.qr_code("config=" + configuration))
          .put("executable", host.empty() ? std::string{}
                                          : "rustdesk-host=" + host + ",key=" + call.site.public_key() +
                                                (url.empty() ? "" : ",api=" + url) + ".exe")
          .str());
}

}  // namespace

void add_site(Handlers& out) {
  out.insert({{"overview.get", overview}, {"overview.history", history}, {"site.get", site}});
}

}  // namespace junctor::accounts::admin
