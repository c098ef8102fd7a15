// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/secrets.hpp"

#include <algorithm>
#include <initializer_list>

#include "accounts/store/sealed.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

/// Whose password the call sets, where it is not in the body.
std::optional<User> target_of(const Sql& sql, const Found& found, const Caller& caller) {
  if (found.endpoint->id.substr(0, 3) == "me.") return user_by_id(sql, caller.user);
  if (found.endpoint->id == "users.password") return user_by_guid(sql, found.parameters.front().second);
  return std::nullopt;
}

/// Without an open one nothing is hashed: that costs tens of milliseconds, and strangers may ask.
void take_invitation(const Sql& sql, const std::string& secret, int64_t now, Secrets& out) {
  out.hashes = false;
  sql.exec("SELECT name, email FROM {p}invitations WHERE hash = ?1 AND state = 0 AND expires > ?2",
           {Blob{hash_of(secret)}, now}, [&](const Row& row) {
             out.name = row.text(0);
             out.email = row.text(1);
             out.hashes = true;
           });
}

/// Nor for nobody; whether the link is good is looked at where the password is set.
void take_link(const Sql& sql, const std::string& secret, Secrets& out) {
  constexpr size_t kGuid = 36;
  const auto user = user_by_guid(sql, secret.substr(0, kGuid));
  out.hashes = user.has_value();
  if (!user) return;
  out.name = user->name;
  out.email = user->email;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool has_secrets(const Endpoint& endpoint) {
  return is_one_of(endpoint.id, {"users.create", "users.password", "me.password", "me.confirm", "invitations.accept",
                                 "password.reset"});
}

bool is_guess(const Endpoint& endpoint) {
  return is_one_of(endpoint.id,
                   {"me.password", "me.confirm", "me.confirmEnrolment", "invitations.accept", "password.reset"});
}

bool is_wrong_guess(const Endpoint& endpoint, const Problem& problem) {
  // The store's refusals have no word of their own: of an authenticator's first code they say that it, or the present
  // one, is wrong.
  if (problem.reason == "refused") return endpoint.id == "me.confirmEnrolment";
  return is_one_of(problem.reason, {"wrong_password", "wrong_code", "no_invitation", "no_link"});
}

Secrets secrets_of(const Sql& sql, const Contract& contract, const Site& site, const Ask& ask, const Found& found,
                   int64_t now) {
  const Authenticated who = authenticate(sql, site, ask, now);
  check_door(*found.endpoint, who.caller, now);
  const auto body = checked_body(contract, *found.endpoint, ask.body);
  Secrets out;
  out.fresh = text_in(*body, "password");
  out.name = text_in(*body, "name");
  out.email = text_in(*body, "email");
  if (found.endpoint->id == "invitations.accept") take_invitation(sql, text_in(*body, "secret"), now, out);
  if (found.endpoint->id == "password.reset") take_link(sql, text_in(*body, "secret"), out);
  if (who.caller.way != Caller::Way::kNobody) out.user = user_by_id(sql, who.caller.user).value_or(User{});
  if (const auto user = target_of(sql, found, who.caller)) {
    out.name = user->name;
    out.email = user->email;
    out.stored = user->password;
  }
  if (found.endpoint->id == "me.password") out.given = text_in(*body, "old");
  if (found.endpoint->id == "me.confirm") {
    out.given = out.fresh;
    out.fresh.clear();
  }
  return out;
}

Prepared prepare_secrets(const Passwords& passwords, const Secrets& secrets) {
  Prepared out;
  if (!secrets.given.empty()) out.verified = passwords.verify(secrets.stored, secrets.given).right;
  if (secrets.fresh.empty() || !secrets.hashes) return out;
  check_password(passwords.policy(), secrets.fresh, secrets.name, secrets.email);
  out.hash = passwords.hash(secrets.fresh);
  return out;
}

}  // namespace junctor::accounts::admin
