// SPDX-License-Identifier: Apache-2.0
// Lists that a column holds as one text with commas. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "accounts/admin_api/core/call.hpp"

namespace junctor::accounts::admin {

std::vector<std::string> listed_texts(std::string_view text);
std::string joined_texts(const std::vector<std::string>& texts);

/// The body's list of networks, with commas. Throws Refused 422 for what is none.
std::string networks_text(const Call& call, const std::string& field);

}  // namespace junctor::accounts::admin
