// SPDX-License-Identifier: Apache-2.0
// Two instances that will register the same at one provider, such as one route of one HTTP server: found while the
// configuration is checked, not when the second one fails to start. Pure functions, any thread.
#pragma once

#include <vector>

#include "config/fault.hpp"
#include "config/snapshot.hpp"
#include "plugin/module.hpp"

namespace junctor::plugin {

/// `claims`: of each instance of the snapshot, by index. One fault for each two that meet, at the option that makes the
/// later one want it where that is written, else at its choice of the provider, else at its table.
void find_contests(const config::Snapshot& snapshot, const std::vector<std::vector<Claim>>& claims,
                   std::vector<config::Fault>* faults);

}  // namespace junctor::plugin
