// SPDX-License-Identifier: Apache-2.0
// Invitations (accounts.md 1, 18): rights have been checked. Lives on threads of the database.
#pragma once

#include "accounts/admin_api/core/call.hpp"

namespace junctor::accounts::admin {

struct Invited {
  Ref id = kNoRef;
  std::string link;  // the secret is in it alone
};

Invited invite(Call& call, const std::string& email, const std::string& name, const std::string& note, Ref group);

}  // namespace junctor::accounts::admin
