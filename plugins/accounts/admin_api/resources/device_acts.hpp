// SPDX-License-Identifier: Apache-2.0
// What is done to devices, with its row in the console's audit; rights have been checked. Lives on threads of the
// database.
#pragma once

#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/model/entities.hpp"

namespace junctor::accounts::admin {

/// What `body` gives of the schemas Device and DeviceChange.
void change_device(Call& call, const FoundDevice& device, const Poco::JSON::Object& body);
/// A pending one is approved by it (accounts.md 22).
void enable_device(Call& call, const FoundDevice& device);
void set_state(Call& call, const FoundDevice& device, DeviceState state, Operation operation);
/// Disabled before.
void remove_device(Call& call, const FoundDevice& device);

}  // namespace junctor::accounts::admin
