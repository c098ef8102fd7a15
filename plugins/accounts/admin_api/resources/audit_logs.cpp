// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/audit_logs.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <iterator>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/site.hpp"

namespace junctor::accounts::admin {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr int64_t kPiece = 1000;

constexpr std::string_view kKinds[] = {"desktop", "file", "port_forward", "camera", "terminal"};
constexpr std::string_view kAuths[] = {"none", "click", "one_time_password", "permanent_password", "switched_sides"};
constexpr std::string_view kFactors[] = {"none", "totp", "trusted_device"};
constexpr std::string_view kSessionKinds[] = {"client", "web_client", "console"};
constexpr std::string_view kAlarms[] = {"address not allowed",
                                        "more than 30 wrong attempts",
                                        "more than 6 attempts in a minute",
                                        "account: over 30 wrong attempts",
                                        "account: several wrong attempts in a minute",
                                        "account: several wrong attempts in an hour",
                                        "too many attempts from one IPv6 network",
                                        "terminal as administrator: backing off",
                                        "terminal as administrator: several at once",
                                        "message outside the session's kind",
                                        "id not allowed"};

template <size_t N>
std::string_view word_at(const std::string_view (&words)[N], int64_t number, std::string_view otherwise) {
  return number >= 0 && number < static_cast<int64_t>(N) ? words[number] : otherwise;
}

template <size_t N>
int64_t number_of(const std::string_view (&words)[N], std::string_view word) {
  const auto* found = std::find(std::begin(words), std::end(words), word);
  return found == std::end(words) ? -1 : found - std::begin(words);
}

Object::Ptr parse_info(std::string_view text) {
  try {
    const auto parsed = Poco::JSON::Parser{}.parse(std::string{text});
    if (parsed.type() == typeid(Object::Ptr)) return parsed.extract<Object::Ptr>();
  } catch (const Poco::Exception&) {  // as a device sent it: anything
  }
  return new Object;
}

std::string info_text(const Object& info, const std::string& key) {
  try {
    return info.has(key) && !info.isNull(key) ? info.get(key).convert<std::string>() : std::string{};
  } catch (const Poco::Exception&) {
    return {};
  }
}

void put_time(RowText& out, std::string_view key, int64_t seconds) {
  if (seconds == 0) {
    out.null(key);
  } else {
    out.put(key, time_text(seconds));
  }
}

void filter_device(Listing& listing) {
  const auto value = listing.given("device");
  if (!value) return;
  const std::string at = listing.bind("%" + like_escaped(*value) + "%");
  listing.where("(a.device_id {like} " + at +
                " ESCAPE '\\' OR a.device_id IN (SELECT d.device_id FROM {p}devices d WHERE "
                "d.hostname {like} " +
                at + " ESCAPE '\\' OR d.override_name {like} " + at + " ESCAPE '\\'))");
}

/// NULL for -1.
template <size_t N>
void filter_word(Listing& listing, std::string_view name, const std::string_view (&words)[N], std::string_view column,
                 std::string_view none) {
  const auto value = listing.given(name);
  if (!value) return;
  if (*value == none) {
    listing.where(std::string{column} + " IS NULL");
  } else {
    listing.where(std::string{column} + " = " + listing.bind_number(number_of(words, *value)));
  }
}

std::string my_devices(Listing& listing, const Caller& caller) {
  return "(SELECT device_id FROM {p}devices WHERE owner_id = " + listing.bind_number(caller.user) + ")";
}

// ---- connections ----

constexpr const char* kConnColumns =
    "a.guid, a.type, a.device_id, COALESCE((SELECT CASE WHEN d.override_name <> '' THEN d.override_name ELSE "
    "d.hostname "
    "END FROM {p}devices d WHERE d.device_id = a.device_id), ''), a.peer_id, a.peer_name, a.user_name, a.ip, "
    "a.started, "
    "a.ended, a.lost, a.primary_auth, a.two_factor, a.relayed, a.bytes, a.ground, a.role, a.note";

void conn_filter(Listing& listing) {
  filter_device(listing);
  listing.contains("peer", {"a.peer_id", "a.peer_name"});
  listing.contains("user", {"a.user_name"});
  filter_word(listing, "kind", kKinds, "a.type", "none");
  filter_word(listing, "auth", kAuths, "a.primary_auth", "none");
  filter_word(listing, "second_factor", kFactors, "a.two_factor", "none");
  if (const auto open = listing.flag("open")) listing.where(*open ? "a.ended IS NULL" : "a.ended IS NOT NULL");
  listing.between("from", "until", "a.started");
}

void conn_own(Listing& listing, const Caller& caller) {
  const std::string mine = my_devices(listing, caller);
  listing.where("(a.user_id = " + listing.bind_number(caller.user) + " OR a.device_id IN " + mine +
                " OR a.peer_id IN " + mine + ")");
}

void conn_row(const Row& row, size_t at, RowText& out) {
  out.put("guid", row.view(at)).put("kind", row.null(at + 1) ? "none" : word_at(kKinds, row.integer(at + 1), "none"));
  out.put("device_id", row.view(at + 2)).put("device_name", row.view(at + 3));
  out.put("peer_id", row.view(at + 4)).put("peer_name", row.view(at + 5)).put("user", row.view(at + 6));
  out.put("address", row.view(at + 7)).put("started", time_text(row.integer(at + 8)));
  put_time(out, "ended", row.integer(at + 9));
  out.flag("lost", row.flag(at + 10)).put("auth", word_at(kAuths, row.integer(at + 11), "none"));
  out.put("second_factor", word_at(kFactors, row.integer(at + 12), "none"));
  const bool known = !row.null(at + 14) || row.flag(at + 13);
  out.put("path", row.flag(at + 13) ? "relayed" : known ? "direct" : "unknown");
  if (row.null(at + 14)) {
    out.null("bytes");
  } else {
    out.number("bytes", row.integer(at + 14));
  }
  out.put("ground", row.view(at + 15)).put("control_role", row.view(at + 16)).put("note", row.view(at + 17));
}

// ---- files ----

constexpr const char* kFileColumns =
    "a.guid, a.created, a.device_id, COALESCE((SELECT CASE WHEN d.override_name <> '' THEN d.override_name ELSE "
    "d.hostname END FROM {p}devices d WHERE d.device_id = a.device_id), ''), a.peer_id, a.peer_name, a.user_name, "
    "a.ip, "
    "a.type, a.path, a.is_file, a.info";

void file_filter(Listing& listing) {
  filter_device(listing);
  listing.contains("peer", {"a.peer_id", "a.peer_name"});
  listing.contains("user", {"a.user_name"});
  listing.contains("path", {"a.path"});
  if (const auto way = listing.given("direction")) {
    listing.where("a.type = " + listing.bind_number(*way == "from_device" ? 0 : 1));
  }
  listing.between("from", "until", "a.created");
}

std::string files_json(const Object& info, std::string* cell) {
  std::vector<std::string> out;
  const auto files = info.isArray("files") ? info.getArray("files") : Array::Ptr{};
  for (unsigned at = 0; !files.isNull() && at < files->size() && at < 10; ++at) {
    if (!files->isArray(at)) continue;
    try {
      const auto pair = files->getArray(at);
      const auto name = pair->getElement<std::string>(0);
      const auto bytes = pair->getElement<int64_t>(1);
      out.push_back(JsonObject{}.put("name", name).put("bytes", bytes).str());
      *cell += (cell->empty() ? "" : "; ") + name + " (" + std::to_string(bytes) + ")";
    } catch (const Poco::Exception&) {  // as a device sent it
    }
  }
  return json_array(out);
}

void file_row(const Row& row, size_t at, RowText& out) {
  const auto info = parse_info(row.view(at + 11));
  out.put("guid", row.view(at)).put("time", time_text(row.integer(at + 1))).put("device_id", row.view(at + 2));
  out.put("device_name", row.view(at + 3)).put("peer_id", row.view(at + 4)).put("peer_name", row.view(at + 5));
  out.put("user", row.view(at + 6)).put("address", row.view(at + 7));
  out.put("direction", row.integer(at + 8) == 0 ? "from_device" : "to_device").put("path", row.view(at + 9));
  out.flag("is_file", row.flag(at + 10));
  std::string cell;
  const std::string files = files_json(*info, &cell);
  int64_t count = 0;
  try {
    count = info->optValue<int64_t>("num", 0);
  } catch (const Poco::Exception&) {  // as a device sent it
  }
  out.number("count", count).raw("files", files, cell);
}

// ---- alarms ----

constexpr const char* kAlarmColumns = "a.guid, a.type, a.created, a.device_id, a.user_name, a.ip, a.info";

void alarm_filter(Listing& listing) {
  if (const auto type = listing.given("type")) listing.where("a.type = " + listing.bind_number(std::stoll(*type)));
  listing.contains("account", {"a.user_name"});
  listing.contains("device", {"a.device_id"});
  listing.contains("peer", {"a.info"});
  listing.between("from", "until", "a.created");
}

void alarm_own(Listing& listing, const Caller& caller) {
  const std::string mine = my_devices(listing, caller);
  listing.where("(a.user_id = " + listing.bind_number(caller.user) + " OR a.device_id IN " + mine + ")");
}

void alarm_row(const Row& row, size_t at, RowText& out) {
  const auto info = parse_info(row.view(at + 6));
  out.put("guid", row.view(at)).number("type", row.integer(at + 1));
  out.put("text", word_at(kAlarms, row.integer(at + 1), "unknown")).put("time", time_text(row.integer(at + 2)));
  out.put("device_id", row.view(at + 3)).put("account", row.view(at + 4));
  out.put("peer_id", info_text(*info, "id")).put("peer_name", info_text(*info, "name"));
  out.put("address", row.view(at + 5).empty() ? info_text(*info, "ip") : row.text(at + 5));
}

// ---- console ----

constexpr const char* kConsoleColumns =
    "a.guid, a.created, a.user_name, a.type, a.operation, a.detail, a.before, a.after, a.address";

/// Numbers of the words that hold the text.
template <class WordOf>
void filter_numbers(Listing& listing, std::string_view name, std::string_view column, WordOf&& word_of) {
  const auto value = listing.given(name);
  if (!value) return;
  std::string numbers;
  for (int64_t at = 0; word_of(at) != "other"; ++at) {
    if (word_of(at).find(*value) == std::string_view::npos) continue;
    numbers += (numbers.empty() ? "" : ", ") + listing.bind_number(at);
  }
  listing.where(std::string{column} + " IN (" + (numbers.empty() ? "NULL" : numbers) + ")");
}

void console_filter(Listing& listing) {
  listing.contains("operator", {"a.user_name"});
  filter_numbers(listing, "type", "a.type", subject_word);
  filter_numbers(listing, "operation", "a.operation", operation_word);
  listing.between("from", "until", "a.created");
}

void user_own(Listing& listing, const Caller& caller) {
  listing.where("a.user_id = " + listing.bind_number(caller.user));
}

void console_row(const Row& row, size_t at, RowText& out) {
  out.put("guid", row.view(at)).put("time", time_text(row.integer(at + 1))).put("operator", row.view(at + 2));
  out.put("type", subject_word(row.integer(at + 3))).put("operation", operation_word(row.integer(at + 4)));
  out.put("target", row.view(at + 5));
  std::string detail;
  if (!row.view(at + 6).empty()) detail += "before: " + row.text(at + 6);
  if (!row.view(at + 7).empty()) detail += (detail.empty() ? "" : "\n") + ("after: " + row.text(at + 7));
  out.put("detail", detail).put("address", row.view(at + 8));
}

// ---- log-ins ----

constexpr const char* kLoginColumns =
    "a.guid, a.created, a.user_name, a.method, a.result, a.kind, a.device_name, a.device_id, a.address";

void login_filter(Listing& listing) {
  listing.contains("user", {"a.user_name"});
  listing.contains("method", {"a.method"});
  listing.contains("result", {"a.result"});
  if (const auto success = listing.flag("success")) listing.where(*success ? "a.result = 'ok'" : "a.result <> 'ok'");
  listing.begins("address", "a.address");
  listing.between("from", "until", "a.created");
}

void login_row(const Row& row, size_t at, RowText& out) {
  out.put("guid", row.view(at)).put("time", time_text(row.integer(at + 1))).put("user", row.view(at + 2));
  out.put("method", row.view(at + 3)).flag("success", row.view(at + 4) == "ok").put("result", row.view(at + 4));
  out.put("kind", word_at(kSessionKinds, row.integer(at + 5), "client"));
  out.put("device", row.view(at + 6).empty() ? row.view(at + 7) : row.view(at + 6)).put("address", row.view(at + 8));
}

constexpr AuditLog kLogs[] = {
    {"connections", kConnColumns, "{p}audit_conn a", "a.id", "a.started", conn_filter, conn_own, conn_row},
    {"files", kFileColumns, "{p}audit_file a", "a.id", "a.created", file_filter, conn_own, file_row},
    {"alarms", kAlarmColumns, "{p}audit_alarm a", "a.id", "a.created", alarm_filter, alarm_own, alarm_row},
    {"console", kConsoleColumns, "{p}audit_console a", "a.id", "a.created", console_filter, user_own, console_row},
    {"logins", kLoginColumns, "{p}audit_login a", "a.id", "a.created", login_filter, user_own, login_row},
};

}  // namespace

