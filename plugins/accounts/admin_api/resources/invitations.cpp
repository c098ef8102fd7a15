// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/invite.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/model/entities.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/user_groups.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr int64_t kLife = 7 * 86'400;
constexpr std::string_view kStates[] = {"sent", "accepted", "revoked", "expired"};
constexpr const char* kColumns = "i.guid, i.email, i.name, g.guid, g.name, i.note, i.state, i.created, i.expires";
constexpr const char* kFrom = "{p}invitations i LEFT JOIN {p}user_groups g ON g.id = i.group_id";

Entity entity_of(const Call& call, const Row& row, size_t at, const std::string& link) {
  Entity out;
  out.fixed.put("guid", row.text(at)).put("email", row.text(at + 1)).put("name", row.text(at + 2));
  out.fixed.raw("group",
                row.null(at + 3) ? json_ref(std::string(36, '0'), "") : json_ref(row.view(at + 3), row.view(at + 4)));
  out.fixed.put("note", row.text(at + 5));
  const bool over = row.integer(at + 6) == 0 && row.integer(at + 8) <= call.now;
  out.fixed.put("state", over ? "expired" : kStates[row.integer(at + 6) & 3]);
  out.fixed.put("created", time_text(row.integer(at + 7))).put("expires", time_text(row.integer(at + 8)));
  out.live.raw("link", link.empty() ? "null" : http::json_string(link));
  return out;
}

Reply list(Call& call) {
  constexpr SortColumn kSorts[] = {{"created", "i.created", true}, {"email", "i.email_key"}};
  Listing listing{call.endpoint, call.query, kSorts};
  restrict_users(listing, call.caller, Permission::kUsersInvite, "i.group_id");
  listing.contains("email", {"i.email"});
  if (const auto state = listing.given("state")) {
    if (*state == "expired") listing.where("i.state = 0 AND i.expires <= " + listing.bind_number(call.now));
    if (*state == "sent") listing.where("i.state = 0 AND i.expires > " + listing.bind_number(call.now));
    if (*state == "accepted") listing.where("i.state = 1");
    if (*state == "revoked") listing.where("i.state = 2");
  }
  return Reply::json(listing.run(call.sql, kColumns, kFrom, "i.id",
                                 [&](const Row& row, size_t at) { return entity_of(call, row, at, {}).json(); }));
}

Reply create(Call& call) {
  const Ref group = call.has("group_guid")
                        ? row_in(call, "user_groups", "user group", "group_guid", call.text("group_guid"))
                        : default_user_group(call.sql);
  need_user(call.caller, Permission::kUsersInvite, {kNoRef, group, false, {}});
  const Invited made = invite(call, call.text("email"), clean_name(call), call.text("note"), group);
  const auto entity = call.sql.one(std::string{"SELECT "} + kColumns + " FROM " + kFrom + " WHERE i.id = ?1", {made.id},
                                   [&](const Row& row) { return entity_of(call, row, 0, made.link); });
  return call.shown(*entity);
}

Reply remove(Call& call) {
  const Ref id = row_of(call, "invitations", "invitation", call.parameter("invitation"));
  const auto group = static_cast<Ref>(call.sql.number("SELECT group_id FROM {p}invitations WHERE id = ?1", {id}));
  need_user(call.caller, Permission::kUsersInvite, {kNoRef, group, false, {}});
  if (call.sql.exec("UPDATE {p}invitations SET state = 2 WHERE id = ?1 AND state = 0", {id}) == 0) {
    refuse(409, "closed", "The invitation is accepted or revoked already.");
  }
  call.log(Subject::kUsers, Operation::kRevokeInvitation, name_of(call.sql, "invitations", id));
  return Reply::nothing();
}

Reply accept(Call& call) {
  struct Open {
    Ref id, group;
    std::string name, email, note;
  };
  const auto open = call.sql.one(
      "SELECT id, group_id, name, email, note FROM {p}invitations WHERE hash = ?1 AND state = 0 AND expires > ?2",
      {Blob{hash_of(call.text("secret"))}, call.now}, [](const Row& row) {
        return Open{static_cast<Ref>(row.integer(0)), static_cast<Ref>(row.integer(1)), row.text(2), row.text(3),
                    row.text(4)};
      });
  if (!open)
    refuse(403, "no_invitation", "The link has been used, revoked, or is older than 7 days: ask for a new one.");
  User user;
  user.name = open->name;
  user.email = open->email;
  user.note = open->note;
  user.email_verified = true;
  const bool there = call.sql.number("SELECT COUNT(*) FROM {p}user_groups WHERE id = ?1", {open->group}) != 0;
  user.group = there ? open->group : default_user_group(call.sql);
  user.password = call.prepared;
  add_user(call.sql, user, call.now, call.touched);
  call.sql.exec("UPDATE {p}invitations SET state = 1 WHERE id = ?1", {open->id});
  call.log(Subject::kUsers, Operation::kAddUser, user.name + " (invitation)");
  return Reply::nothing();
}

}  // namespace

Invited invite(Call& call, const std::string& given, const std::string& name, const std::string& note, Ref group) {
  const std::string email = accounts::clean_email(given);
  if (email.empty()) refuse_field("email", "missing", "Whom to invite?");
  if (user_by_login(call.sql, email) || user_by_name(call.sql, name)) {
    refuse(409, "taken", "There is a user of this name or mail address already.");
  }
  call.sql.exec("UPDATE {p}invitations SET state = 3 WHERE email_key = ?1 AND state = 0 AND expires <= ?2",
                {name_key(email), call.now});
  if (call.sql.number("SELECT COUNT(*) FROM {p}invitations WHERE email_key = ?1 AND state = 0", {name_key(email)}) !=
      0) {
    refuse(409, "invited", "This address has an open invitation: revoke that first.");
  }
  const std::string secret = random_token("");
  Invited out;
  out.id =
      static_cast<Ref>(call.sql.number("INSERT INTO {p}invitations (guid, email, email_key, name, note, group_id, "
                                       "hash, created, expires) VALUES (?1, ?2, "
                                       "?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id",
                                       {new_guid(), email, name_key(email), accounts::clean_name(name, "A user's name"),
                                        note, group, Blob{hash_of(secret)}, call.now, call.now + kLife}));
  const std::string base = call.site.public_url().empty() ? call.ask.base_url : call.site.public_url();
  out.link = base + "/console/invitation#" + secret;
  if (call.site.sends_mail()) {
    call.mails.push_back({email, "invitation", {{"name", name}, {"link", out.link}, {"by", call.caller.name}}});
  }
  call.log(Subject::kUsers, Operation::kInvite, email);
  return out;
}

void add_invitations(Handlers& out) {
  out.insert({{"invitations.list", list},
              {"invitations.create", create},
              {"invitations.delete", remove},
              {"invitations.accept", accept}});
}

}  // namespace junctor::accounts::admin
