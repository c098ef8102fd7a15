// SPDX-License-Identifier: Apache-2.0
// User groups (accounts.md 1, 2).
#include <algorithm>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lists_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/store/user_groups.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr const char* kColumns =
    "g.guid, g.name, g.note, g.members_reach_each_other, g.networks, g.built_in, g.created, (SELECT COUNT(*) FROM "
    "{p}users u WHERE u.group_id = g.id)";

Entity entity_of(const Row& row, size_t at) {
  Entity out;
  out.fixed.put("guid", row.text(at)).put("name", row.text(at + 1)).put("note", row.text(at + 2));
  out.fixed.put("members_reach_each_other", row.flag(at + 3));
  out.fixed.raw("networks", json_texts(listed_texts(row.view(at + 4))));
  out.fixed.put("built_in", row.flag(at + 5)).put("created", time_text(row.integer(at + 6)));
  out.live.put("members", row.integer(at + 7));
  return out;
}

Entity entity(const Call& call, Ref id) {
  const auto found = call.sql.one(std::string{"SELECT "} + kColumns + " FROM {p}user_groups g WHERE g.id = ?1", {id},
                                  [](const Row& row) { return entity_of(row, 0); });
  if (!found) throw Refused{not_found("user group")};
  return *found;
}

Ref asked(const Call& call) { return row_of(call, "user_groups", "user group", call.parameter("group")); }

Reply list(Call& call) {
  constexpr SortColumn kSorts[] = {{"name", "g.name_key"}, {"created", "g.created", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.contains("name", {"g.name"});
  return Reply::json(listing.run(call.sql, kColumns, "{p}user_groups g", "g.id",
                                 [](const Row& row, size_t first) { return entity_of(row, first).json(); }));
}

/// What the body gives, over what is there.
void read_body(const Call& call, UserGroup& group) {
  if (call.has("name")) group.name = clean_name(call);
  group.note = call.text("note", group.note);
  group.members_reach_each_other = call.flag("members_reach_each_other", group.members_reach_each_other);
  if (call.has("networks")) group.networks = networks_text(call, "networks");
}

Reply create(Call& call) {
  need(call.caller, Permission::kUserGroupsEdit);
  UserGroup group;
  read_body(call, group);
  const Ref id = add_user_group(call.sql, group, call.now, call.touched);
  call.log(Subject::kGroups, Operation::kAddGroup, "user group " + group.name);
  return call.shown(entity(call, id));
}

Reply get(Call& call) { return call.shown(entity(call, asked(call))); }

Reply update(Call& call) {
  need(call.caller, Permission::kUserGroupsEdit);
  const Ref id = asked(call);
  const Entity before = entity(call, id);
  call.require_match(before);
  UserGroup group = *user_group_by_id(call.sql, id);
  read_body(call, group);
  update_user_group(call.sql, group, call.touched);
  const Entity after = entity(call, id);
  call.log(Subject::kGroups, Operation::kUpdateGroup, "user group " + name_of(call.sql, "user_groups", id),
           before.fixed.str(), after.fixed.str());
  return call.shown(after);
}

Reply remove(Call& call) {
  need(call.caller, Permission::kUserGroupsEdit);
  const Ref id = asked(call);
  call.require_match(entity(call, id));
  const std::string name = name_of(call.sql, "user_groups", id);
  delete_user_group(call.sql, id, call.touched);
  call.log(Subject::kGroups, Operation::kDeleteGroup, "user group " + name);
  return Reply::nothing();
}

Reply add_members(Call& call) {
  const Ref id = asked(call);
  const bool extra = call.flag("extra");
  Bulk bulk;
  bulk.each(call.texts("users"), [&](const std::string& guid) {
    const FoundUser user = user_of(call, guid);
    need_user(call.caller, Permission::kUsersUpdateGroup, user.official());
    if (extra) {
      add_extra_user_group(call, user, id);
    } else {
      move_user(call.sql, user.id, id, call.touched);
    }
  });
  call.log(Subject::kGroups, Operation::kUpdateGroup,
           "users added to " + name_of(call.sql, "user_groups", id) + ": " + joined_texts(call.texts("users")));
  return bulk.reply();
}

Reply remove_members(Call& call) {
  const Ref id = asked(call);
  const bool extra = call.flag("extra");
  Bulk bulk;
  bulk.each(call.texts("users"), [&](const std::string& guid) {
    const FoundUser user = user_of(call, guid);
    need_user(call.caller, Permission::kUsersUpdateGroup, user.official());
    if (extra) {
      remove_extra_user_group(call, user, id);
    } else if (user.group == id) {
      move_user(call.sql, user.id, default_user_group(call.sql), call.touched);
    } else {
      refuse(409, "not_member", "The user's group is another one.");
    }
  });
  call.log(Subject::kGroups, Operation::kUpdateGroup,
           "users removed from " + name_of(call.sql, "user_groups", id) + ": " + joined_texts(call.texts("users")));
  return bulk.reply();
}

}  // namespace

void add_user_groups(Handlers& out) {
  out.insert({{"userGroups.list", list},
              {"userGroups.create", create},
              {"userGroups.get", get},
              {"userGroups.update", update},
              {"userGroups.delete", remove},
              {"userGroups.addMembers", add_members},
              {"userGroups.removeMembers", remove_members}});
}

}  // namespace junctor::accounts::admin
