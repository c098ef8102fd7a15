// SPDX-License-Identifier: Apache-2.0
// Two listeners that want the same address: found while the configuration is checked, not when the second one fails to
// open. Pure functions, any thread.
#pragma once

#include <vector>

#include "config/fault.hpp"
#include "config/snapshot.hpp"

namespace junctor::plugin {

/// A fault for each LISTENER option whose protocol and address an earlier one has. Only what is written alike is seen:
/// whether a name and an address meet is known when they are opened.
void find_clashes(const config::Snapshot& snapshot, std::vector<config::Fault>* faults);

}  // namespace junctor::plugin
