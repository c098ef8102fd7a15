// SPDX-License-Identifier: Apache-2.0
// What a user may do with an address book (accounts.md 16). Values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "accounts/model/ref.hpp"

namespace junctor::accounts {

/// Numbers as on the wire and as stored.
enum class BookLevel : uint8_t { kNone = 0, kRead = 1, kReadWrite = 2, kFull = 3 };

struct BookRule {
  enum class For : uint8_t { kEveryone, kUserGroup, kUser };
  For target = For::kEveryone;
  Ref ref = kNoRef;  ///< of the group or user
  BookLevel level = BookLevel::kRead;
};

/// The owner has all. A rule for the user beats one for a group of his, and that beats everyone's, even where it gives
/// less; of several groups the highest counts. A personal book has no rules, so it is its owner's alone.
inline BookLevel book_level(Ref owner, std::span<const BookRule> rules, Ref user, std::span<const Ref> groups) {
  if (owner != kNoRef && owner == user) return BookLevel::kFull;
  BookLevel by_user = BookLevel::kNone, by_group = BookLevel::kNone, by_all = BookLevel::kNone;
  for (const BookRule& rule : rules) {
    if (rule.target == BookRule::For::kUser && rule.ref == user) by_user = std::max(by_user, rule.level);
    if (rule.target == BookRule::For::kEveryone) by_all = std::max(by_all, rule.level);
    const bool member = std::find(groups.begin(), groups.end(), rule.ref) != groups.end();
    if (rule.target == BookRule::For::kUserGroup && member) by_group = std::max(by_group, rule.level);
  }
  if (by_user != BookLevel::kNone) return by_user;
  return by_group != BookLevel::kNone ? by_group : by_all;
}

inline bool may_see(BookLevel level) { return level >= BookLevel::kRead; }
/// Entries and tags: add, edit, delete.
inline bool may_edit(BookLevel level) { return level >= BookLevel::kReadWrite; }
/// Rename, delete, share, the book's password.
inline bool may_manage(BookLevel level) { return level >= BookLevel::kFull; }

/// May somebody share the book with this target? Beyond his own group only where the site allows it; administrators
/// always.
inline bool may_share_with(BookRule::For target, bool inside_own_group, bool share_outside_group, bool administrator) {
  return administrator || share_outside_group || (inside_own_group && target != BookRule::For::kEveryone);
}

}  // namespace junctor::accounts
