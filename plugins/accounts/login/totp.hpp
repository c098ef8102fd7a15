// SPDX-License-Identifier: Apache-2.0
// TOTP as clients and authenticators have it (accounts.md 11): SHA-1, 6 digits, 30 seconds, one step either way.
// Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::accounts {

/// 20 random bytes.
std::string new_totp_secret();

/// For people and their authenticators.
std::string base32(std::string_view secret);
/// The other way; empty for what is none.
std::string base32_decoded(std::string_view text);
/// otpauth://totp/ISSUER:NAME?secret=...
std::string totp_url(std::string_view secret, std::string_view issuer, std::string_view name);

/// The step that the code belongs to, of the three around `now` (Unix seconds).
std::optional<int64_t> totp_step(std::string_view secret, std::string_view code, int64_t now);
std::string totp_code(std::string_view secret, int64_t step);
inline int64_t totp_step_at(int64_t now) { return now / 30; }

/// Six digits each, as clients can enter nothing else; no two the same.
std::vector<std::string> new_backup_codes(size_t count);

}  // namespace junctor::accounts
