// SPDX-License-Identifier: Apache-2.0
// Log records of connections, files and alarms as devices send them: {p}audit_conn, {p}audit_file, {p}audit_alarm
// (accounts.md 17). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "accounts/live/conn_refs.hpp"
#include "accounts/model/entities.hpp"

namespace junctor::accounts {

/// A connection was opened on B; who it is as far as signalling knows.
void open_conn(const Sql& sql, const ConnRecord& record, int64_t now);
/// It was authorised: on its open row, else by a row of its own.
void authorise_conn(const Sql& sql, const ConnRecord& record, int64_t now);
void close_conn(const Sql& sql, const ConnRecord& record, int64_t now);

/// The user of the newest connection with this number on B.
struct ConnUser {
  Ref user = kNoRef;
  std::string name;
};
ConnUser user_of_conn(const Sql& sql, std::string_view device, int64_t conn);

void add_file(const Sql& sql, const FileRecord& record, int64_t now);
void add_alarm(const Sql& sql, const AlarmRecord& record, int64_t now);

/// A's word on a connection that is open, or was until `since`; false where there is none.
bool note_conn(const Sql& sql, std::string_view device, uint64_t session, std::string_view note, int64_t since);
/// guid of the open connection of this session and kind that concerns the user: as controller or as B's owner.
std::optional<std::string> active_conn(const Sql& sql, std::string_view device, uint64_t session, int type, Ref user);
/// False where there is none that concerns the user; `any`: he may write on every row.
bool note_by_guid(const Sql& sql, std::string_view guid, std::string_view note, Ref user, bool any);

}  // namespace junctor::accounts
