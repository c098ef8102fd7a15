// SPDX-License-Identifier: Apache-2.0
// Calls whose body has a password: what is to be verified and hashed, which takes too long for a transaction.
#pragma once

#include <string>

#include "accounts/admin_api/core/engine.hpp"
#include "accounts/login/passwords.hpp"

namespace junctor::accounts::admin {

struct Secrets {
  std::string name, email;  // whose new password it is to be
  std::string fresh;        // the new one; empty: none
  std::string stored;       // hash of the present one
  std::string given;        // what is said to be the present one; empty: nothing to verify
};

bool has_secrets(const Endpoint& endpoint);

/// Inside a transaction; throws Refused for whom the door is closed and for bodies that do not fit.
Secrets secrets_of(const Sql& sql, const Contract& contract, const Site& site, const Ask& ask, const Found& found,
                   int64_t now);

/// Takes tens of milliseconds. Throws accounts::Refused for a password that the policy does not take.
Prepared prepare_secrets(const Passwords& passwords, const Secrets& secrets);

}  // namespace junctor::accounts::admin
