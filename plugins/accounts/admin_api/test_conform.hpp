// SPDX-License-Identifier: Apache-2.0
// For tests: is an answer what the contract says? Exactly the fields, of the kinds and words that the table has.
#pragma once

#include <string>

#include "accounts/admin_api/contract/contract.hpp"

namespace junctor::accounts::admin {

/// CHECKs everything about it.
void conform(const Contract& contract, const Endpoint& endpoint, uint32_t status, const std::string& body);

}  // namespace junctor::accounts::admin
