// SPDX-License-Identifier: Apache-2.0
// Whose rule counts in an address book.
#include "accounts/model/book_rights.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace junctor::accounts {
namespace {

using For = BookRule::For;
constexpr Ref kAda = 1, kBob = 2, kSales = 10, kLab = 11;
const std::vector<Ref> kGroups = {kSales, kLab};

TEST_CASE("a user's rule beats his group's, that beats everyone's, even where it gives less") {
  const BookRule everyone{For::kEveryone, kNoRef, BookLevel::kFull},
      sales{For::kUserGroup, kSales, BookLevel::kReadWrite}, lab{For::kUserGroup, kLab, BookLevel::kRead},
      bob{For::kUser, kBob, BookLevel::kRead};
  struct Row {
    std::vector<BookRule> rules;
    BookLevel level;
  };
  const Row rows[] = {
      {{}, BookLevel::kNone},
      {{everyone}, BookLevel::kFull},
      {{everyone, lab}, BookLevel::kRead},
      {{lab, sales, everyone}, BookLevel::kReadWrite},
      {{everyone, sales, bob}, BookLevel::kRead},
      {{{For::kUser, kAda, BookLevel::kFull}}, BookLevel::kNone},
      {{{For::kUserGroup, 12, BookLevel::kFull}}, BookLevel::kNone},
      {{{For::kUser, kSales, BookLevel::kFull}, {For::kUserGroup, kBob, BookLevel::kFull}}, BookLevel::kNone},
  };
  for (const Row& row : rows) CHECK(book_level(kAda, row.rules, kBob, kGroups) == row.level);
  CHECK(book_level(kBob, {}, kBob, kGroups) == BookLevel::kFull);
  CHECK(book_level(kNoRef, {}, kNoRef, {}) == BookLevel::kNone);
}

TEST_CASE("each level may what the one below may, and more") {
  CHECK_FALSE(may_see(BookLevel::kNone));
  CHECK((may_see(BookLevel::kRead) && !may_edit(BookLevel::kRead)));
  CHECK((may_see(BookLevel::kReadWrite) && may_edit(BookLevel::kReadWrite) && !may_manage(BookLevel::kReadWrite)));
  CHECK((may_edit(BookLevel::kFull) && may_manage(BookLevel::kFull)));
}

TEST_CASE("sharing beyond one's group needs the site's leave, or an administrator") {
  CHECK(may_share_with(For::kUser, true, false, false));
  CHECK_FALSE(may_share_with(For::kUser, false, false, false));
  CHECK_FALSE(may_share_with(For::kEveryone, true, false, false));
  CHECK(may_share_with(For::kEveryone, false, true, false));
  CHECK(may_share_with(For::kEveryone, false, false, true));
}

}  // namespace
}  // namespace junctor::accounts
