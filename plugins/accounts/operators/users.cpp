// SPDX-License-Identifier: Apache-2.0
// What is asked about users and their tokens. Inside a transaction.
#include "accounts/store/users.hpp"

#include "accounts/api/json_out.hpp"
#include "accounts/api/refused.hpp"
#include "accounts/operators/subjects.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/identities.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/user_groups.hpp"

namespace junctor::accounts {
namespace {

constexpr int64_t kTokenDays = 90;

User the_user(const Sql& sql, const std::string& name) {
  auto user = user_by_name(sql, name);
  if (!user) throw Refused{"there is no user named " + name};
  return *user;
}

const char* status_word(UserStatus status) {
  return status == UserStatus::kNormal ? "enabled" : status == UserStatus::kDisabled ? "disabled" : "unverified";
}

JsonObject user_row(const Sql& sql, const User& user) {
  const auto group = user_group_by_id(sql, user.group);
  JsonObject row;
  row.put("name", user.name).put("status", status_word(user.status)).put("admin", user.is_admin);
  row.put("group", group ? group->name : std::string{}).put("email", user.email);
  row.put("last_login", time_text(user.last_login));
  return row;
}

std::string done(const std::string& name) { return JsonObject{}.put("user", name).put("done", true).str(); }

std::string add(const Sql& sql, const Request& request, const Prepared& prepared, int64_t now, Touched& touched) {
  User user;
  user.name = request.names.at(0);
  user.email = request.option("email");
  user.is_admin = request.has("admin");
  user.password = prepared.hash;
  user.must_change_password = !prepared.random.empty();
  if (request.has("group")) {
    const auto group = user_group_by_name(sql, request.option("group"));
    if (!group) throw Refused{"there is no user group named " + request.option("group")};
    user.group = group->id;
  }
  const auto made = user_by_id(sql, add_user(sql, user, now, touched));
  JsonObject answer;
  answer.put("user", made->name).put("guid", made->guid);
  if (!prepared.random.empty()) answer.put("password", prepared.random);
  return answer.str();
}

std::string list(const Sql& sql, const Request& request) {
  std::vector<std::string> rows;
  for (const User& user : users_after(sql, name_key(request.option("after")), limit_of(request))) {
    rows.push_back(user_row(sql, user).str());
  }
  return JsonObject{}.raw("rows", json_array(rows)).str();
}

std::string show(const Sql& sql, const User& user) {
  const auto totp = totp_of(sql, user.id);
  JsonObject row = user_row(sql, user);
  row.put("guid", user.guid).put("display_name", user.display_name).put("note", user.note).put("source", user.source);
  row.put("has_password", !user.password.empty()).put("must_change_password", user.must_change_password);
  row.put("two_factor", totp && totp->confirmed).put("may_initiate", user.may_initiate);
  row.put("sessions", sql.number("SELECT count(*) FROM {p}sessions WHERE user_id = ?1", {user.id}));
  row.put("tokens", sql.number("SELECT count(*) FROM {p}tokens WHERE owner_id = ?1", {user.id}));
  row.put("devices", sql.number("SELECT count(*) FROM {p}devices WHERE owner_id = ?1", {user.id}));
  row.put("created", time_text(user.created));
  return row.str();
}

/// To another place his password, sessions and links go: what let him in before does not now.
void set_source(const Sql& sql, User user, const std::string& source, int64_t now, Touched& touched) {
  if (source != "local" && source != "ldap" && source != "oidc") throw Refused{"expected --from local, ldap or oidc"};
  if (user.source == source) return;
  for (const Identity& one : identities_of_user(sql, user.id)) remove_identity(sql, user.id, one.id);
  set_password(sql, user.id, {}, false, now, kNoRef, touched);
  user.source = source;
  update_user(sql, user, touched);
}

std::string new_password(const Sql& sql, const User& user, const Prepared& prepared, int64_t now, Touched& touched) {
  set_password(sql, user.id, prepared.hash, !prepared.random.empty(), now, kNoRef, touched);
  JsonObject answer;
  answer.put("user", user.name);
  if (!prepared.random.empty()) answer.put("password", prepared.random);
  return answer.put("done", true).str();
}

}  // namespace

std::string about_user(const Sql& sql, const Request& request, const Prepared& prepared, int64_t now,
                       Touched& touched) {
  const std::string& verb = request.verb;
  if (verb == "add") return add(sql, request, prepared, now, touched);
  if (verb == "list") return list(sql, request);
  User user = the_user(sql, request.names.at(0));
  if (verb == "show") return show(sql, user);
  if (verb == "password") return new_password(sql, user, prepared, now, touched);
  if (verb == "disable") set_user_status(sql, user.id, UserStatus::kDisabled, touched);
  if (verb == "enable") set_user_status(sql, user.id, UserStatus::kNormal, touched);
  if (verb == "reset-2fa") reset_factors(sql, user.id, touched);
  if (verb == "source") set_source(sql, user, request.option("from"), now, touched);
  if (verb == "admin") {
    user.is_admin = !request.has("off");
    update_user(sql, user, touched);
  }
  if (verb == "remove") {
    set_user_status(sql, user.id, UserStatus::kDisabled, touched);
    delete_user(sql, user.id, kNoRef, now, touched);
  }
  return done(user.name);
}

std::string about_token(const Sql& sql, const Request& request, int64_t now) {
  const Ref owner = request.has("user") ? the_user(sql, request.option("user")).id : kNoRef;
  if (request.verb == "add") {
    if (owner == kNoRef || !request.has("scope")) throw Refused{"expected: token add NAME --user OWNER --scope SCOPES"};
    std::string why;
    const auto scopes = Scopes::parse(request.option("scope"), &why);
    if (!scopes) throw Refused{why};
    const int64_t life = request.has("expires") ? parse_lifetime(request.option("expires")) : kTokenDays * 86'400;
    const std::string secret = random_token("jct_");
    Token token;
    token.name = request.names.at(0);
    token.owner = owner;
    token.scopes = *scopes;
    token.hash = hash_of(secret);
    token.expires = life == 0 ? 0 : now + life;
    add_token(sql, token, now);
    return JsonObject{}.put("token", secret).str();
  }
  std::vector<std::string> rows;
  for (const Token& token : tokens_of(sql, owner, limit_of(request))) {
    if (request.verb == "revoke") {
      const std::string& name = request.names.at(0);
      if (token.guid == name || name_key(token.name) == name_key(name)) rows.push_back(std::to_string(token.id));
      continue;
    }
    const auto user = user_by_id(sql, token.owner);
    rows.push_back(JsonObject{}
                       .put("name", token.name)
                       .put("user", user ? user->name : std::string{})
                       .put("scopes", token.scopes.text())
                       .put("expires", token.expires == 0 ? "never" : time_text(token.expires))
                       .put("last_used", time_text(token.last_used))
                       .put("guid", token.guid)
                       .str());
  }
  if (request.verb == "list") return JsonObject{}.raw("rows", json_array(rows)).str();
  if (rows.empty()) throw Refused{"there is no token " + request.names.at(0)};
  if (rows.size() > 1) throw Refused{"several users have a token of this name: add --user OWNER, or give its guid"};
  revoke_token(sql, static_cast<Ref>(std::stoul(rows.front())));
  return JsonObject{}.put("revoked", request.names.at(0)).str();
}

}  // namespace junctor::accounts
