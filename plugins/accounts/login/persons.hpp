// SPDX-License-Identifier: Apache-2.0
// From somebody whom a provider knows to a user of this site: found by his identity, linked, or made; and what his
// groups give him (accounts.md 13, 14). Inside a transaction.
#pragma once

#include <junctor/database.hpp>
#include <junctor/login.hpp>

#include <string>
#include <vector>

#include "accounts/login/providers.hpp"
#include "accounts/model/entities.hpp"
#include "accounts/store/identities.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

struct Entered {
  User user;
  std::vector<std::string> missing;  ///< groups and roles of the map that the site does not have; for the log
};

/// Throws Refused with the reason: a name or mail address that is taken is never linked silently. `link`: the user who
/// is logged in and wants this identity to be his; kNoRef: nobody.
Entered enter(const Sql& sql, const ProviderInfo& provider, const LoginPerson& person, Ref link, int64_t now,
              Touched& touched);

/// What his groups give him now, as at a log-in; the names that the site does not have.
std::vector<std::string> apply_rules(const Sql& sql, Link identity, User* user, const LoginPerson& person,
                                     Touched& touched);

}  // namespace junctor::accounts
