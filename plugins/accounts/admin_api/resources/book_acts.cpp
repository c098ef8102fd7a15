// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/book_acts.hpp"

#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

std::string checked_name(const Call& call, const std::string& given, Ref self) {
  const std::string name = accounts::clean_name(given, "An address book's name");
  const std::string key = name_key(name);
  if (key == name_key("My address book") || key == name_key("Legacy address book")) {
    refuse(409, "reserved", "Clients use this name for another book: take another one.");
  }
  if (call.sql.number("SELECT id FROM {p}books WHERE name_key = ?1 AND personal = 0 AND deleted = 0 AND id <> ?2",
                      {key, self}) != 0) {
    refuse(409, "taken", "There is an address book of this name: clients tell books apart by their names.");
  }
  return name;
}

void set_password(const Call& call, const std::string& guid, const std::string& password) {
  if (password.empty()) {
    call.sql.exec("UPDATE {p}books SET password = NULL WHERE guid = ?1", {guid});
    return;
  }
  const std::string sealed = call.site.sealer().seal(password, "book:" + guid);
  call.sql.exec("UPDATE {p}books SET password = ?2 WHERE guid = ?1", {guid, Blob{sealed}});
}

/// Of the caller's own groups?
bool inside_own_group(const Call& call, const BookRule& rule) {
  if (rule.target == BookRule::For::kEveryone) return false;
  if (rule.target == BookRule::For::kUserGroup) {
    if (rule.ref == call.caller.group) return true;
    for (const Ref group : extra_groups_of(call.sql, call.caller.user)) {
      if (group == rule.ref) return true;
    }
    return false;
  }
  const auto user = user_by_id(call.sql, rule.ref);
  return user && user->group == call.caller.group;
}

}  // namespace

BookLevel level_of(const Call& call, const Book& book) {
  if (book.owner == call.caller.user) return BookLevel::kFull;
  if (book.personal) return BookLevel::kNone;  // private, from administrators too
  return call.caller.administrator ? BookLevel::kFull : level_on(call.sql, book, call.caller.user);
}

Book book_of(const Call& call, std::string_view guid, BookLevel needed) {
  auto book = book_by_guid(call.sql, guid);
  const BookLevel level = book && book->deleted == 0 ? level_of(call, *book) : BookLevel::kNone;
  if (!may_see(level)) throw Refused{not_found("address book")};
  if (level < needed)
    refuse(403, "read_only", "You may not change this address book: its owner can give you the right.");
  return std::move(*book);
}

std::optional<BookEntry> tagged_entry(const Sql& sql, Ref book, std::string_view peer_id) {
  auto entry = entry_by_peer(sql, book, peer_id);
  if (!entry) return entry;
  entry->tags = sql.all(
      "SELECT t.name FROM {p}entry_tags m JOIN {p}tags t ON t.id = m.tag_id WHERE m.entry_id = ?1 ORDER BY m.position",
      {entry->id}, [](const Row& row) { return row.text(0); });
  return entry;
}

Book make_book(Call& call, const BookWish& wish) {
  const std::string name = checked_name(call, wish.name.value_or(""), kNoRef);
  if (!call.caller.administrator && !call.site.users_make_books()) {
    refuse(403, "books_closed", "On this site administrators alone make shared address books.");
  }
  if (wish.grants_access.value_or(false)) need_administrator(call.caller);
  if (wish.owner != kNoRef && wish.owner != call.caller.user) need_administrator(call.caller);
  const std::string guid = new_guid();
  const auto id = static_cast<Ref>(
      call.sql.number("INSERT INTO {p}books (guid, personal, owner_id, name, name_key, note, grants_access, created) "
                      "VALUES (?1, 0, ?2, "
                      "?3, ?4, ?5, ?6, ?7) RETURNING id",
                      {guid, wish.owner == kNoRef ? call.caller.user : wish.owner, name, name_key(name),
                       wish.note.value_or(""), wish.grants_access.value_or(false), call.now}));
  if (wish.password) set_password(call, guid, *wish.password);
  call.touched.books.insert(id);
  call.log(Subject::kBooks, Operation::kAddBook, name);
  return *book_by_guid(call.sql, guid);
}

