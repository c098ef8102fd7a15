// SPDX-License-Identifier: Apache-2.0
// Sessions as lists show them. Lives on threads of the database.
#pragma once

#include "accounts/admin_api/core/call.hpp"

namespace junctor::accounts::admin {

/// The list's answer; `user`: whose alone, kNoRef: everybody's.
Reply session_list(Call& call, Ref user);
/// Ends the session with this guid; `user`: whose it has to be, kNoRef: anybody's. Throws Refused 404.
void end_session_named(Call& call, const std::string& guid, Ref user);

}  // namespace junctor::accounts::admin
