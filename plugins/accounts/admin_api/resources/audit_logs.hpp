// SPDX-License-Identifier: Apache-2.0
// The five logs (accounts.md 17) as the API shows them: where they lie, what filters them, who sees which rows, and a
// row as text. Lists and exports are made of the same. Lives on threads of the database.
#pragma once

#include <string_view>

#include "accounts/admin_api/core/call.hpp"
#include "accounts/admin_api/core/rows_text.hpp"

namespace junctor::accounts::admin {

struct AuditLog {
  std::string_view name;  // "connections"
  const char* columns;
  const char* from;
  std::string_view id;
  std::string_view time;
  void (*filter)(Listing& listing);
  /// Leaves the rows that are the caller's own.
  void (*own)(Listing& listing, const Caller& caller);
  void (*row)(const Row& row, size_t at, RowText& out);
};

/// nullptr for none.
const AuditLog* audit_log(std::string_view name);

/// Leaves what the caller may see of it; throws Refused 403 where that is nothing.
void restrict_log(const Call& call, const AuditLog& log, Listing& listing);

/// The next rows of an export, oldest first, behind row `after`; `last` is the last one's, and stays where it was at
/// the end. The first piece of a CSV begins with its head.
std::string export_piece(const Call& call, const AuditLog& log, bool csv, int64_t after, int64_t* last);

}  // namespace junctor::accounts::admin
