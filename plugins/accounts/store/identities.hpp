// SPDX-License-Identifier: Apache-2.0
// Who a user is elsewhere: {p}identities (accounts.md 13, 14). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/model/entities.hpp"

namespace junctor::accounts {

inline constexpr size_t kIssuerMax = 512;
inline constexpr size_t kSubjectMax = 512;

/// An identity, and what its provider gave the user by it, so that it can be taken back.
struct Link : Identity {
  Ref group = kNoRef;   ///< the one group that it set last
  std::string granted;  ///< what else: "g7 r3 a", extra groups, admin roles, administrator
};

std::optional<Link> identity_of(const Sql& sql, std::string_view issuer, std::string_view subject);
std::vector<Link> identities_of_user(const Sql& sql, Ref user);
/// Of enabled users, in the order of their ids.
std::vector<Link> identities_of_issuer(const Sql& sql, std::string_view issuer, Ref after, int64_t limit);
Link add_identity(const Sql& sql, Link identity, int64_t now);
/// last_used, group and granted.
void update_identity(const Sql& sql, const Link& identity);
/// False where he has none of this id.
bool remove_identity(const Sql& sql, Ref user, Ref id);

}  // namespace junctor::accounts
