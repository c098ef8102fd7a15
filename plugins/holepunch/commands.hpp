// SPDX-License-Identifier: Apache-2.0
// junctorctl relays and punches: arguments in, JSON out. [home]
#pragma once

#include <string_view>

#include "junctor/host.hpp"
#include "learned.hpp"
#include "relay_watch.hpp"

namespace junctor::holepunch {

inline constexpr size_t kMaxRows = 1000;  // a table for a person; the total is told beside it

/// relays | relays drain NAME | relays undrain NAME
void relays_command(const Host& host, RelayWatch& watch, std::string_view args, const Reply& reply);

/// punches | punches clear [ADDRESS]
void punches_command(Learned& learned, Duration now, std::string_view args, const Reply& reply);

}  // namespace junctor::holepunch
