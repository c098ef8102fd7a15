// SPDX-License-Identifier: Apache-2.0
// How the rules name users, groups, devices and books: small numbers, given by whoever holds the model in memory.
// Values.
#pragma once

#include <cstdint>

namespace junctor::accounts {

/// One kind of object has numbers of its own; 0 is none.
using Ref = uint32_t;
inline constexpr Ref kNoRef = 0;

}  // namespace junctor::accounts
