// SPDX-License-Identifier: Apache-2.0
// Users (accounts.md 1, 2, 8).
#include "accounts/store/users.hpp"

#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lists_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/admin_api/resources/user_acts.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/user_groups.hpp"

namespace junctor::accounts::admin {

const char* const kUserFrom =
    "{p}users u JOIN {p}user_groups g ON g.id = u.group_id LEFT JOIN {p}control_roles c ON c.id = u.control_role_id "
    "LEFT JOIN {p}strategy_assignments a ON a.kind = 1 AND a.target_id = u.id LEFT JOIN {p}strategies s ON s.id = "
    "a.strategy_id LEFT JOIN {p}totp t ON t.user_id = u.id";
namespace {

constexpr const char* kColumns =
    "u.id, u.guid, u.name, u.display_name, u.email, u.note, u.status, u.is_admin, u.may_initiate, g.guid, g.name, "
    "c.guid, c.name, s.guid, s.name, u.source, t.confirmed, t.created, u.tfa_enforced, u.created, u.last_login, "
    "(SELECT COUNT(*) FROM {p}devices d WHERE d.owner_id = u.id), (SELECT COUNT(*) FROM {p}sessions x WHERE x.user_id "
    "= u.id)";
constexpr const char* kExtraGroups =
    "SELECT m.user_id, g.guid, g.name FROM {p}user_group_members m JOIN {p}user_groups g ON g.id = m.group_id WHERE "
    "m.user_id IN (?) ORDER BY m.user_id, g.name_key";
constexpr const char* kAdminRoles =
    "SELECT m.user_id, r.guid, r.name FROM {p}user_admin_roles m JOIN {p}admin_roles r ON r.id = m.role_id WHERE "
    "m.user_id IN (?) ORDER BY m.user_id, r.name_key";

constexpr int64_t kFactorLife = 180 * 86'400;

struct UserRow {
  Ref id;
  Entity entity;
};

std::string_view status_word(int64_t status) {
  return status == 1 ? "normal" : status == 0 ? "disabled" : "unverified";
}

UserRow row_of_user(const Row& row, size_t at, int64_t now) {
  UserRow out{static_cast<Ref>(row.integer(at)), {}};
  JsonObject& fixed = out.entity.fixed;
  fixed.put("guid", row.text(at + 1)).put("name", row.text(at + 2)).put("display_name", row.text(at + 3));
  fixed.raw("email", row.view(at + 4).empty() ? "null" : http::json_string(row.view(at + 4)));
  fixed.put("note", row.text(at + 5)).put("status", status_word(row.integer(at + 6)));
  fixed.put("is_admin", row.flag(at + 7)).put("may_initiate", row.flag(at + 8));
  fixed.raw("group", json_ref(row.view(at + 9), row.view(at + 10)));
  fixed.raw("control_role", json_ref(row.view(at + 11), row.view(at + 12)));
  fixed.raw("strategy", json_ref(row.view(at + 13), row.view(at + 14))).put("source", row.text(at + 15));
  fixed.put("second_factor", factor_word(!row.null(at + 16), row.flag(at + 16), row.integer(at + 17), now));
  fixed.put("factor_enforced", row.flag(at + 18)).put("created", time_text(row.integer(at + 19)));
  const int64_t last = row.integer(at + 20);
  out.entity.live.raw("last_login", last == 0 ? "null" : http::json_string(time_text(last)));
  out.entity.live.put("devices", row.integer(at + 21)).put("sessions", row.integer(at + 22));
  return out;
}

void add_lists(const Sql& sql, std::vector<UserRow>& rows) {
  std::vector<Ref> ids;
  for (const UserRow& one : rows) ids.push_back(one.id);
  const RefLists groups{sql, kExtraGroups, ids};
  const RefLists roles{sql, kAdminRoles, ids};
  for (UserRow& one : rows) {
    one.entity.fixed.raw("extra_groups", groups.of(one.id)).raw("admin_roles", roles.of(one.id));
  }
}

void filter(Listing& listing) {
  listing.contains("search", {"u.name", "u.display_name", "u.email"});
  listing.contains("name", {"u.name"});
  listing.contains("email", {"u.email"});
  listing.equals("source", "u.source");
  listing.equals("control_role", "c.guid");
  listing.equals("strategy", "s.guid");
  if (const auto group = listing.given("group")) {
    const std::string at = listing.bind(*group);
    listing.where("(g.guid = " + at +
                  " OR EXISTS (SELECT 1 FROM {p}user_group_members m JOIN {p}user_groups x ON x.id = m.group_id WHERE "
                  "m.user_id = u.id AND x.guid = " +
                  at + "))");
  }
  if (const auto role = listing.given("admin_role")) {
    listing.where(
        "EXISTS (SELECT 1 FROM {p}user_admin_roles m JOIN {p}admin_roles r ON r.id = m.role_id WHERE "
        "m.user_id = u.id AND r.guid = " +
        listing.bind(*role) + ")");
  }
  if (const auto status = listing.given("status")) {
    const int64_t number = *status == "normal" ? 1 : *status == "disabled" ? 0 : -1;
    listing.where("u.status = " + listing.bind_number(number));
  }
  if (const auto admin = listing.flag("admin")) listing.where(*admin ? "u.is_admin = 1" : "u.is_admin = 0");
  if (const auto factor = listing.flag("second_factor")) {
    listing.where(*factor ? "t.confirmed = 1" : "COALESCE(t.confirmed, 0) = 0");
  }
}

Reply list(Call& call) {
  constexpr SortColumn kSorts[] = {{"name", "u.name_key"},
                                   {"email", "COALESCE(u.email_key, '')"},
                                   {"created", "u.created", true},
                                   {"last_login", "u.last_login", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  choose_users(call, listing);
  auto rows = listing.rows(call.sql, kColumns, kUserFrom, "u.id",
                           [&](const Row& row, size_t first) { return row_of_user(row, first, call.now); });
  add_lists(call.sql, rows);
  std::vector<std::string> items;
  for (const UserRow& one : rows) items.push_back(one.entity.json());
  return Reply::json(listing.finish(call.sql, kUserFrom, items));
}

Ref group_in_body(const Call& call, const std::string& field) {
  return row_in(call, "user_groups", "user group", field, call.text(field));
}

void set_lists(Call& call, Ref user) {
  if (call.has("extra_group_guids")) {
    std::vector<Ref> groups;
    for (const std::string& guid : call.texts("extra_group_guids")) {
      groups.push_back(row_in(call, "user_groups", "user group", "extra_group_guids", guid));
    }
    set_extra_groups(call.sql, user, groups, call.touched);
  }
  if (call.has("admin_role_guids")) {
    call.sql.exec("DELETE FROM {p}user_admin_roles WHERE user_id = ?1", {user});
    for (const std::string& guid : call.texts("admin_role_guids")) {
      const Ref role = row_in(call, "admin_roles", "admin role", "admin_role_guids", guid);
      call.sql.exec("INSERT INTO {p}user_admin_roles (user_id, role_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    {user, role});
    }
    call.touched.users.insert(user);
  }
  if (call.has("strategy_guid")) {
    const Ref strategy = call.is_null("strategy_guid")
                             ? kNoRef
                             : row_in(call, "strategies", "strategy", "strategy_guid", call.text("strategy_guid"));
    assign_strategy(call, StrategyTarget::kUser, user, strategy);
  }
}

/// What the body gives, over what is there.
void read_body(const Call& call, User& user) {
  user.display_name = call.text("display_name", user.display_name);
  if (call.has("email")) user.email = call.text("email");
  user.note = call.text("note", user.note);
  user.is_admin = call.flag("is_admin", user.is_admin);
  user.may_initiate = call.flag("may_initiate", user.may_initiate);
  user.tfa_enforced = call.flag("factor_enforced", user.tfa_enforced);
  if (call.has("group_guid")) user.group = group_in_body(call, "group_guid");
  if (!call.has("control_role_guid")) return;
  user.control_role = call.is_null("control_role_guid") ? kNoRef
                                                        : row_in(call, "control_roles", "control role",
                                                                 "control_role_guid", call.text("control_role_guid"));
  const bool not_logged = call.sql.number("SELECT built_in FROM {p}control_roles WHERE id = ?1", {user.control_role}) ==
                          static_cast<int64_t>(BuiltInRole::kNotLogged);
  if (not_logged) refuse_field("control_role_guid", "not_assignable", "Not Logged is for who is not logged in.");
}

Reply create(Call& call) {
  User user;
  user.name = clean_name(call);
  user.group = default_user_group(call.sql);
  read_body(call, user);
  const Official target{kNoRef, user.group, false, {}};
  need_user(call.caller, Permission::kUsersCreate, target);
  if (call.has("control_role_guid")) need_user(call.caller, Permission::kUsersUpdateControlRole, target);
  if (call.has("strategy_guid")) need_user(call.caller, Permission::kUsersUpdateStrategy, target);
  if (call.has("extra_group_guids")) need_user(call.caller, Permission::kUsersUpdateGroup, target);
  if (!call.flag("enabled", true)) user.status = UserStatus::kDisabled;
  user.password = call.prepared;
  const Ref id = add_user(call.sql, user, call.now, call.touched);
  set_lists(call, id);
  call.log(Subject::kUsers, Operation::kAddUser, user.name);
  return call.shown(user_entity(call, id));
}

Reply get(Call& call) { return call.shown(user_entity(call, user_of(call, call.parameter("user")).id)); }

Reply update(Call& call) {
  const FoundUser found = user_of(call, call.parameter("user"));
  for (const std::string_view right : rights_of_body(call)) {
    if (is_administrators(right)) {
      need_administrator(call.caller);
    } else {
      need_user(call.caller, permission_of(right), found.official());
    }
  }
  const Entity before = user_entity(call, found.id);
  call.require_match(before);
  User user = *user_by_id(call.sql, found.id);
  read_body(call, user);
  update_user(call.sql, user, call.touched);
  if (call.has("enabled")) enable_user(call, found, call.flag("enabled"));
  set_lists(call, found.id);
  const Entity after = user_entity(call, found.id);
  call.log(Subject::kUsers, Operation::kUpdateUser, found.name, before.fixed.str(), after.fixed.str());
  return call.shown(after);
}

Reply remove(Call& call) {
  const FoundUser user = user_of(call, call.parameter("user"));
  need_user(call.caller, Permission::kUsersDelete, user.official());
  call.require_match(user_entity(call, user.id));
  remove_user(call, user);
  return Reply::nothing();
}

void bulk_one(Call& call, const std::string& action, const FoundUser& user) {
  const auto needs = [&](Permission permission) { need_user(call.caller, permission, user.official()); };
  if (action == "enable" || action == "disable") {
    needs(Permission::kUsersEnable);
    enable_user(call, user, action == "enable");
  } else if (action == "delete") {
    needs(Permission::kUsersDelete);
    if (user.status == 1) {
      needs(Permission::kUsersEnable);
      enable_user(call, user, false);
    }
    remove_user(call, user);
  } else if (action == "force_logout") {
    needs(Permission::kUsersForceLogout);
    log_out(call, user);
  } else if (action == "move") {
    needs(Permission::kUsersUpdateGroup);
    if (call.text("group_guid").empty()) refuse_field("group_guid", "missing", "With move: where to?");
    move_user(call.sql, user.id, group_in_body(call, "group_guid"), call.touched);
    call.log(Subject::kUsers, Operation::kUpdateUser, user.name + " moved to another group");
  } else {
    needs(Permission::kUsersManage2fa);
    if (action == "reset_factors") return take_factors(call, user);
    if (action == "disable_mail_codes") return end_mail_codes(call, user);
    enforce_factor(call, user, action == "enforce_factor");
  }
}

Reply bulk(Call& call) {
  const std::string action = call.text("action");
  Bulk bulk;
  bulk.each(call.texts("users"), [&](const std::string& guid) { bulk_one(call, action, user_of(call, guid)); });
  return bulk.reply();
}

Reply password(Call& call) {
  const FoundUser user = user_of(call, call.parameter("user"));
  need_user(call.caller, Permission::kUsersEditPassword, user.official());
  set_password(call.sql, user.id, call.prepared, true, call.now, kNoRef, call.touched);
  call.log(Subject::kUsers, Operation::kSetPassword, user.name);
  return Reply::nothing();
}

Reply factors(Call& call) {
  const FoundUser user = user_of(call, call.parameter("user"));
  need_user(call.caller, Permission::kUsersManage2fa, user.official());
  return Reply::json(factors_json(call, user.id));
}

Reply reset(Call& call) {
  const FoundUser user = user_of(call, call.parameter("user"));
  need_user(call.caller, Permission::kUsersManage2fa, user.official());
  take_factors(call, user);
  return Reply::nothing();
}

Reply enforce(Call& call) {
  const FoundUser user = user_of(call, call.parameter("user"));
  need_user(call.caller, Permission::kUsersManage2fa, user.official());
  enforce_factor(call, user, call.flag("enforce"));
  return Reply::nothing();
}

Reply logout(Call& call) {
  const FoundUser user = user_of(call, call.parameter("user"));
  need_user(call.caller, Permission::kUsersForceLogout, user.official());
  log_out(call, user);
  return Reply::nothing();
}

}  // namespace

void choose_users(const Call& call, Listing& listing) {
  restrict_users(listing, call.caller, Permission::kUsersView, "u.group_id");
  filter(listing);
}

std::string_view factor_word(bool there, bool confirmed, int64_t since, int64_t now) {
  if (!there) return "off";
  if (!confirmed) return "pending";
  return now - since > kFactorLife ? "expired" : "on";
}

Entity user_entity(const Call& call, Ref id) {
  auto rows = call.sql.all(std::string{"SELECT "} + kColumns + " FROM " + kUserFrom + " WHERE u.id = ?1", {id},
                           [&](const Row& row) { return row_of_user(row, 0, call.now); });
  if (rows.empty()) throw Refused{not_found("user")};
  add_lists(call.sql, rows);
  return rows.front().entity;
}

void add_users(Handlers& out) {
  out.insert({{"users.list", list},
              {"users.create", create},
              {"users.get", get},
              {"users.update", update},
              {"users.delete", remove},
              {"users.bulk", bulk},
              {"users.password", password},
              {"users.factors", factors},
              {"users.resetFactors", reset},
              {"users.enforceFactor", enforce},
              {"users.logout", logout}});
}

}  // namespace junctor::accounts::admin
