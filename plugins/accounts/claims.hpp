// SPDX-License-Identifier: Apache-2.0
// The routes that accounts will have, told before it starts: another plugin that wants one of them is a fault of
// `junctord --check`. Pure; [control].
#pragma once

#include <junctor/claims.hpp>

namespace junctor::accounts {

void claim_routes(const Claims& claims);

}  // namespace junctor::accounts
