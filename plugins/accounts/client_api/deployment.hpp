// SPDX-License-Identifier: Apache-2.0
// Devices that come in by a token: who may let them in and give them away, and what a deploy token carries (accounts.md
// 8, 9, 15; http-api.md 3.5). Inside a transaction.
#pragma once

#include <string>

#include "accounts/client_api/assign.hpp"
#include "accounts/client_api/call.hpp"
#include "accounts/model/access.hpp"

namespace junctor::accounts {

struct Deployment {
  std::string id, uuid, pk;  ///< bytes
  Admission admission = Admission::kOpen;
};

/// The word of the answer (OK, NOT_ENABLED, ID_TAKEN). Throws Refused where the token's owner may not, where the token
/// is used up, and for a banned machine. The same deployment once more changes nothing and costs no use.
std::string_view deploy_device(const Sql& sql, const Sealer& sealer, const Caller& caller, const Deployment& wanted,
                               int64_t now, Touched& touched);

/// Throws Refused (403) where the caller's present rights are less than what the wishes take. A deploy token gives what
/// no administrator has given yet.
void check_assigner(const Sql& sql, const Caller& caller, const Device& device, const Wishes& wishes);

}  // namespace junctor::accounts
