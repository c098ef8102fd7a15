// SPDX-License-Identifier: Apache-2.0
// Address books over the API (accounts.md 16): the book's own rules say who may what.
#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/book_acts.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kLevels[] = {"none", "read", "write", "full"};

std::string_view level_word(BookLevel level) { return kLevels[static_cast<size_t>(level) & 3]; }

// ---- books ----

constexpr const char* kBookColumns =
    "b.guid, b.personal, b.name, u.guid, u.name, b.note, b.password IS NOT NULL, b.grants_access, b.created, (SELECT "
    "COUNT(*) FROM {p}entries e WHERE e.book_id = b.id AND e.deleted = 0), b.id";
constexpr const char* kBookFrom = "{p}books b LEFT JOIN {p}users u ON u.id = b.owner_id";

struct BookRow {
  std::string guid;
  Entity entity;
};

BookRow book_row(const Row& row, size_t at) {
  BookRow out{row.text(at), {}};
  const bool personal = row.flag(at + 1);
  out.entity.fixed.put("guid", out.guid).put("kind", personal ? "personal" : "shared");
  out.entity.fixed.put("name", personal ? std::string{"My address book"} : row.text(at + 2));
  out.entity.fixed.raw("owner", row.null(at + 3) ? json_ref(std::string{"00000000-0000-0000-0000-000000000000"}, "")
                                                 : json_ref(row.view(at + 3), row.view(at + 4)));
  out.entity.fixed.put("note", row.text(at + 5)).put("password_set", row.flag(at + 6));
  out.entity.fixed.put("grants_access", row.flag(at + 7)).put("created", time_text(row.integer(at + 8)));
  out.entity.live.put("entries", row.integer(at + 9));
  return out;
}

void add_level(const Call& call, BookRow& row) {
  row.entity.fixed.put("level", level_word(level_of(call, *book_by_guid(call.sql, row.guid))));
}

Entity book_entity(const Call& call, Ref id) {
  auto found = call.sql.one(std::string{"SELECT "} + kBookColumns + " FROM " + kBookFrom + " WHERE b.id = ?1", {id},
                            [](const Row& row) { return book_row(row, 0); });
  if (!found) throw Refused{not_found("address book")};
  add_level(call, *found);
  return found->entity;
}

Book asked(const Call& call, BookLevel needed) { return book_of(call, call.parameter("book"), needed); }

