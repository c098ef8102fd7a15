// SPDX-License-Identifier: Apache-2.0
// Books and the entries in them. Inside a transaction.
#include "accounts/client_api/books.hpp"

#include <algorithm>
#include <map>

#include "accounts/api/refused.hpp"
#include "accounts/store/names.hpp"

namespace junctor::accounts {
namespace {

constexpr const char* kBook =
    "SELECT id, guid, personal, owner_id, name, note, password, grants_access, created, deleted FROM {p}books b ";
// Those that ?1 sees, of the name ?2.
constexpr const char* kSharedWith =
    "b.personal = 0 AND b.deleted = 0 AND (?2 = '' OR b.name_key = ?2) AND (b.owner_id = ?1 OR EXISTS (SELECT 1 FROM "
    "{p}book_rules r WHERE r.book_id = b.id AND (r.target = 0 OR (r.target = 2 AND r.target_id = ?1) OR (r.target = 1 "
    "AND "
    "r.target_id IN (SELECT group_id FROM {p}users WHERE id = ?1 UNION SELECT group_id FROM {p}user_group_members "
    "WHERE "
    "user_id = ?1)))))";
constexpr const char* kEntry =
    "SELECT e.id, e.guid, e.book_id, e.peer_id, e.alias, e.note, e.hash, e.password, e.username, e.hostname, "
    "e.platform, "
    "e.force_relay, e.rdp_port, e.rdp_username, e.login_name, e.created, e.deleted";
constexpr const char* kListed =
    "e.book_id = ?1 AND e.deleted = 0 AND (?2 = '' OR e.peer_id {like} ?2) AND (?3 = '' OR e.alias {like} ?3)";

Book book_of(const Row& row) {
  Book book;
  book.id = static_cast<Ref>(row.integer(0));
  book.guid = row.text(1);
  book.personal = row.flag(2);
  book.owner = static_cast<Ref>(row.integer(3));
  book.name = row.text(4);
  book.note = row.text(5);
  book.password = row.text(6);
  book.grants_access = row.flag(7);
  book.created = row.integer(8);
  book.deleted = row.integer(9);
  return book;
}

BookEntry entry_of(const Row& row) {
  BookEntry entry;
  entry.id = static_cast<Ref>(row.integer(0));
  entry.guid = row.text(1);
  entry.book = static_cast<Ref>(row.integer(2));
  entry.peer_id = row.text(3);
  entry.alias = row.text(4);
  entry.note = row.text(5);
  entry.hash = row.text(6);
  entry.password = row.text(7);
  entry.username = row.text(8);
  entry.hostname = row.text(9);
  entry.platform = row.text(10);
  entry.force_relay = row.flag(11);
  entry.rdp_port = row.text(12);
  entry.rdp_username = row.text(13);
  entry.login_name = row.text(14);
  entry.created = row.integer(15);
  entry.deleted = row.integer(16);
  return entry;
}

/// As clients name what stands in front of " / " in sysinfo's os (http-api.md 5.2).
std::string platform_of(std::string_view os) {
  if (os.empty()) return "";
  if (os.rfind("windows", 0) == 0) return "Windows";
  if (os.rfind("macos", 0) == 0) return "Mac OS";
  return os.rfind("android", 0) == 0 ? "Android" : "Linux";
}

/// Of a page's entries, in one go; they are in the order of their ids as peers.
void read_tags(const Sql& sql, Ref book, std::vector<ListedEntry>& rows) {
  if (rows.empty()) return;
  std::map<Ref, ListedEntry*> by_id;
  for (ListedEntry& row : rows) by_id[row.entry.id] = &row;
  sql.exec(
      "SELECT et.entry_id, t.name FROM {p}entries e JOIN {p}entry_tags et ON et.entry_id = e.id JOIN {p}tags t ON t.id "
      "= "
      "et.tag_id WHERE e.book_id = ?1 AND e.deleted = 0 AND e.peer_id >= ?2 AND e.peer_id <= ?3 ORDER BY et.entry_id, "
      "et.position",
      {book, rows.front().entry.peer_id, rows.back().entry.peer_id}, [&](const Row& row) {
        const auto found = by_id.find(static_cast<Ref>(row.integer(0)));
        if (found != by_id.end()) found->second->entry.tags.push_back(row.text(1));
      });
}

std::string place_of(std::string_view guid, std::string_view what) {
  return "entry:" + std::string{guid} + ":" + std::string{what};
}

Ref tag_id(const Sql& sql, Ref book, const std::string& name) {
  sql.exec("INSERT INTO {p}tags (book_id, name, color) VALUES (?1, ?2, ?3) ON CONFLICT (book_id, name) DO NOTHING",
           {book, name, int64_t{kTagColor}});
  return static_cast<Ref>(sql.number("SELECT id FROM {p}tags WHERE book_id = ?1 AND name = ?2", {book, name}));
}

void set_tags(const Sql& sql, Ref book, Ref entry, const std::vector<std::string>& names) {
  sql.exec("DELETE FROM {p}entry_tags WHERE entry_id = ?1", {entry});
  int64_t position = 0;
  for (const std::string& name : names) {
    if (name.empty() || name == "Untagged") continue;
    sql.exec(
        "INSERT INTO {p}entry_tags (entry_id, tag_id, position) VALUES (?1, ?2, ?3) ON CONFLICT (entry_id, tag_id) DO "
        "NOTHING",
        {entry, tag_id(sql, book, name), position++});
  }
}

/// The book counts for access: what is in memory follows.
void touch(const Book& book, Touched& touched) {
  if (book.grants_access) touched.books.insert(book.id);
}

}  // namespace

Book personal_book(const Sql& sql, Ref user, int64_t now) {
  const std::string query = std::string{kBook} + "WHERE b.owner_id = ?1 AND b.personal = 1 AND b.deleted = 0 LIMIT 1";
  if (auto book = sql.one(query, {user}, book_of)) return *book;
  sql.exec("INSERT INTO {p}books (guid, personal, owner_id, name, name_key, created) VALUES (?1, 1, ?2, ?3, ?4, ?5)",
           {new_guid(), user, "My address book", name_key("My address book"), now});
  return *sql.one(query, {user}, book_of);
}

std::optional<Book> book_by_guid(const Sql& sql, std::string_view guid) {
  return sql.one(std::string{kBook} + "WHERE b.guid = ?1 AND b.deleted = 0", {guid}, book_of);
}

std::optional<Book> shared_book_by_name(const Sql& sql, std::string_view name) {
  return sql.one(std::string{kBook} + "WHERE b.name_key = ?1 AND b.personal = 0 AND b.deleted = 0", {name_key(name)},
                 book_of);
}

BookLevel level_on(const Sql& sql, const Book& book, Ref user) {
  const auto rules =
      sql.all("SELECT target, target_id, level FROM {p}book_rules WHERE book_id = ?1 ORDER BY id", {book.id},
              [](const Row& row) {
                return BookRule{static_cast<BookRule::For>(row.integer(0)), static_cast<Ref>(row.integer(1)),
                                static_cast<BookLevel>(row.integer(2))};
              });
  const auto groups = sql.all(
      "SELECT group_id FROM {p}users WHERE id = ?1 UNION SELECT group_id FROM {p}user_group_members WHERE user_id = ?1",
      {user}, [](const Row& row) { return static_cast<Ref>(row.integer(0)); });
  return book_level(book.owner, rules, user, groups);
}

std::vector<SharedBook> shared_books_of(const Sql& sql, Ref user, std::string_view name, int64_t limit,
                                        int64_t offset) {
  const std::string key = name.empty() ? "" : name_key(name);
  auto out = sql.all(std::string{kBook} + "WHERE " + kSharedWith + " ORDER BY b.name_key, b.id LIMIT ?3 OFFSET ?4",
                     {user, key, limit, offset}, [](const Row& row) {
                       return SharedBook{book_of(row), "", BookLevel::kNone};
                     });
  for (SharedBook& one : out) {
    one.level = level_on(sql, one.book, user);
    one.owner_name =
        sql.one("SELECT name FROM {p}users WHERE id = ?1", {one.book.owner}, [](const Row& row) { return row.text(0); })
            .value_or("");
  }
  return out;
}

int64_t count_shared_books_of(const Sql& sql, Ref user, std::string_view name) {
  return sql.number(std::string{"SELECT count(*) FROM {p}books b WHERE "} + kSharedWith,
                    {user, name.empty() ? "" : name_key(name)});
}

std::vector<ListedEntry> entries_of(const Sql& sql, Ref book, const EntryFilter& filter, int64_t limit,
                                    int64_t offset) {
  auto rows =
      sql.all(std::string{kEntry} +
                  ", d.id, d.hostname, d.override_name, d.username, d.override_username, d.os, g.name FROM {p}entries "
                  "e LEFT JOIN {p}devices d ON d.device_id = e.peer_id LEFT JOIN {p}device_groups g ON g.id = "
                  "d.group_id WHERE " +
                  kListed + " ORDER BY e.peer_id LIMIT ?4 OFFSET ?5",
              {book, filter.id, filter.alias, limit, offset}, [](const Row& row) {
                ListedEntry out{entry_of(row), !row.null(17), row.text(23)};
                if (!out.same_server) return out;
                const auto known = [&](std::string& field, std::string value) {
                  if (!value.empty()) field = std::move(value);
                };
                known(out.entry.hostname, row.view(19).empty() ? row.text(18) : row.text(19));
                known(out.entry.username, row.view(21).empty() ? row.text(20) : row.text(21));
                known(out.entry.platform, platform_of(row.view(22)));
                return out;
              });
  read_tags(sql, book, rows);
  return rows;
}

int64_t count_entries(const Sql& sql, Ref book, const EntryFilter& filter) {
  return sql.number(std::string{"SELECT count(*) FROM {p}entries e WHERE "} + kListed, {book, filter.id, filter.alias});
}

std::optional<BookEntry> entry_by_peer(const Sql& sql, Ref book, std::string_view peer_id) {
  return sql.one(std::string{kEntry} + " FROM {p}entries e WHERE e.book_id = ?1 AND e.peer_id = ?2 AND e.deleted = 0",
                 {book, peer_id}, entry_of);
}

bool has_peer(const Sql& sql, Ref book, std::string_view peer_id) {
  return sql.number("SELECT count(*) FROM {p}entries WHERE book_id = ?1 AND peer_id = ?2", {book, peer_id}) != 0;
}

bool put_entry(const Sql& sql, const Sealer& sealer, const Book& book, std::string_view peer_id,
               const EntryChange& change, bool add, int64_t now, Touched& touched) {
  auto entry = entry_by_peer(sql, book.id, peer_id);
  if (!entry) {
    if (!add) return false;
    sql.exec("INSERT INTO {p}entries (guid, book_id, peer_id, created) VALUES (?1, ?2, ?3, ?4)",
             {new_guid(), book.id, peer_id, now});
    entry = entry_by_peer(sql, book.id, peer_id);
    touch(book, touched);
  }
  const auto take = [](std::string& field, const std::optional<std::string>& value) {
    if (value) field = *value;
  };
  take(entry->alias, change.alias);
  take(entry->note, change.note);
  take(entry->username, change.username);
  take(entry->hostname, change.hostname);
  take(entry->platform, change.platform);
  take(entry->rdp_port, change.rdp_port);
  take(entry->rdp_username, change.rdp_username);
  take(entry->login_name, change.login_name);
  if (change.force_relay) entry->force_relay = *change.force_relay;
  if (change.hash) entry->hash = sealer.seal(*change.hash, place_of(entry->guid, "hash"));
  if (change.password) entry->password = sealer.seal(*change.password, place_of(entry->guid, "password"));
  sql.exec(
      "UPDATE {p}entries SET alias = ?2, note = ?3, hash = ?4, password = ?5, username = ?6, hostname = ?7, platform = "
      "?8, force_relay = ?9, rdp_port = ?10, rdp_username = ?11, login_name = ?12 WHERE id = ?1",
      {entry->id, entry->alias, entry->note, Blob{entry->hash}, Blob{entry->password}, entry->username, entry->hostname,
       entry->platform, entry->force_relay, entry->rdp_port, entry->rdp_username, entry->login_name});
  if (change.tags) set_tags(sql, book.id, entry->id, *change.tags);
  return true;
}

void bin_entry(const Sql& sql, const Book& book, std::string_view peer_id, int64_t now, Touched& touched) {
  sql.exec("UPDATE {p}entries SET deleted = ?3 WHERE book_id = ?1 AND peer_id = ?2 AND deleted = 0",
           {book.id, peer_id, now});
  touch(book, touched);
}

std::string open_secret(const Sealer& sealer, std::string_view sealed, const BookEntry& entry, std::string_view what) {
  return sealer.open(sealed, place_of(entry.guid, what)).value_or("");
}

std::vector<BookEntry> binned_entries(const Sql& sql, Ref book, int64_t limit) {
  return sql.all(std::string{kEntry} +
                     " FROM {p}entries e WHERE e.book_id = ?1 AND e.deleted > 0 ORDER BY e.deleted DESC, e.id LIMIT ?2",
                 {book, limit}, entry_of);
}

void restore_entries(const Sql& sql, const Book& book, const std::vector<std::string>& peers, Touched& touched) {
  // Of several in the bin the one that was thrown away last comes back.
  constexpr const char* kRestore =
      "UPDATE {p}entries SET deleted = 0 WHERE id = (SELECT max(id) FROM {p}entries o WHERE o.book_id = ?1 AND "
      "o.peer_id = ?2 "
      "AND o.deleted > 0) AND NOT EXISTS (SELECT 1 FROM {p}entries o WHERE o.book_id = ?1 AND o.peer_id = ?2 AND "
      "o.deleted = "
      "0)";
  const auto all = peers.empty() ? sql.all(
                                       "SELECT DISTINCT peer_id FROM {p}entries WHERE book_id = ?1 AND deleted > 0 "
                                       "ORDER BY peer_id LIMIT 100000",
                                       {book.id}, [](const Row& row) { return row.text(0); })
                                 : peers;
  for (const std::string& peer : all) sql.exec(kRestore, {book.id, peer});
  touch(book, touched);
}

void drop_entries(const Sql& sql, const Book& book, const std::vector<std::string>& peers) {
  if (peers.empty()) sql.exec("DELETE FROM {p}entries WHERE book_id = ?1 AND deleted > 0", {book.id});
  for (const std::string& peer : peers) {
    sql.exec("DELETE FROM {p}entries WHERE book_id = ?1 AND peer_id = ?2 AND deleted > 0", {book.id, peer});
  }
}

void drop_old(const Sql& sql, int64_t before) {
  sql.exec("DELETE FROM {p}entries WHERE deleted > 0 AND deleted < ?1", {before});
  sql.exec("DELETE FROM {p}books WHERE deleted > 0 AND deleted < ?1", {before});
}

std::vector<BookTag> tags_of(const Sql& sql, Ref book) {
  return sql.all(
      "SELECT id, name, color FROM {p}tags WHERE book_id = ?1 ORDER BY name LIMIT 10000", {book},
      [book](const Row& row) {
        return BookTag{static_cast<Ref>(row.integer(0)), book, row.text(1), static_cast<uint32_t>(row.integer(2))};
      });
}

void put_tag(const Sql& sql, Ref book, std::string_view name, uint32_t color) {
  sql.exec(
      "INSERT INTO {p}tags (book_id, name, color) VALUES (?1, ?2, ?3) ON CONFLICT (book_id, name) DO UPDATE SET color "
      "= "
      "excluded.color",
      {book, name, int64_t{color}});
}

void rename_tag(const Sql& sql, Ref book, std::string_view from, std::string_view to) {
  if (from == to) return;
  const auto id_of = [&](std::string_view name) {
    return sql.number("SELECT id FROM {p}tags WHERE book_id = ?1 AND name = ?2", {book, name});
  };
  const int64_t old = id_of(from), merged = id_of(to);
  if (old == 0) return;
  if (merged == 0) {
    sql.exec("UPDATE {p}tags SET name = ?2 WHERE id = ?1", {old, to});
    return;
  }
  sql.exec(
      "UPDATE {p}entry_tags SET tag_id = ?2 WHERE tag_id = ?1 AND NOT EXISTS (SELECT 1 FROM {p}entry_tags o WHERE "
      "o.entry_id = {p}entry_tags.entry_id AND o.tag_id = ?2)",
      {old, merged});
  sql.exec("DELETE FROM {p}tags WHERE id = ?1", {old});
}

void delete_tag(const Sql& sql, Ref book, std::string_view name) {
  sql.exec("DELETE FROM {p}tags WHERE book_id = ?1 AND name = ?2", {book, name});
}

}  // namespace junctor::accounts
