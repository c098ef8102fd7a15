// SPDX-License-Identifier: Apache-2.0
// Address books, their entries, tags and rules: {p}books, {p}entries, {p}tags, {p}book_rules (accounts.md 16). Inside a
// transaction; who may do what is asked before, by the level that open_book gives.
#pragma once

#include <junctor/database.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/model/entities.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

inline constexpr uint32_t kTagColor = 0xFF607D8B;  ///< of a tag that only an entry names

// ---- books ----
/// The user's own; made on first use.
Book personal_book(const Sql& sql, Ref user, int64_t now);
std::optional<Book> book_by_guid(const Sql& sql, std::string_view guid);
std::optional<Book> shared_book_by_name(const Sql& sql, std::string_view name);
/// What the user has on it, by ownership and rules.
BookLevel level_on(const Sql& sql, const Book& book, Ref user);

struct SharedBook {
  Book book;
  std::string owner_name;
  BookLevel level = BookLevel::kNone;
};
/// Those that he owns or has a rule on, in the order of their names; `name`: exact, empty for all.
std::vector<SharedBook> shared_books_of(const Sql& sql, Ref user, std::string_view name, int64_t limit, int64_t offset);
int64_t count_shared_books_of(const Sql& sql, Ref user, std::string_view name);

// ---- entries ----
/// LIKE patterns on the whole value; empty: all.
struct EntryFilter {
  std::string id, alias;
};
/// With what this server knows of the device, where it is one of its own.
struct ListedEntry {
  BookEntry entry;
  bool same_server = false;
  std::string device_group;
};
std::vector<ListedEntry> entries_of(const Sql& sql, Ref book, const EntryFilter& filter, int64_t limit, int64_t offset);
int64_t count_entries(const Sql& sql, Ref book, const EntryFilter& filter = {});
std::optional<BookEntry> entry_by_peer(const Sql& sql, Ref book, std::string_view peer_id);
/// Is it in the book or its bin?
bool has_peer(const Sql& sql, Ref book, std::string_view peer_id);

/// What a call names of an entry; the rest stays. hash and password are plain here.
struct EntryChange {
  std::optional<std::string> alias, note, hash, password, username, hostname, platform, rdp_port, rdp_username,
      login_name;
  std::optional<bool> force_relay;
  std::optional<std::vector<std::string>> tags;
};
/// Adds what is not there where `add`, else leaves it; true where there is an entry now.
bool put_entry(const Sql& sql, const Sealer& sealer, const Book& book, std::string_view peer_id,
               const EntryChange& change, bool add, int64_t now, Touched& touched);
/// To the bin.
void bin_entry(const Sql& sql, const Book& book, std::string_view peer_id, int64_t now, Touched& touched);
std::string open_secret(const Sealer& sealer, std::string_view sealed, const BookEntry& entry, std::string_view what);

// ---- the bin ----
std::vector<BookEntry> binned_entries(const Sql& sql, Ref book, int64_t limit);
/// Of the ids, all where there are none; what is in the book already stays in the bin.
void restore_entries(const Sql& sql, const Book& book, const std::vector<std::string>& peers, Touched& touched);
void drop_entries(const Sql& sql, const Book& book, const std::vector<std::string>& peers);
/// Of every book: what was thrown away before `before`.
void drop_old(const Sql& sql, int64_t before);

// ---- tags ----
std::vector<BookTag> tags_of(const Sql& sql, Ref book);
/// Of one that is there the colour changes.
void put_tag(const Sql& sql, Ref book, std::string_view name, uint32_t color);
/// Onto one that is there: both become that one.
void rename_tag(const Sql& sql, Ref book, std::string_view from, std::string_view to);
void delete_tag(const Sql& sql, Ref book, std::string_view name);

}  // namespace junctor::accounts
