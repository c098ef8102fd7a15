// SPDX-License-Identifier: Apache-2.0
// What becomes of a user's address books when he is deleted (accounts.md 2). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include "accounts/model/ref.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

/// The personal one goes to a bin that nobody sees, shared ones pass to `heir` (kNoRef: to nobody), rules for him go.
inline void part_with_books(const Sql& sql, Ref user, Ref heir, int64_t now, Touched& touched) {
  const auto touch = [&touched](const Row& row) { touched.books.insert(static_cast<Ref>(row.integer(0))); };
  sql.exec("UPDATE {p}books SET deleted = ?2 WHERE owner_id = ?1 AND personal = 1 AND deleted = 0", {user, now});
  const auto owner = heir == kNoRef ? std::nullopt : std::optional{static_cast<int64_t>(heir)};
  sql.exec("UPDATE {p}books SET owner_id = ?2 WHERE owner_id = ?1 AND personal = 0 RETURNING id", {user, owner}, touch);
  sql.exec("DELETE FROM {p}book_rules WHERE target = 2 AND target_id = ?1 RETURNING book_id", {user}, touch);
}

}  // namespace junctor::accounts
