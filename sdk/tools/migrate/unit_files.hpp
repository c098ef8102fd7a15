// SPDX-License-Identifier: Apache-2.0
// A systemd unit with the drop-ins that systemd would read with it. One thread; throws Refusal.
#pragma once

#include <string>
#include <vector>

#include "tools/stock/start.hpp"

namespace junctor::tools::migrate {

/// `path` and its drop-ins, in the order in which they are applied: those beside it, and where it lies in one of
/// `roots`, those in all of them. Of two with one name the stronger root's holds.
std::vector<stock::UnitFile> unit_with_drop_ins(const std::string& path, const std::vector<std::string>& roots);

/// Where systemd looks, the weakest first.
std::vector<std::string> unit_roots();

}  // namespace junctor::tools::migrate
