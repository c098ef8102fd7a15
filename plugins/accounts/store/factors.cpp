// SPDX-License-Identifier: Apache-2.0
// Rows of second factors. Inside a transaction.
#include "accounts/store/factors.hpp"

namespace junctor::accounts {

std::optional<Totp> totp_of(const Sql& sql, Ref user) {
  return sql.one(
      "SELECT user_id, secret, confirmed, last_step, created FROM {p}totp WHERE user_id = ?1", {user},
      [](const Row& row) {
        return Totp{static_cast<Ref>(row.integer(0)), row.text(1), row.flag(2), row.integer(3), row.integer(4)};
      });
}

void put_totp(const Sql& sql, const Totp& totp) {
  sql.exec(
      "INSERT INTO {p}totp (user_id, secret, confirmed, last_step, created) VALUES (?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, confirmed = excluded.confirmed, "
      "last_step = excluded.last_step, created = excluded.created",
      {totp.user, Blob{totp.secret}, totp.confirmed, totp.last_step, totp.created});
}

bool use_totp_step(const Sql& sql, Ref user, int64_t step) {
  return sql.exec("UPDATE {p}totp SET last_step = ?2 WHERE user_id = ?1 AND last_step < ?2", {user, step}) == 1;
}

void replace_backup_codes(const Sql& sql, Ref user, const std::vector<std::string>& hashes) {
  sql.exec("DELETE FROM {p}backup_codes WHERE user_id = ?1", {user});
  for (const std::string& hash : hashes) {
    sql.exec("INSERT INTO {p}backup_codes (user_id, hash) VALUES (?1, ?2)", {user, Blob{hash}});
  }
}

bool use_backup_code(const Sql& sql, Ref user, std::string_view hash) {
  return sql.exec("DELETE FROM {p}backup_codes WHERE user_id = ?1 AND hash = ?2", {user, Blob{hash}}) == 1;
}

int64_t backup_codes_left(const Sql& sql, Ref user) {
  return sql.number("SELECT count(*) FROM {p}backup_codes WHERE user_id = ?1", {user});
}

void reset_factors(const Sql& sql, Ref user, Touched& touched) {
  for (const char* statement :
       {"DELETE FROM {p}totp WHERE user_id = ?1", "DELETE FROM {p}backup_codes WHERE user_id = ?1",
        "DELETE FROM {p}passkeys WHERE user_id = ?1", "UPDATE {p}users SET mail_codes = 0 WHERE id = ?1",
        "UPDATE {p}known_devices SET trusted_until = 0 WHERE user_id = ?1"}) {
    sql.exec(statement, {user});
  }
  touched.users.insert(user);
}

}  // namespace junctor::accounts
