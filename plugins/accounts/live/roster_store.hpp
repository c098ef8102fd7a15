// SPDX-License-Identifier: Apache-2.0
// Reading the model for the memory that answers without I/O. Inside a transaction of database/1.
#pragma once

#include <junctor/database.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "accounts/live/roster.hpp"

namespace junctor::accounts {

/// Everything but devices and sessions: thousands of rows, not millions.
RosterModel read_model(const Sql& sql);

struct DevicePage {
  std::vector<DeviceCard> cards;
  Ref last = kNoRef;  ///< after it the next page begins; kNoRef: that was the last one
};
DevicePage read_devices(const Sql& sql, Ref after, int64_t limit);
/// Nothing where there is no such row (any more).
std::optional<DeviceCard> device_card(const Sql& sql, Ref ref);
std::optional<UserCard> user_card(const Sql& sql, Ref ref);
/// A shared book that gives access.
std::optional<BookCard> book_card(const Sql& sql, Ref ref);

using SessionRows = std::vector<std::pair<TokenHash, SessionCard>>;
/// `idle`: seconds without use after which a session has ended.
SessionRows read_sessions(const Sql& sql, int64_t now, int64_t idle);
std::optional<SessionCard> session_card(const Sql& sql, const std::string& hash, int64_t idle);

}  // namespace junctor::accounts
