// SPDX-License-Identifier: Apache-2.0
// Calls whose body has a password: what is to be verified and hashed, which takes too long for a transaction.
#pragma once

#include <string>

#include "accounts/admin_api/core/engine.hpp"
#include "accounts/login/passwords.hpp"
#include "accounts/model/entities.hpp"

namespace junctor::accounts::admin {

struct Secrets {
  User user;                // who asks, where somebody has logged in
  std::string name, email;  // whose new password it is to be
  std::string fresh;        // the new one; empty: none
  std::string stored;       // hash of the present one
  bool hashes = true;       // false: the call will be refused
  std::string given;        // what is said to be the present one; empty: nothing to verify
};

bool has_secrets(const Endpoint& endpoint);
/// Does it ask for something that could be guessed: the caller's password, a code, an invitation?
bool is_guess(const Endpoint& endpoint);
bool is_wrong_guess(const Endpoint& endpoint, const Problem& problem);

/// Inside a transaction; throws Refused for whom the door is closed and for bodies that do not fit.
Secrets secrets_of(const Sql& sql, const Contract& contract, const Site& site, const Ask& ask, const Found& found,
                   int64_t now);

/// Takes tens of milliseconds. Throws accounts::Refused for a password that the policy does not take.
Prepared prepare_secrets(const Passwords& passwords, const Secrets& secrets);

}  // namespace junctor::accounts::admin
