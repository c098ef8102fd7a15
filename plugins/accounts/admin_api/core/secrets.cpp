// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/secrets.hpp"

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

void take_invitation(const Sql& sql, const std::string& secret, Secrets& out) {
  sql.exec("SELECT name, email FROM {p}invitations WHERE hash = ?1", {Blob{hash_of(secret)}}, [&](const Row& row) {
    out.name = row.text(0);
    out.email = row.text(1);
  });
}

}  // namespace

bool has_secrets(const Endpoint& endpoint) {
  for (const std::string_view id :
       {"users.create", "users.password", "me.password", "me.confirm", "invitations.accept"}) {
    if (endpoint.id == id) return true;
  }
  return false;
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
  if (found.endpoint->id == "invitations.accept") take_invitation(sql, text_in(*body, "secret"), out);
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
  if (secrets.fresh.empty()) return out;
  check_password(passwords.policy(), secrets.fresh, secrets.name, secrets.email);
  out.hash = passwords.hash(secrets.fresh);
  return out;
}

}  // namespace junctor::accounts::admin