void change_book(Call& call, const Book& book, const BookWish& wish) {
  if (book.personal && (wish.name || wish.owner != kNoRef)) {
    refuse(409, "personal", "The personal address book keeps its name and owner.");
  }
  if (wish.grants_access && *wish.grants_access != book.grants_access) need_administrator(call.caller);
  Update change;
  if (wish.name) {
    const std::string name = checked_name(call, *wish.name, book.id);
    change.set("name", name);
    change.set("name_key", name_key(name));
  }
  if (wish.note) change.set("note", *wish.note);
  if (wish.grants_access) change.set_number("grants_access", *wish.grants_access ? 1 : 0);
  if (wish.owner != kNoRef) change.set_number("owner_id", wish.owner);
  change.run(call.sql, "books", book.id);
  if (wish.password) set_password(call, book.guid, *wish.password);
  call.touched.books.insert(book.id);
  const Operation operation = wish.owner != kNoRef ? Operation::kChangeOwner
                              : wish.name          ? Operation::kRenameBook
                                                   : Operation::kUpdateBook;
  call.log(Subject::kBooks, operation, book.name);
}

void delete_book(Call& call, const Book& book) {
  if (book.personal) refuse(409, "personal", "The personal address book cannot be deleted.");
  call.sql.exec("UPDATE {p}books SET deleted = ?2 WHERE id = ?1", {book.id, call.now});
  call.touched.books.insert(book.id);
  call.log(Subject::kBooks, Operation::kDeleteBook, book.name);
}

std::string put_rule(Call& call, const Book& book, const BookRule& rule) {
  if (book.personal) refuse(409, "personal", "The personal address book is not shared.");
  if (!may_share_with(rule.target, inside_own_group(call, rule), call.site.share_outside_group(),
                      call.caller.administrator)) {
    refuse(403, "outside_group", "This site does not let you share outside of your own group.");
  }
  const auto guid = call.sql.one(
      "INSERT INTO {p}book_rules (guid, book_id, target, target_id, level) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT "
      "(book_id, target, target_id) DO UPDATE SET level = ?5 RETURNING guid",
      {new_guid(), book.id, rule.target, rule.ref, rule.level}, [](const Row& row) { return row.text(0); });
  call.touched.books.insert(book.id);
  call.log(Subject::kBooks, Operation::kAddRule, book.name);
  return *guid;
}

FoundRule rule_of(const Call& call, std::string_view guid) {
  struct Stored {
    Ref id;
    std::string book;
  };
  const auto found =
      call.sql.one("SELECT r.id, b.guid FROM {p}book_rules r JOIN {p}books b ON b.id = r.book_id WHERE r.guid = ?1",
                   {guid}, [](const Row& row) {
                     return Stored{static_cast<Ref>(row.integer(0)), row.text(1)};
                   });
  if (!found) throw Refused{not_found("rule")};
  return {found->id, book_of(call, found->book, BookLevel::kFull)};
}

void set_rule_level(Call& call, const FoundRule& rule, BookLevel level) {
  call.sql.exec("UPDATE {p}book_rules SET level = ?2 WHERE id = ?1", {rule.id, level});
  call.touched.books.insert(rule.book.id);
  call.log(Subject::kBooks, Operation::kUpdateRule, rule.book.name);
}

void delete_rule(Call& call, const FoundRule& rule) {
  call.sql.exec("DELETE FROM {p}book_rules WHERE id = ?1", {rule.id});
  call.touched.books.insert(rule.book.id);
  call.log(Subject::kBooks, Operation::kDeleteRule, rule.book.name);
}

}  // namespace junctor::accounts::admin
