// SPDX-License-Identifier: Apache-2.0
// What is done to address books, with its row in the console's audit (accounts.md 16): levels are asked here. Lives on
// threads of the database.
#pragma once

#include <optional>
#include <string>

#include "accounts/admin_api/core/call.hpp"
#include "accounts/client_api/books.hpp"
#include "accounts/model/entities.hpp"

namespace junctor::accounts::admin {

/// The book, where the caller has at least this level on it; administrators have all on shared ones. Throws Refused:
/// 404 where he may not see it, 403 where the level is not enough.
Book book_of(const Call& call, std::string_view guid, BookLevel needed);
BookLevel level_of(const Call& call, const Book& book);

/// What a call gives; the rest stays. A password of "" is none.
struct BookWish {
  std::optional<std::string> name, note, password;
  std::optional<bool> grants_access;
  Ref owner = kNoRef;
};
Book make_book(Call& call, const BookWish& wish);
void change_book(Call& call, const Book& book, const BookWish& wish);
/// To the owner's bin. Not the personal one: 409.
void delete_book(Call& call, const Book& book);

/// The schema Book.
std::string book_json(const Call& call, Ref id);

/// An entry with its tags, in their order.
std::optional<BookEntry> tagged_entry(const Sql& sql, Ref book, std::string_view peer_id);

/// A device of this server, an address, or anything with '@' (accounts.md 16); others' devices only for who reaches
/// them. Throws Refused.
void check_peer(const Call& call, const std::string& id);

/// In place of a rule for the same target; its guid.
std::string put_rule(Call& call, const Book& book, const BookRule& rule);
struct FoundRule {
  Ref id = kNoRef;
  Book book;
};
/// A rule of a book on which the caller has full rights. Throws Refused 404.
FoundRule rule_of(const Call& call, std::string_view guid);
void set_rule_level(Call& call, const FoundRule& rule, BookLevel level);
void delete_rule(Call& call, const FoundRule& rule);

}  // namespace junctor::accounts::admin
