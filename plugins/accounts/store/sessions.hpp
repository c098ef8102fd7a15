// SPDX-License-Identifier: Apache-2.0
// Sessions, API tokens and devices that users have logged in on: {p}sessions, {p}tokens, {p}known_devices (accounts.md
// 9, 10, 12). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/model/entities.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

// ---- sessions ----
std::optional<Session> session_by_hash(const Sql& sql, std::string_view hash);
std::optional<Session> session_by_guid(const Sql& sql, std::string_view guid);
std::vector<Session> sessions_of(const Sql& sql, Ref user, int64_t limit);
/// In place of one of the same user on the same device (id and uuid); what the old one's device had from a log-in
/// stays.
Ref add_session(const Sql& sql, Session session, Touched& touched);
/// What becomes of the device whose owner the log-in set: log-out, expiry and revocation take it back; where the user
/// is disabled it stays his, or disabling him would open his devices.
enum class LoginOwner { kTakeBack, kStays };
void end_session(const Sql& sql, const Session& session, LoginOwner owner, Touched& touched);
/// All but `keep` (0: all).
void end_sessions_of(const Sql& sql, Ref user, Ref keep, LoginOwner owner, Touched& touched);
/// Those of `kind` that were not used since `before`, and those whose end has passed; how many.
size_t end_idle_sessions(const Sql& sql, SessionKind kind, int64_t before, int64_t now, Touched& touched);
void note_session_use(const Sql& sql, std::string_view hash, int64_t now);

// ---- API tokens ----
std::optional<Token> token_by_hash(const Sql& sql, std::string_view hash);
std::optional<Token> token_by_guid(const Sql& sql, std::string_view guid);
std::vector<Token> tokens_of(const Sql& sql, Ref owner, int64_t limit);  ///< kNoRef: everybody's
/// Throws Refused where the owner has one of this name.
Ref add_token(const Sql& sql, Token token, int64_t now);
/// False where there is none.
bool revoke_token(const Sql& sql, Ref id);
void note_token_use(const Sql& sql, Ref id, std::string_view address, int64_t now);

// ---- known devices ----
std::optional<KnownDevice> known_device(const Sql& sql, Ref user, std::string_view key);
/// A log-in on it; `trusted_until` 0 leaves the trust as it is.
void note_known_device(const Sql& sql, Ref user, std::string_view key, std::string_view name, int64_t now,
                       int64_t trusted_until);

}  // namespace junctor::accounts
