// SPDX-License-Identifier: Apache-2.0
// users.py (http-api.md 8.2).
#include "accounts/store/users.hpp"

#include "accounts/admin_api/resources/user_acts.hpp"
#include "accounts/admin_api/scripts/script.hpp"
#include "accounts/store/user_groups.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr const char* kColumns =
    "u.guid, u.name, u.display_name, u.email, u.note, u.status, u.is_admin, g.name, u.may_initiate, c.name, "
    "u.last_login";
constexpr const char* kFrom =
    "{p}users u JOIN {p}user_groups g ON g.id = u.group_id LEFT JOIN {p}control_roles c ON c.id = u.control_role_id";

std::string row_json(const Row& row) {
  return JsonObject{}
      .put("guid", row.text(0))
      .put("name", row.text(1))
      .put("display_name", row.text(2))
      .put("email", row.text(3))
      .put("note", row.text(4))
      .put("status", row.integer(5))
      .put("is_admin", row.flag(6))
      .put("group_name", row.text(7))
      .put("may_initiate", row.flag(8))
      .put("control_role", row.text(9))
      .put("last_login", row.integer(10))
      .raw("info", "{}")
      .str();
}

Reply list(ScriptCall& script) {
  const Call& call = script.call;
  if (!has_anywhere(call.caller, Permission::kUsersView)) refuse(403, "not_allowed", "Admin required!");
  ScriptList rows{script};
  restrict_users(rows.listing(), call.caller, Permission::kUsersView, "u.group_id");
  rows.like("name", {"u.name"});
  rows.like("group_name", {"g.name"});
  if (const auto status = script.given("status")) {
    rows.listing().where("u.status = " + rows.listing().bind_number(*status == "1" ? 1 : *status == "0" ? 0 : -1));
  }
  return Reply::json(rows.run(kColumns, kFrom, "u.name_key, u.id", row_json));
}

Ref group_named(const ScriptCall& script) {
  const std::string name = script.text("group_name");
  return name.empty() ? default_user_group(script.call.sql)
                      : need_named(script.call, "user_groups", "user group", name);
}

Reply create(ScriptCall& script) {
  Call& call = script.call;
  User user;
  user.name = script.text("name");
  user.email = script.text("email");
  user.note = script.text("note");
  user.display_name = script.text("display_name");
  user.group = group_named(script);
  need_user(call.caller, Permission::kUsersCreate, {kNoRef, user.group, false, {}});
  user.password = call.prepared;
  const Ref id = add_user(call.sql, user, call.now, call.touched);
  call.log(Subject::kUsers, Operation::kAddUser, user.name);
  const User made = *user_by_id(call.sql, id);
  return Reply::json(JsonObject{}.put("guid", made.guid).put("name", made.name).str());
}

Reply invited(ScriptCall& script) {
  Call& call = script.call;
  const Ref group = group_named(script);
  need_user(call.caller, Permission::kUsersInvite, {kNoRef, group, false, {}});
  refuse(409, "no_mail", "No mail is set up: invite from the console, which shows the link to hand over");
}

FoundUser asked(const ScriptCall& script) { return user_of(script.call, script.call.parameter("guid")); }

Reply enable_asked(ScriptCall& script, bool on) {
  const FoundUser user = asked(script);
  need_user(script.call.caller, Permission::kUsersEnable, user.official());
  enable_user(script.call, user, on);
  return done();
}

Reply enable(ScriptCall& script) { return enable_asked(script, true); }
Reply disable(ScriptCall& script) { return enable_asked(script, false); }

Reply remove(ScriptCall& script) {
  const FoundUser user = asked(script);
  need_user(script.call.caller, Permission::kUsersDelete, user.official());
  remove_user(script.call, user);
  return done();
}

/// Each of user_guids, or none of them.
template <class Act>
Reply for_each_user(ScriptCall& script, Permission permission, Act&& act) {
  for (const std::string& guid : script.texts("user_guids")) {
    const FoundUser user = user_of(script.call, guid);
    need_user(script.call.caller, permission, user.official());
    act(user);
  }
  return done();
}

