// SPDX-License-Identifier: Apache-2.0
// Import and export of users, devices and address books (accounts.md 16, 19): what an export wrote, an import takes.
#include <algorithm>
#include <iterator>
#include <set>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/book_acts.hpp"
#include "accounts/admin_api/resources/device_acts.hpp"
#include "accounts/admin_api/resources/device_entity.hpp"
#include "accounts/admin_api/resources/imports.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/admin_api/resources/user_acts.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/user_groups.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

using What = ImportReport::What;

// ---- address books ----

EntryChange change_of(const ImportRow& row) {
  EntryChange change;
  const auto take = [&](const char* column, std::optional<std::string>& to) {
    if (row.has(column)) to = row.at(column);
  };
  take("alias", change.alias);
  take("note", change.note);
  take("username", change.username);
  take("hostname", change.hostname);
  take("platform", change.platform);
  if (row.has("tags")) change.tags = cell_texts(row.at("tags"));
  return change;
}

bool differs(const BookEntry& entry, const EntryChange& change) {
  const auto other = [](const auto& wanted, const auto& present) { return wanted && *wanted != present; };
  return other(change.alias, entry.alias) || other(change.note, entry.note) || other(change.username, entry.username) ||
         other(change.hostname, entry.hostname) || other(change.platform, entry.platform) ||
         other(change.tags, entry.tags);
}

What import_entry(Call& call, const Book& book, const ImportRow& row, bool add_only) {
  const std::string id = row.at("id");
  const auto present = tagged_entry(call.sql, book.id, id);
  const EntryChange change = change_of(row);
  if (present && (add_only || !differs(*present, change))) return What::kUnchanged;
  if (!present && !has_peer(call.sql, book.id, id)) check_peer(call, id);
  put_entry(call.sql, call.site.sealer(), book, id, change, true, call.now, call.touched);
  return present ? What::kUpdated : What::kAdded;
}

Reply import_book(Call& call) {
  const Book book = book_of(call, call.parameter("book"), BookLevel::kReadWrite);
  const auto rows =
      import_rows(call, {"id", "alias", "tags", "note", "username", "hostname", "platform"}, {"password_set"}, "id");
  const std::string mode = call.text("mode", "update");
  ImportReport report;
  report.each(rows, "id", [&](const ImportRow& row) { return import_entry(call, book, row, mode == "add"); });
  if (mode == "replace") {
    std::set<std::string> named;
    for (const ImportRow& row : rows) named.insert(row.at("id"));
    const auto there = call.sql.all("SELECT peer_id FROM {p}entries WHERE book_id = ?1 AND deleted = 0 ORDER BY id",
                                    {book.id}, [](const Row& row) { return row.text(0); });
    for (const std::string& id : there) {
      if (named.count(id) != 0) continue;
      bin_entry(call.sql, book, id, call.now, call.touched);
      report.removed(1);
    }
  }
  call.log(Subject::kBooks, Operation::kImportBook, book.name + ": " + report.summary());
  return report.reply(call);
}

/// Tags of the entries behind `after`, as many as a piece has at most: a row's callback may ask nothing.
std::map<int64_t, std::vector<std::string>> tags_behind(const Call& call, const Book& book, int64_t after) {
  std::map<int64_t, std::vector<std::string>> out;
  call.sql.exec(
      "SELECT m.entry_id, t.name FROM {p}entry_tags m JOIN {p}tags t ON t.id = m.tag_id WHERE m.entry_id IN (SELECT id "
      "FROM {p}entries WHERE book_id = ?1 AND deleted = 0 AND id > ?2 ORDER BY id LIMIT ?3) ORDER BY m.entry_id, "
      "m.position",
      {book.id, after, kExportPiece}, [&](const Row& row) { out[row.integer(0)].push_back(row.text(1)); });
  return out;
}

std::string export_book(const Call& call, bool csv, int64_t after, int64_t* last) {
  const Book book = book_of(call, call.parameter("book"), BookLevel::kRead);
  const ListExport list{"e.peer_id, e.alias, e.note, e.username, e.hostname, e.platform, e.id", "{p}entries e", "e.id"};
  const auto choose = [&](Listing& listing) {
    listing.where("e.deleted = 0 AND e.book_id = " + listing.bind_number(book.id));
  };
  auto tags = tags_behind(call, book, after);
  return export_list(call, list, csv, after, last, choose, [&](const Row& row, size_t at, RowText& out) {
    const std::vector<std::string>& own = tags[row.integer(at + 6)];
    std::string cell;
    for (const std::string& tag : own) cell += (cell.empty() ? "" : ";") + tag;
    out.put("id", row.view(at)).put("alias", row.view(at + 1)).raw("tags", json_texts(own), cell);
    out.put("note", row.view(at + 2)).put("username", row.view(at + 3));
    out.put("hostname", row.view(at + 4)).put("platform", row.view(at + 5));
  });
}

