// SPDX-License-Identifier: Apache-2.0
// One's own account (accounts.md 10 to 12).
#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/admin_api/resources/sessions_json.hpp"
#include "accounts/admin_api/resources/user_acts.hpp"
#include "accounts/login/enrolment.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

std::string groups_json(const Call& call, std::string_view table, const std::vector<Ref>& groups) {
  std::vector<std::string> out;
  for (const Ref one : groups) out.push_back(ref_json(call.sql, table, one));
  return json_array(out);
}

std::string grant(const Call& call, Permission permission, const AdminRole& role) {
  return JsonObject{}
      .put("permission", junctor::accounts::name(permission))
      .put("scope", junctor::accounts::name(role.type))
      .raw("user_groups", groups_json(call, "user_groups", role.user_groups))
      .raw("device_groups", groups_json(call, "device_groups", role.device_groups))
      .put("unassigned", role.unassigned_devices)
      .str();
}

std::string permissions_json(const Call& call) {
  std::vector<std::string> out;
  const AdminRole everything{RoleType::kGlobal, {}, {}, {}, false};
  for (size_t at = 0; at < kPermissions; ++at) {
    const auto one = static_cast<Permission>(at);
    if (call.caller.administrator) {
      out.push_back(grant(call, one, everything));
      continue;
    }
    for (const AdminRole& role : call.caller.roles) {
      if (role.permissions.has(one) && fits(role.type, one)) out.push_back(grant(call, one, role));
    }
  }
  return json_array(out);
}

Entity entity(const Call& call) {
  const User user = *user_by_id(call.sql, call.caller.user);
  const bool session = call.caller.way == Caller::Way::kSession;
  Entity out;
  out.fixed.put("guid", user.guid).put("name", user.name).put("display_name", user.display_name);
  out.fixed.raw("email", user.email.empty() ? "null" : http::json_string(user.email)).put("note", user.note);
  out.fixed.put("avatar", user.avatar).put("alarm_mails", user.alarm_mails).put("mail_codes", user.mail_codes);
  out.fixed.put("is_admin", user.is_admin).raw("group", ref_json(call.sql, "user_groups", user.group));
  out.fixed.raw("permissions", permissions_json(call));
  out.live.raw("csrf", session ? http::json_string(call.caller.csrf) : "null");
  out.live.raw("session", session ? http::json_string(call.caller.session_guid) : "null");
  const int64_t fresh = call.caller.proved + kProofSeconds;
  out.live.raw("fresh_until", session && fresh > call.now ? http::json_string(time_text(fresh)) : "null");
  out.live.put("change_password", call.caller.change_password).put("enrol", call.caller.enrol);
  return out;
}

