// SPDX-License-Identifier: Apache-2.0
// Second factors: {p}totp and {p}backup_codes (accounts.md 11). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/model/entities.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

std::optional<Totp> totp_of(const Sql& sql, Ref user);
/// In place of one that is there.
void put_totp(const Sql& sql, const Totp& totp);
/// False where a code of this step or a later one was used before: each counts once.
bool use_totp_step(const Sql& sql, Ref user, int64_t step);
void replace_backup_codes(const Sql& sql, Ref user, const std::vector<std::string>& hashes);
/// True once a code.
bool use_backup_code(const Sql& sql, Ref user, std::string_view hash);
int64_t backup_codes_left(const Sql& sql, Ref user);
/// Ends both kinds, passkeys, mail codes and trust in devices.
void reset_factors(const Sql& sql, Ref user, Touched& touched);

}  // namespace junctor::accounts