// ---- users ----

constexpr std::string_view kYes[] = {"yes", "true", "1"};
constexpr std::string_view kNo[] = {"no", "false", "0", ""};

bool flag_of(const ImportRow& row, const std::string& column) {
  const std::string cell = row.at(column);
  if (std::find(std::begin(kYes), std::end(kYes), cell) != std::end(kYes)) return true;
  if (std::find(std::begin(kNo), std::end(kNo), cell) != std::end(kNo)) return false;
  refuse(422, "invalid", column + ": expected yes or no.");
}

Ref group_named(const Call& call, const std::string& name) {
  if (name.empty()) return default_user_group(call.sql);
  const auto group = user_group_by_name(call.sql, name);
  if (!group) refuse(422, "unknown", "There is no user group \"" + name + "\".");
  return group->id;
}

What import_user(Call& call, const ImportRow& row) {
  const auto present = user_by_name(call.sql, row.at("name"));
  User user = present.value_or(User{});
  if (!present) user.name = accounts::clean_name(row.at("name"), "A user's name");
  const auto take = [&](const char* column, std::string& to) {
    const bool other = row.has(column) && row.at(column) != to;
    if (other) to = row.at(column);
    return other;
  };
  bool changed = take("display_name", user.display_name);
  changed = take("email", user.email) || changed;
  changed = take("note", user.note) || changed;
  if (row.has("group") || !present) {
    const Ref group = group_named(call, row.at("group"));
    changed = changed || group != user.group;
    user.group = group;
  }
  if (row.has("may_initiate")) {
    changed = changed || flag_of(row, "may_initiate") != user.may_initiate;
    user.may_initiate = flag_of(row, "may_initiate");
  }
  if (present && !changed) return What::kUnchanged;
  if (present) {
    update_user(call.sql, user, call.touched);
  } else {
    add_user(call.sql, user, call.now, call.touched);
  }
  call.log(Subject::kUsers, present ? Operation::kUpdateUser : Operation::kAddUser, user.name + " (import)");
  return present ? What::kUpdated : What::kAdded;
}

Reply import_users(Call& call) {
  const auto rows = import_rows(call, {"name", "display_name", "email", "group", "note", "may_initiate"},
                                {"status", "is_admin", "source", "created", "last_login"}, "name");
  ImportReport report;
  report.each(rows, "name", [&](const ImportRow& row) { return import_user(call, row); });
  return report.reply(call);
}

std::string time_or_nothing(int64_t seconds) { return seconds == 0 ? std::string{} : time_text(seconds); }

std::string export_users(const Call& call, bool csv, int64_t after, int64_t* last) {
  const ListExport list{
      "u.name, u.display_name, u.email, g.name, u.note, u.may_initiate, u.status, u.is_admin, u.source, u.created, "
      "u.last_login",
      kUserFrom, "u.id"};
  const auto choose = [&](Listing& listing) { choose_users(call, listing); };
  return export_list(call, list, csv, after, last, choose, [](const Row& row, size_t at, RowText& out) {
    out.put("name", row.view(at)).put("display_name", row.view(at + 1)).put("email", row.view(at + 2));
    out.put("group", row.view(at + 3)).put("note", row.view(at + 4)).flag("may_initiate", row.flag(at + 5));
    const int64_t status = row.integer(at + 6);
    out.put("status", status == 1 ? "normal" : status == 0 ? "disabled" : "unverified");
    out.flag("is_admin", row.flag(at + 7)).put("source", row.view(at + 8));
    out.put("created", time_text(row.integer(at + 9))).put("last_login", time_or_nothing(row.integer(at + 10)));
  });
}

// ---- devices ----

// What an import may change, in the order of kImported.
#define DEVICE_CELLS                                                                                               \
  "CASE WHEN d.override_name <> '' THEN d.override_name ELSE d.hostname END, CASE WHEN d.override_username <> '' " \
  "THEN d.override_username ELSE d.username END, u.name, g.name, s.name, d.note"
constexpr const char* kDeviceCells = DEVICE_CELLS;

