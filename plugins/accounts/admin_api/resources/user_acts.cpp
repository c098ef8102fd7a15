// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/user_acts.hpp"

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {

std::string factors_json(const Call& call, Ref id) {
  const auto user = user_by_id(call.sql, id);
  const auto totp = totp_of(call.sql, id);
  const bool on = totp && totp->confirmed;
  JsonObject out;
  out.put("totp", factor_word(totp.has_value(), on, totp ? totp->created : 0, call.now));
  out.raw("totp_since", on ? http::json_string(time_text(totp->created)) : "null");
  out.put("backup_codes", backup_codes_left(call.sql, id));
  out.put("mail_codes", user->mail_codes).put("enforced", user->tfa_enforced);
  return out.str();
}

void enable_user(Call& call, const FoundUser& user, bool enable) {
  if (!enable && user.id == call.caller.user) refuse(409, "oneself", "Nobody disables himself.");
  set_user_status(call.sql, user.id, enable ? UserStatus::kNormal : UserStatus::kDisabled, call.touched);
  if (!enable) cut_connections(call, user.id, true);
  call.log(Subject::kUsers, enable ? Operation::kEnableUser : Operation::kDisableUser, user.name);
}

void remove_user(Call& call, const FoundUser& user) {
  if (user.id == call.caller.user) refuse(409, "oneself", "Nobody deletes himself.");
  delete_user(call.sql, user.id, call.caller.user, call.now, call.touched);
  call.log(Subject::kUsers, Operation::kDeleteUser, user.name);
}

void log_out(Call& call, const FoundUser& user) {
  end_sessions_of(call.sql, user.id, kNoRef, LoginOwner::kTakeBack, call.touched);
  cut_connections(call, user.id, false);
  call.log(Subject::kSessions, Operation::kForceLogout, user.name);
}

void take_factors(Call& call, const FoundUser& user) {
  reset_factors(call.sql, user.id, call.touched);
  call.log(Subject::kUsers, Operation::kResetFactors, user.name);
}

void end_mail_codes(Call& call, const FoundUser& user) {
  call.sql.exec("UPDATE {p}users SET mail_codes = 0 WHERE id = ?1", {user.id});
  call.touched.users.insert(user.id);
  call.log(Subject::kUsers, Operation::kUpdateUser, user.name + ": no more codes by mail");
}

void enforce_factor(Call& call, const FoundUser& user, bool enforce) {
  call.sql.exec("UPDATE {p}users SET tfa_enforced = ?2 WHERE id = ?1", {user.id, enforce});
  call.touched.users.insert(user.id);
  call.log(Subject::kUsers, Operation::kEnforceFactor, user.name + (enforce ? ": demanded" : ": no longer demanded"));
}

void cut_connections(Call& call, Ref user, bool of_devices) {
  if (!call.site.cut_running()) return;
  call.sql.exec(
      "SELECT device_id, conn_id FROM {p}audit_conn WHERE ended IS NULL AND (user_id = ?1 OR (?2 = 1 AND device_id IN "
      "(SELECT device_id FROM {p}devices WHERE owner_id = ?1))) ORDER BY id LIMIT 1000",
      {user, of_devices ? 1 : 0}, [&](const Row& row) {
        call.disconnects.push_back({row.text(0), {row.integer(1)}});
      });
}

std::vector<std::string_view> rights_of_body(const Call& call) {
  return rights_of(call.contract, call.endpoint, *call.body);
}

}  // namespace junctor::accounts::admin
