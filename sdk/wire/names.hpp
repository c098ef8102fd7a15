// SPDX-License-Identifier: Apache-2.0
// Host names to addresses, as the system knows them.
#pragma once

#include <string>
#include <vector>

#include "wire/address.hpp"

namespace junctor::wire {

using Addresses = std::vector<Address>;

/// [pool] Blocks for as long as the system's resolver takes. Without ports; empty where it knows none, and then its own
/// words in `why`.
Addresses look_up_name(const std::string& host, std::string* why = nullptr);

}  // namespace junctor::wire
