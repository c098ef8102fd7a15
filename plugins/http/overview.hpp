// SPDX-License-Identifier: Apache-2.0
// `junctorctl http`: routes with their owners and what they have served. Any thread.
#pragma once

#include <string>

#include "core.hpp"

namespace junctor::http {

/// {"listen": [...], "open": N, "connections": N, "rows": [...]}
std::string overview(Core& core, const std::vector<jct_addr>& addresses);

}  // namespace junctor::http