Reply list(Call& call) {
  constexpr SortColumn kSorts[] = {{"name", "b.name_key"}, {"created", "b.created", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  const std::string me = listing.bind_number(call.caller.user);
  listing.where("b.deleted = 0");
  if (call.caller.administrator) {
    listing.where("(b.personal = 0 OR b.owner_id = " + me + ")");
  } else {
    listing.where("(b.owner_id = " + me +
                  " OR (b.personal = 0 AND EXISTS (SELECT 1 FROM {p}book_rules r WHERE r.book_id "
                  "= b.id AND (r.target = 0 OR (r.target = 2 AND r.target_id = " +
                  me + ") OR (r.target = 1 AND (r.target_id = (SELECT group_id FROM {p}users WHERE id = " + me +
                  ") OR r.target_id IN (SELECT group_id FROM {p}user_group_members WHERE user_id = " + me + ")))))))");
  }
  listing.contains("name", {"b.name"});
  listing.equals("owner", "u.guid");
  if (const auto kind = listing.given("kind")) listing.where(*kind == "personal" ? "b.personal = 1" : "b.personal = 0");
  auto rows = listing.rows(call.sql, kBookColumns, kBookFrom, "b.id",
                           [](const Row& row, size_t at) { return book_row(row, at); });
  std::vector<std::string> items;
  for (BookRow& one : rows) {
    add_level(call, one);
    items.push_back(one.entity.json());
  }
  return Reply::json(listing.finish(call.sql, kBookFrom, items));
}

BookWish wish_of(const Call& call) {
  BookWish wish;
  if (call.has("name")) wish.name = call.text("name");
  if (call.has("note")) wish.note = call.text("note");
  if (call.has("password")) wish.password = call.text("password");
  if (call.has("grants_access")) wish.grants_access = call.flag("grants_access");
  if (call.has("owner_guid")) wish.owner = row_in(call, "users", "user", "owner_guid", call.text("owner_guid"));
  return wish;
}

Reply create(Call& call) { return call.shown(book_entity(call, make_book(call, wish_of(call)).id)); }

Reply get(Call& call) { return call.shown(book_entity(call, asked(call, BookLevel::kRead).id)); }

Reply update(Call& call) {
  const Book book = asked(call, BookLevel::kFull);
  call.require_match(book_entity(call, book.id));
  change_book(call, book, wish_of(call));
  return call.shown(book_entity(call, book.id));
}

Reply remove(Call& call) {
  const Book book = asked(call, BookLevel::kFull);
  call.require_match(book_entity(call, book.id));
  delete_book(call, book);
  return Reply::nothing();
}

// ---- entries ----

constexpr const char* kEntryColumns =
    "e.id, e.guid, e.peer_id, e.alias, e.note, e.password IS NOT NULL AND length(e.password) > 0, e.username, "
    "e.hostname, "
    "e.platform, d.id IS NOT NULL, COALESCE(d.last_signalling, 0), COALESCE(d.last_heartbeat, 0)";
constexpr const char* kEntryFrom = "{p}entries e LEFT JOIN {p}devices d ON d.device_id = e.peer_id";
constexpr int64_t kPresentSeconds = 60;

struct EntryRow {
  Ref id = kNoRef;
  std::string peer_id;
  Entity entity;
};

EntryRow entry_row(const Row& row, size_t at, int64_t now) {
  EntryRow out{static_cast<Ref>(row.integer(at)), row.text(at + 2), {}};
  out.entity.fixed.put("guid", row.text(at + 1)).put("id", out.peer_id).put("alias", row.text(at + 3));
  out.entity.fixed.put("note", row.text(at + 4)).put("password_set", row.flag(at + 5));
  out.entity.fixed.put("username", row.text(at + 6))
      .put("hostname", row.text(at + 7))
      .put("platform", row.text(at + 8));
  out.entity.fixed.put("registered", row.flag(at + 9));
  const int64_t seen = std::max(row.integer(at + 10), row.integer(at + 11));
  out.entity.live.put("online", row.flag(at + 9) && now - seen <= kPresentSeconds);
  return out;
}

void add_tags(const Call& call, std::vector<EntryRow>& rows) {
  for (EntryRow& one : rows) {
    const auto tags = call.sql.all(
        "SELECT t.name FROM {p}entry_tags m JOIN {p}tags t ON t.id = m.tag_id WHERE m.entry_id = ?1 ORDER BY "
        "m.position",
        {one.id}, [](const Row& row) { return row.text(0); });
    one.entity.fixed.raw("tags", json_texts(tags));
  }
}

EntryRow entry_where(const Call& call, const Book& book, std::string_view column, std::string_view value) {
  auto rows = call.sql.all(std::string{"SELECT "} + kEntryColumns + " FROM " + kEntryFrom +
                               " WHERE e.book_id = ?1 AND e.deleted = 0 AND " + std::string{column} + " = ?2",
                           {book.id, value}, [&](const Row& row) { return entry_row(row, 0, call.now); });
  if (rows.empty()) throw Refused{not_found("entry")};
  add_tags(call, rows);
  return rows.front();
}

void filter_tags(Listing& listing, const Query& query) {
  std::vector<std::string> conditions;
  for (auto [at, end] = query.equal_range("tag"); at != end; ++at) {
    conditions.push_back(
        "EXISTS (SELECT 1 FROM {p}entry_tags m JOIN {p}tags t ON t.id = m.tag_id WHERE m.entry_id = e.id "
        "AND t.name = " +
        listing.bind(at->second) + ")");
  }
  const bool all = listing.flag("all_tags").value_or(false);
  std::string joined;
  for (const std::string& one : conditions) joined += (joined.empty() ? "" : all ? " AND " : " OR ") + one;
  if (!joined.empty()) listing.where("(" + joined + ")");
  if (const auto untagged = listing.flag("untagged")) {
    listing.where(std::string{*untagged ? "NOT " : ""} +
                  "EXISTS (SELECT 1 FROM {p}entry_tags m WHERE m.entry_id = e.id)");
  }
}

Reply entries(Call& call) {
  const Book book = asked(call, BookLevel::kRead);
  constexpr SortColumn kSorts[] = {{"alias", "e.alias"}, {"id", "e.peer_id"}, {"hostname", "e.hostname"}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.where("e.book_id = " + listing.bind_number(book.id) + " AND e.deleted = 0");
  listing.contains("search", {"e.peer_id", "e.alias", "e.username", "e.hostname"});
  listing.contains("id", {"e.peer_id"});
  listing.contains("alias", {"e.alias"});
  filter_tags(listing, call.query);
  if (const auto known = listing.flag("registered")) listing.where(*known ? "d.id IS NOT NULL" : "d.id IS NULL");
  auto rows = listing.rows(call.sql, kEntryColumns, kEntryFrom, "e.id",
                           [&](const Row& row, size_t at) { return entry_row(row, at, call.now); });
  add_tags(call, rows);
  std::vector<std::string> items;
  for (const EntryRow& one : rows) items.push_back(one.entity.json());
  return Reply::json(listing.finish(call.sql, kEntryFrom, items));
}

EntryChange change_of(const Call& call, const Book& book) {
  EntryChange change;
  const auto take = [&](const char* key, std::optional<std::string>& to) {
    if (call.has(key)) to = call.text(key);
  };
  take("alias", change.alias);
  take("note", change.note);
  take("username", change.username);
  take("hostname", change.hostname);
  take("platform", change.platform);
  take("password", change.password);
  if (change.password && book.personal) refuse_field("password", "personal", "Passwords stand in shared books alone.");
  if (call.has("tags")) change.tags = call.texts("tags");
  return change;
}

Reply add_entry(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  const std::string id = call.text("id");
  if (entry_by_peer(call.sql, book.id, id)) refuse(409, "exists", "The book has this id already: change that entry.");
  if (!has_peer(call.sql, book.id, id)) check_peer(call, id);
  put_entry(call.sql, call.site.sealer(), book, id, change_of(call, book), true, call.now, call.touched);
  return call.shown(entry_where(call, book, "e.peer_id", id).entity);
}

Reply get_entry(Call& call) {
  return call.shown(entry_where(call, asked(call, BookLevel::kRead), "e.guid", call.parameter("entry")).entity);
}

Reply update_entry(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  const EntryRow entry = entry_where(call, book, "e.guid", call.parameter("entry"));
  call.require_match(entry.entity);
  put_entry(call.sql, call.site.sealer(), book, entry.peer_id, change_of(call, book), false, call.now, call.touched);
  return call.shown(entry_where(call, book, "e.peer_id", entry.peer_id).entity);
}

Reply delete_entry(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  const EntryRow entry = entry_where(call, book, "e.guid", call.parameter("entry"));
  call.require_match(entry.entity);
  bin_entry(call.sql, book, entry.peer_id, call.now, call.touched);
  return Reply::nothing();
}

void retag(Call& call, const Book& book, const std::string& peer_id, bool add) {
  auto tags = tagged_entry(call.sql, book.id, peer_id)->tags;
  for (const std::string& tag : call.texts("tags")) {
    tags.erase(std::remove(tags.begin(), tags.end(), tag), tags.end());
    if (add) tags.push_back(tag);
  }
  EntryChange change;
  change.tags = tags;
  put_entry(call.sql, call.site.sealer(), book, peer_id, change, false, call.now, call.touched);
}

/// Secrets stay behind: they are sealed for the book that they stand in.
void copy_entry(Call& call, const Book& from, const Book& to, const std::string& peer_id) {
  const BookEntry entry = *tagged_entry(call.sql, from.id, peer_id);
  EntryChange change;
  change.alias = entry.alias;
  change.note = entry.note;
  change.username = entry.username;
  change.hostname = entry.hostname;
  change.platform = entry.platform;
  change.tags = entry.tags;
  put_entry(call.sql, call.site.sealer(), to, peer_id, change, true, call.now, call.touched);
}

Reply bulk(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  const std::string action = call.text("action");
  const bool elsewhere = action == "move" || action == "copy";
  std::optional<Book> to;
  if (elsewhere) to = book_of(call, call.text("book_guid"), BookLevel::kReadWrite);
  Bulk bulk;
  bulk.each(call.texts("entries"), [&](const std::string& guid) {
    const EntryRow entry = entry_where(call, book, "e.guid", guid);
    if (action == "add_tags" || action == "remove_tags") retag(call, book, entry.peer_id, action == "add_tags");
    if (elsewhere) copy_entry(call, book, *to, entry.peer_id);
    if (action == "delete" || action == "move") bin_entry(call.sql, book, entry.peer_id, call.now, call.touched);
  });
  return bulk.reply();
}

}  // namespace

void check_peer(const Call& call, const std::string& id) {
  const bool device = call.sql.number("SELECT COUNT(*) FROM {p}devices WHERE device_id = ?1", {id}) != 0;
  const bool elsewhere = id.find_first_of("@.:") != std::string::npos;
  if (!device && !elsewhere) refuse_field("id", "unknown", "Expected an id of this site, an address, or id@server.");
  if (device && !call.caller.administrator && !call.site.reaches(call.caller.user, id, call.now)) {
    refuse_field("id", "unknown", "Expected an id of this site, an address, or id@server.");
  }
}

std::string book_json(const Call& call, Ref id) { return book_entity(call, id).json(); }

void add_books(Handlers& out) {
  out.insert({{"books.list", list},
              {"books.create", create},
              {"books.get", get},
              {"books.update", update},
              {"books.delete", remove},
              {"books.entries", entries},
              {"books.addEntry", add_entry},
              {"books.entry", get_entry},
              {"books.updateEntry", update_entry},
              {"books.deleteEntry", delete_entry},
              {"books.bulk", bulk}});
}

}  // namespace junctor::accounts::admin
