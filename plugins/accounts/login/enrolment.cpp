// SPDX-License-Identifier: Apache-2.0
// Secrets that wait for their first code. Any thread; one lock.
#include "accounts/login/enrolment.hpp"

#include <junctor/database.hpp>

#include <algorithm>

#include "accounts/api/refused.hpp"
#include "accounts/login/totp.hpp"
#include "accounts/store/factors.hpp"

namespace junctor::accounts {
namespace {

constexpr const char* kWrongCode = "The verification code is incorrect or has expired";

std::string place(const char* what, Ref user) { return what + std::to_string(user); }

}  // namespace

Enrolment::Begun Enrolment::begin(const User& user, int64_t now) {
  const std::string secret = new_totp_secret();
  const std::lock_guard lock{mutex_};
  if (open_.size() >= limits_.open) {
    std::erase_if(open_, [now](const auto& one) { return one.second.until <= now; });
    if (open_.size() >= limits_.open) open_.erase(open_.begin());
  }
  open_[user.id] = {secret, now + limits_.seconds};
  return {base32(secret), totp_url(secret, issuer_, user.name)};
}

std::string Enrolment::pending(Ref user, int64_t now) {
  const std::lock_guard lock{mutex_};
  const auto found = open_.find(user);
  return found == open_.end() || found->second.until <= now ? std::string{} : found->second.secret;
}

void Enrolment::check_present(const Sql& sql, const User& user, std::string_view code, int64_t now) const {
  const auto totp = totp_of(sql, user.id);
  if (!totp || !totp->confirmed) return;
  const auto secret = sealer_.open(totp->secret, place("totp:", user.id));
  const auto step = secret ? totp_step(*secret, code, now) : std::nullopt;
  const bool right = (step && use_totp_step(sql, user.id, *step)) ||
                     use_backup_code(sql, user.id, sealer_.mark(code, place("backup:", user.id)));
  if (!right) throw Refused{"Two-factor authentication is on: give a code of it as \"present\" to replace it"};
}

std::vector<std::string> Enrolment::confirm(const Sql& sql, const User& user, std::string_view code,
                                            std::string_view present, int64_t now, Touched& touched) {
  const std::string secret = pending(user.id, now);
  const auto step = secret.empty() ? std::nullopt : totp_step(secret, code, now);
  if (!step) throw Refused{kWrongCode};
  check_present(sql, user, present, now);
  put_totp(sql, {user.id, sealer_.seal(secret, place("totp:", user.id)), true, *step, now});
  const std::vector<std::string> codes = new_backup_codes(limits_.backup_codes);
  std::vector<std::string> marks;
  for (const std::string& one : codes) marks.push_back(sealer_.mark(one, place("backup:", user.id)));
  replace_backup_codes(sql, user.id, marks);
  touched.users.insert(user.id);
  return codes;
}

void Enrolment::finish(Ref user) {
  const std::lock_guard lock{mutex_};
  open_.erase(user);
}

}  // namespace junctor::accounts