Reply get(Call& call) {
  Reply reply = call.shown(entity(call));
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

Reply update(Call& call) {
  call.require_match(entity(call));
  User user = *user_by_id(call.sql, call.caller.user);
  if (call.has("email") && call.text("email") != user.email && user.source != "local") {
    refuse_field("email", "elsewhere", "The address comes from where you log in: change it there.", 409);
  }
  user.display_name = call.text("display_name", user.display_name);
  if (call.has("email")) {
    if (call.text("email") != user.email) user.email_verified = false;
    user.email = call.text("email");
  }
  user.note = call.text("note", user.note);
  user.avatar = call.text("avatar", user.avatar);
  user.alarm_mails = call.flag("alarm_mails", user.alarm_mails);
  user.mail_codes = call.flag("mail_codes", user.mail_codes);
  update_user(call.sql, user, call.touched);
  call.log(Subject::kUsers, Operation::kUpdateUser, user.name + " (own account)");
  return call.shown(entity(call));
}

void check_own_code(const Call& call, const std::string& code) {
  const auto totp = totp_of(call.sql, call.caller.user);
  if (!totp || !totp->confirmed) return;
  if (code.empty()) refuse_field("code", "missing", "An authenticator is on: give a code of it.");
  if (!call.site.code_fits(call.sql, call.caller.user, code, call.now)) {
    refuse_field("code", "wrong_code", "The code is wrong, used or too old.", 403);
  }
}

void note_proof(const Call& call) {
  call.sql.exec("UPDATE {p}sessions SET factor_at = ?2 WHERE id = ?1", {call.caller.session, call.now});
}

Reply password(Call& call) {
  if (!call.verified) refuse_field("old", "wrong_password", "The present password is another one.", 403);
  check_own_code(call, call.text("code"));
  set_password(call.sql, call.caller.user, call.prepared, false, call.now, static_cast<Ref>(call.caller.session),
               call.touched);
  note_proof(call);
  call.log(Subject::kUsers, Operation::kSetPassword, call.caller.name + " (own)");
  return Reply::nothing();
}

Reply confirm(Call& call) {
  const auto totp = totp_of(call.sql, call.caller.user);
  const bool on = totp && totp->confirmed;
  if (!on && !call.verified) refuse_field("password", "wrong_password", "The password is another one.", 403);
  if (call.has("password") && !call.verified) {
    refuse_field("password", "wrong_password", "The password is another one.", 403);
  }
  check_own_code(call, call.text("code"));
  note_proof(call);
  return Reply::nothing();
}

Reply sessions(Call& call) { return session_list(call, call.caller.user); }

Reply end_own(Call& call) {
  end_session_named(call, call.parameter("session"), call.caller.user);
  return Reply::nothing();
}

Reply factors(Call& call) { return Reply::json(factors_json(call, call.caller.user)); }

Reply enrol(Call& call) {
  const auto begun = call.site.enrolment().begin(*user_by_id(call.sql, call.caller.user), call.now);
  Reply reply = Reply::json(
      JsonObject{}.put("secret", begun.secret).put("url", begun.url).put("qr", call.site.qr_code(begun.url)).str());
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

std::string codes_json(const std::vector<std::string>& codes) {
  return JsonObject{}.raw("codes", json_texts(codes)).raw("csrf", "null").str();
}

Reply confirm_enrolment(Call& call) {
  const User user = *user_by_id(call.sql, call.caller.user);
  const auto codes =
      call.site.enrolment().confirm(call.sql, user, call.text("code"), call.text("present"), call.now, call.touched);
  note_proof(call);
  call.log(Subject::kUsers, Operation::kEnrolFactor, user.name);
  return Reply::json(codes_json(codes));
}

Reply backup_codes(Call& call) {
  const auto totp = totp_of(call.sql, call.caller.user);
  if (!totp || !totp->confirmed) refuse(409, "no_factor", "Set up an authenticator first.");
  call.log(Subject::kUsers, Operation::kEnrolFactor, call.caller.name + ": new backup codes");
  return Reply::json(codes_json(call.site.new_backup_codes(call.sql, call.caller.user)));
}

Reply remove_totp(Call& call) {
  const User user = *user_by_id(call.sql, call.caller.user);
  if (user.tfa_enforced || call.site.demands_factor(user.is_admin)) {
    refuse(409, "factor_required", "A second factor is demanded of you: set up another one instead.");
  }
  reset_factors(call.sql, user.id, call.touched);
  call.log(Subject::kUsers, Operation::kResetFactors, user.name + " (own)");
  return Reply::nothing();
}

/// A guid made of the key of a device or browser.
std::string guid_of(std::string_view key) {
  constexpr char kDigits[] = "0123456789abcdef";
  const std::string hash = hash_of(key);
  std::string out;
  for (size_t at = 0; at < 16; ++at) {
    if (at == 4 || at == 6 || at == 8 || at == 10) out += '-';
    out += kDigits[static_cast<unsigned char>(hash[at]) >> 4];
    out += kDigits[static_cast<unsigned char>(hash[at]) & 15];
  }
  return out;
}

Reply trusted(Call& call) {
  struct Known {
    std::string key, name;
    int64_t first, until;
  };
  const auto rows = call.sql.all(
      "SELECT device_key, name, first_login, trusted_until FROM {p}known_devices WHERE user_id = ?1 AND trusted_until "
      "> "
      "?2 ORDER BY first_login DESC, device_key LIMIT 1000",
      {call.caller.user, call.now}, [](const Row& row) {
        return Known{row.text(0), row.text(1), row.integer(2), row.integer(3)};
      });
  std::vector<std::string> items;
  for (const Known& one : rows) {
    items.push_back(JsonObject{}
                        .put("guid", guid_of(one.key))
                        .put("device", one.name)
                        .put("created", time_text(one.first))
                        .put("expires", time_text(one.until))
                        .str());
  }
  return Reply::json(Listing::page(items, std::nullopt, static_cast<int64_t>(items.size())));
}

Reply distrust(Call& call) {
  uint64_t gone = 0;
  const auto keys = call.sql.all(
      "SELECT device_key FROM {p}known_devices WHERE user_id = ?1 AND trusted_until > 0 "
      "ORDER BY device_key LIMIT 1000",
      {call.caller.user}, [](const Row& row) { return row.text(0); });
  for (const std::string& key : keys) {
    if (guid_of(key) != call.parameter("device")) continue;
    gone += call.sql.exec("UPDATE {p}known_devices SET trusted_until = 0 WHERE user_id = ?1 AND device_key = ?2",
                          {call.caller.user, Blob{key}});
  }
  if (gone == 0) throw Refused{not_found("trusted device")};
  return Reply::nothing();
}

Reply logout(Call& call) {
  if (const auto session = session_by_guid(call.sql, call.caller.session_guid)) {
    end_session(call.sql, *session, LoginOwner::kTakeBack, call.touched);
  }
  Reply reply = Reply::nothing();
  reply.headers.emplace_back("Set-Cookie", session_cookie({}, call.ask.secure));
  return reply;
}

}  // namespace

std::string session_cookie(std::string_view token, bool secure) {
  std::string out{kSessionCookie};
  out.append("=").append(token).append("; Path=/; HttpOnly; SameSite=Lax");
  if (secure) out += "; Secure";
  if (token.empty()) out += "; Max-Age=0";
  return out;
}

void add_me(Handlers& out) {
  out.insert({{"me.get", get},
              {"me.update", update},
              {"me.password", password},
              {"me.confirm", confirm},
              {"me.sessions", sessions},
              {"me.endSession", end_own},
              {"me.factors", factors},
              {"me.enrol", enrol},
              {"me.confirmEnrolment", confirm_enrolment},
              {"me.backupCodes", backup_codes},
              {"me.removeTotp", remove_totp},
              {"me.trusted", trusted},
              {"me.distrust", distrust},
              {"login.logout", logout}});
}

}  // namespace junctor::accounts::admin
