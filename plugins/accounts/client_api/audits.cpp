// SPDX-License-Identifier: Apache-2.0
// Rows of the log. Inside a transaction.
#include "accounts/client_api/audits.hpp"

#include "accounts/store/sealed.hpp"

namespace junctor::accounts {
namespace {

/// An unsigned number's bits, as they are stored.
int64_t bits(uint64_t number) { return static_cast<int64_t>(number); }

std::optional<int64_t> unless(int64_t value, int64_t none) {
  return value == none ? std::nullopt : std::optional{value};
}

constexpr const char* kOpen =
    "id = (SELECT max(id) FROM {p}audit_conn WHERE device_id = ?1 AND conn_id = ?2 AND ended IS NULL)";
// ?3 has started it, or owns B.
constexpr const char* kConcerns =
    "(user_id = ?3 OR EXISTS (SELECT 1 FROM {p}devices d WHERE d.device_id = {p}audit_conn.device_id AND d.owner_id = "
    "?3))";

}  // namespace

void open_conn(const Sql& sql, const ConnRecord& r, int64_t now) {
  sql.exec(
      "INSERT INTO {p}audit_conn (guid, device_id, uuid, conn_id, session_id, type, peer_id, peer_name, ip, user_id, "
      "user_name, started, primary_auth, two_factor, ground) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
      "?12, "
      "?13, ?14, ?15)",
      {new_guid(), r.device_id, r.uuid, r.conn_id, bits(r.session_id), unless(r.type, -1), r.peer_id, r.peer_name, r.ip,
       unless(r.user, kNoRef), r.user_name, now, unless(r.primary_auth, -1), unless(r.two_factor, -1), r.ground});
}

void authorise_conn(const Sql& sql, const ConnRecord& r, int64_t now) {
  const uint64_t changed = sql.exec(
      std::string{
          "UPDATE {p}audit_conn SET session_id = ?3, type = ?4, peer_id = ?5, peer_name = ?6, primary_auth = ?7, "
          "two_factor = ?8 WHERE "} +
          kOpen,
      {r.device_id, r.conn_id, bits(r.session_id), unless(r.type, -1), r.peer_id, r.peer_name,
       unless(r.primary_auth, -1), unless(r.two_factor, -1)});
  if (changed == 0) open_conn(sql, r, now);
}

void close_conn(const Sql& sql, const ConnRecord& r, int64_t now) {
  sql.exec(
      std::string{
          "UPDATE {p}audit_conn SET ended = ?3, session_id = CASE WHEN session_id = 0 THEN ?4 ELSE session_id END "
          "WHERE "} +
          kOpen,
      {r.device_id, r.conn_id, now, bits(r.session_id)});
}

ConnUser user_of_conn(const Sql& sql, std::string_view device, int64_t conn) {
  return sql
      .one(
          "SELECT user_id, user_name FROM {p}audit_conn WHERE device_id = ?1 AND conn_id = ?2 ORDER BY id DESC LIMIT 1",
          {device, conn},
          [](const Row& row) {
            return ConnUser{static_cast<Ref>(row.integer(0)), row.text(1)};
          })
      .value_or(ConnUser{});
}

void add_file(const Sql& sql, const FileRecord& r, int64_t now) {
  sql.exec(
      "INSERT INTO {p}audit_file (guid, device_id, conn_id, peer_id, peer_name, ip, user_id, user_name, type, path, "
      "is_file, info, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
      {new_guid(), r.device_id, r.conn_id, r.peer_id, r.peer_name, r.ip, unless(r.user, kNoRef), r.user_name, r.type,
       r.path, r.is_file, r.info, now});
}

void add_alarm(const Sql& sql, const AlarmRecord& r, int64_t now) {
  sql.exec(
      "INSERT INTO {p}audit_alarm (guid, type, device_id, user_id, user_name, ip, info, created) VALUES (?1, ?2, ?3, "
      "?4, "
      "?5, ?6, ?7, ?8)",
      {new_guid(), r.type, r.device_id, unless(r.user, kNoRef), r.user_name, r.ip, r.info, now});
}

bool note_conn(const Sql& sql, std::string_view device, uint64_t session, std::string_view note, int64_t since) {
  return sql.exec(
             "UPDATE {p}audit_conn SET note = ?3 WHERE id = (SELECT max(id) FROM {p}audit_conn WHERE device_id = ?1 "
             "AND "
             "session_id = ?2 AND (ended IS NULL OR ended >= ?4))",
             {device, bits(session), note, since}) != 0;
}

std::optional<std::string> active_conn(const Sql& sql, std::string_view device, uint64_t session, int type, Ref user) {
  return sql.one(
      std::string{"SELECT guid FROM {p}audit_conn WHERE device_id = ?1 AND session_id = ?2 AND ended IS NULL AND (?4 "
                  "< 0 OR type = ?4) AND "} +
          kConcerns + " ORDER BY id DESC LIMIT 1",
      {device, bits(session), user, type}, [](const Row& row) { return row.text(0); });
}

bool note_by_guid(const Sql& sql, std::string_view guid, std::string_view note, Ref user, bool any) {
  return sql.exec(std::string{"UPDATE {p}audit_conn SET note = ?2 WHERE guid = ?1 AND (?4 = 1 OR "} + kConcerns + ")",
                  {guid, note, user, any}) != 0;
}

}  // namespace junctor::accounts