/// The guid that the body of a change names; null for an empty cell.
Poco::Dynamic::Var guid_named(const Call& call, std::string_view table, std::string_view what,
                              const std::string& name) {
  if (name.empty()) return {};
  const auto guid = call.sql.one("SELECT guid FROM {p}" + std::string{table} + " WHERE name_key = ?1", {name_key(name)},
                                 [](const Row& row) { return row.text(0); });
  if (!guid) refuse(422, "unknown", "There is no " + std::string{what} + " \"" + name + "\".");
  return *guid;
}

constexpr const char* kImported[] = {"name", "username", "owner", "group", "strategy", "note"};

/// What is so already is not said again: a name that a device reports is no name of ours.
Poco::JSON::Object changes_of(const Call& call, const ImportRow& row, const std::vector<std::string>& present) {
  Poco::JSON::Object wanted;
  for (size_t at = 0; at < std::size(kImported); ++at) {
    const std::string column = kImported[at];
    if (!row.has(column) || row.at(column) == present[at]) continue;
    if (column == "owner") {
      wanted.set("owner_guid", guid_named(call, "users", "user", row.at(column)));
    } else if (column == "group") {
      wanted.set("group_guid", guid_named(call, "device_groups", "device group", row.at(column)));
    } else if (column == "strategy") {
      wanted.set("strategy_guid", guid_named(call, "strategies", "strategy", row.at(column)));
    } else {
      wanted.set(column, row.at(column));
    }
  }
  return wanted;
}

What import_device(Call& call, const ImportRow& row) {
  std::string guid;
  std::vector<std::string> present;
  call.sql.exec("SELECT d.guid, " + std::string{kDeviceCells} + " FROM " + kDeviceFrom + " WHERE d.device_id = ?1",
                {row.at("id")}, [&](const Row& found) {
                  guid = found.text(0);
                  for (size_t at = 0; at < std::size(kImported); ++at) present.push_back(found.text(at + 1));
                });
  if (guid.empty()) refuse(404, "unknown", "No device has registered with this id yet.");
  const Poco::JSON::Object wanted = changes_of(call, row, present);
  if (wanted.size() == 0) return What::kUnchanged;
  const FoundDevice device = device_of(call, guid);
  const std::string before = device_entity(call, device.id).fixed.str();
  change_device(call, device, wanted);
  call.log(Subject::kDevices, Operation::kUpdateDevice, device.device_id + " (import)", before,
           device_entity(call, device.id).fixed.str());
  return What::kUpdated;
}

Reply import_devices(Call& call) {
  const auto rows = import_rows(call, {"id", "name", "username", "owner", "group", "strategy", "note"},
                                {"state", "os", "version", "address", "first_seen", "last_online"}, "id");
  ImportReport report;
  report.each(rows, "id", [&](const ImportRow& row) { return import_device(call, row); });
  return report.reply(call);
}

std::string export_devices(const Call& call, bool csv, int64_t after, int64_t* last) {
  const ListExport list{
      "d.device_id, " DEVICE_CELLS
      ", d.state, d.os, d.version, d.ip, d.first_seen, CASE WHEN d.last_signalling > d.last_heartbeat THEN "
      "d.last_signalling ELSE d.last_heartbeat END",
      kDeviceFrom, "d.id"};
  constexpr std::string_view kStates[] = {"pending", "active", "disabled", "banned"};
  const auto choose = [&](Listing& listing) { choose_devices(call, listing); };
  return export_list(call, list, csv, after, last, choose, [&](const Row& row, size_t at, RowText& out) {
    out.put("id", row.view(at)).put("name", row.view(at + 1)).put("username", row.view(at + 2));
    out.put("owner", row.view(at + 3)).put("group", row.view(at + 4)).put("strategy", row.view(at + 5));
    out.put("note", row.view(at + 6)).put("state", kStates[row.integer(at + 7) & 3]).put("os", row.view(at + 8));
    out.put("version", row.view(at + 9)).put("address", row.view(at + 10));
    out.put("first_seen", time_text(row.integer(at + 11))).put("last_online", time_or_nothing(row.integer(at + 12)));
  });
}

}  // namespace

void add_imports(Handlers& out) {
  out.insert({{"books.import", import_book}, {"users.import", import_users}, {"devices.import", import_devices}});
  out.exports.insert(
      {{"books.export", export_book}, {"users.export", export_users}, {"devices.export", export_devices}});
}

}  // namespace junctor::accounts::admin
