// SPDX-License-Identifier: Apache-2.0
// The log of log-ins, and the alarms that the server itself raises (accounts.md 17). Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include "accounts/model/entities.hpp"
#include "accounts/store/sealed.hpp"

namespace junctor::accounts {

inline void add_login_record(const Sql& sql, const LoginRecord& record) {
  const auto user = record.user == kNoRef ? std::nullopt : std::optional{static_cast<int64_t>(record.user)};
  sql.exec(
      "INSERT INTO {p}audit_login (guid, user_id, user_name, method, result, kind, device_id, device_name, address, "
      "created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
      {new_guid(), user, record.user_name, record.method, record.result, record.kind, record.device_id,
       record.device_name, record.address, record.created});
}

inline void add_alarm_record(const Sql& sql, const AlarmRecord& record) {
  const auto user = record.user == kNoRef ? std::nullopt : std::optional{static_cast<int64_t>(record.user)};
  sql.exec(
      "INSERT INTO {p}audit_alarm (guid, type, device_id, user_id, user_name, ip, info, created) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      {new_guid(), record.type, record.device_id, user, record.user_name, record.ip, record.info, record.created});
}

}  // namespace junctor::accounts
