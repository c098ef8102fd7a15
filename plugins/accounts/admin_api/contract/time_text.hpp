// SPDX-License-Identifier: Apache-2.0
// Times as the admin API writes them: RFC 3339. [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::accounts::admin {

/// Seconds since 1970; years 1970 to 9999, any offset, fractions are dropped. Nothing for what is no such time.
std::optional<int64_t> parse_time(std::string_view text);
/// "2026-01-31T10:20:30Z"
std::string time_text(int64_t seconds);

}  // namespace junctor::accounts::admin
