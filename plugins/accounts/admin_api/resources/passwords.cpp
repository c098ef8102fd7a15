// SPDX-License-Identifier: Apache-2.0
// A forgotten password (accounts.md 10): a link by mail to the address of a local account. The link's secret is made of
// the password that it replaces, so that it works once, and nothing has to be kept.
#include <algorithm>

#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr int64_t kLife = 3600;
constexpr size_t kGuid = 36;

std::string proof_of(const Site& site, const User& user, int64_t until) {
  const std::string place = "reset:" + user.guid + ":" + std::to_string(until);
  const std::string quoted = etag_of(site.sealer().mark(user.password, place));
  return quoted.substr(1, quoted.size() - 2);
}

bool may_reset(const std::optional<User>& user) {
  return user && user->enabled() && user->source == "local" && !user->email.empty();
}

/// "GUID.UNTIL.PROOF"; nobody for what is none, is too old, or was used.
std::optional<User> user_of_secret(const Call& call, const std::string& secret) {
  const size_t dot = secret.rfind('.');
  if (secret.size() < kGuid + 3 || secret[kGuid] != '.' || dot <= kGuid) return std::nullopt;
  const std::string digits = secret.substr(kGuid + 1, dot - kGuid - 1);
  const bool number = !digits.empty() && digits.size() < 13 &&
                      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  const int64_t until = number ? std::stoll(digits) : 0;
  if (until <= call.now) return std::nullopt;
  const auto user = user_by_guid(call.sql, secret.substr(0, kGuid));
  if (!may_reset(user) || proof_of(call.site, *user, until) != secret.substr(dot + 1)) return std::nullopt;
  return user;
}

/// One answer for every address.
Reply forgot(Call& call) {
  if (!call.site.sends_mail()) refuse(409, "no_mail", "This site sends no mails: ask an administrator.");
  const auto user = user_by_login(call.sql, call.text("email"));
  if (!may_reset(user) || !call.site.may_ask_for_mail(user->guid, call.ask.address)) return Reply::nothing();
  const int64_t until = call.now + kLife;
  const std::string base = call.site.public_url().empty() ? call.ask.base_url : call.site.public_url();
  const std::string link =
      base + "/console/password#" + user->guid + "." + std::to_string(until) + "." + proof_of(call.site, *user, until);
  call.mails.push_back(
      {user->email, "reset", {{"name", user->shown_name()}, {"link", link}, {"address", call.ask.address}}});
  call.log(Subject::kUsers, Operation::kSetPassword, user->name + ": a link was asked for");
  return Reply::nothing();
}

Reply reset(Call& call) {
  const auto user = user_of_secret(call, call.text("secret"));
  if (!user) refuse(403, "no_link", "The link has been used, or is older than an hour: ask for a new one.");
  set_password(call.sql, user->id, call.prepared, false, call.now, kNoRef, call.touched);
  call.mails.push_back(
      {user->email, "password_changed", {{"name", user->shown_name()}, {"address", call.ask.address}}});
  call.log(Subject::kUsers, Operation::kSetPassword, user->name + " (link by mail)");
  return Reply::nothing();
}

}  // namespace

void add_passwords(Handlers& out) { out.insert({{"password.forgot", forgot}, {"password.reset", reset}}); }

}  // namespace junctor::accounts::admin