const AuditLog* audit_log(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kLogs), std::end(kLogs), [&](const AuditLog& log) { return log.name == name; });
  return found == std::end(kLogs) ? nullptr : found;
}

void restrict_log(const Call& call, const AuditLog& log, Listing& listing) {
  if (may(call.caller.official(), Permission::kAuditView)) return;
  const bool own = may_for_own(call.caller.official(), Permission::kAuditView) || !call.site.logs_admin_only();
  if (!own) throw Refused{forbidden("audit:view")};
  log.own(listing, call.caller);
}

std::string export_piece(const Call& call, const AuditLog& log, bool csv, int64_t after, int64_t* last) {
  Query query = call.query;
  query.erase("format");
  query.emplace("limit", std::to_string(kPiece));
  const SortColumn sorts[] = {{"", log.id, true}};
  Listing listing{call.endpoint, query, sorts};
  restrict_log(call, log, listing);
  log.filter(listing);
  listing.where(std::string{log.id} + " > " + listing.bind_number(after));
  std::string out;
  const bool first = csv && after == 0;
  listing.rows(call.sql, log.columns, log.from, log.id, [&](const Row& row, size_t at) {
    RowText text{csv};
    log.row(row, at, text);
    if (first && out.empty()) out = text.head();
    out += text.str();
    if (!csv) out += '\n';
    *last = row.integer(1);
    return 0;
  });
  return out;
}

}  // namespace junctor::accounts::admin