Reply enforce(ScriptCall& script) {
  const bool on = script.flag("enforce");
  return for_each_user(script, Permission::kUsersManage2fa,
                       [&](const FoundUser& user) { enforce_factor(script.call, user, on); });
}

Reply disable_verification(ScriptCall& script) {
  const std::string type = script.text("type");
  if (type != "email" && type != "2fa") refuse(422, "invalid", "type: expected email or 2fa");
  return for_each_user(script, Permission::kUsersManage2fa, [&](const FoundUser& user) {
    if (type == "email") {
      end_mail_codes(script.call, user);
    } else {
      take_factors(script.call, user);
    }
  });
}

Reply force_logout(ScriptCall& script) {
  return for_each_user(script, Permission::kUsersForceLogout,
                       [&](const FoundUser& user) { log_out(script.call, user); });
}

void set_roles(ScriptCall& script, const FoundUser& found) {
  if (!script.has("admin_roles")) return;
  const Call& call = script.call;
  need_administrator(call.caller);
  call.sql.exec("DELETE FROM {p}user_admin_roles WHERE user_id = ?1", {found.id});
  for (const std::string& name : script.texts("admin_roles")) {
    call.sql.exec("INSERT INTO {p}user_admin_roles (user_id, role_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                  {found.id, need_named(call, "admin_roles", "admin role", name)});
  }
}

Reply update(ScriptCall& script) {
  Call& call = script.call;
  const FoundUser found = asked(script);
  const auto needs = [&](Permission permission) { need_user(call.caller, permission, found.official()); };
  User user = *user_by_id(call.sql, found.id);
  if (script.object()->has("display_name"))
    needs(Permission::kUsersEditNote), user.display_name = script.text("display_name");
  if (script.object()->has("note")) needs(Permission::kUsersEditNote), user.note = script.text("note");
  if (script.object()->has("email")) needs(Permission::kUsersEditEmail), user.email = script.text("email");
  if (script.has("group_name")) needs(Permission::kUsersUpdateGroup), user.group = group_named(script);
  if (script.has("may_initiate")) needs(Permission::kUsersEditNote), user.may_initiate = script.flag("may_initiate");
  if (script.object()->has("control_role")) {
    needs(Permission::kUsersUpdateControlRole);
    const std::string name = script.text("control_role");
    user.control_role = name.empty() ? kNoRef : need_named(call, "control_roles", "control role", name);
    if (call.sql.number("SELECT built_in FROM {p}control_roles WHERE id = ?1", {user.control_role}) ==
        static_cast<int64_t>(BuiltInRole::kNotLogged)) {
      refuse(409, "not_assignable", "Not Logged is for who is not logged in");
    }
  }
  if (script.has("is_admin")) need_administrator(call.caller), user.is_admin = script.flag("is_admin");
  update_user(call.sql, user, call.touched);
  set_roles(script, found);
  call.log(Subject::kUsers, Operation::kUpdateUser, found.name);
  return done();
}

}  // namespace

std::vector<Script> user_scripts() {
  return {{Method::kGet, "/users", "users", true, list},
          {Method::kPost, "/users", "users", false, create},
          {Method::kPost, "/users/invite", "users", false, invited},
          {Method::kPost, "/users/{guid}/enable", "users", false, enable},
          {Method::kPost, "/users/{guid}/disable", "users", false, disable},
          {Method::kDelete, "/users/{guid}", "users", false, remove},
          {Method::kPatch, "/users/{guid}", "users", false, update},
          {Method::kPut, "/users/tfa/totp/enforce", "users", false, enforce},
          {Method::kPut, "/users/disable_login_verification", "users", false, disable_verification},
          {Method::kPost, "/users/force-logout", "users", false, force_logout}};
}

}  // namespace junctor::accounts::admin
