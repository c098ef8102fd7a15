// SPDX-License-Identifier: Apache-2.0
// Sessions (accounts.md 12): everybody's, a user's, one's own.
#include "accounts/store/sessions.hpp"

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/admin_api/resources/sessions_json.hpp"
#include "accounts/model/entities.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kKinds[] = {"client", "web_client", "console"};
constexpr const char* kColumns =
    "x.guid, u.guid, u.name, x.kind, x.device_id, x.device_name, x.device_os, x.address, x.method, x.created, "
    "x.last_used, x.expires";
constexpr const char* kFrom = "{p}sessions x JOIN {p}users u ON u.id = x.user_id";

/// The earlier of its end and of the end of its patience.
int64_t end_of(const Call& call, int64_t kind, int64_t last_used, int64_t expires) {
  const int64_t idle = last_used + (kind == static_cast<int64_t>(SessionKind::kConsole) ? call.site.console_idle()
                                                                                        : call.site.client_idle());
  return expires != 0 && expires < idle ? expires : idle;
}

std::string json_of(const Call& call, const Row& row, size_t at) {
  const int64_t kind = row.integer(at + 3);
  JsonObject out;
  out.put("guid", row.text(at)).raw("user", json_ref(row.view(at + 1), row.view(at + 2)));
  out.put("kind", kKinds[kind % 3]).put("device_id", row.text(at + 4)).put("device_name", row.text(at + 5));
  out.put("os", row.text(at + 6)).put("address", row.text(at + 7)).put("method", row.text(at + 8));
  out.put("created", time_text(row.integer(at + 9))).put("last_used", time_text(row.integer(at + 10)));
  out.put("expires", time_text(end_of(call, kind, row.integer(at + 10), row.integer(at + 11))));
  out.put("current", row.view(at) == call.caller.session_guid);
  return out.str();
}

Reply list(Call& call) { return session_list(call, kNoRef); }

Reply remove(Call& call) {
  end_session_named(call, call.parameter("session"), kNoRef);
  return Reply::nothing();
}

Reply of_user(Call& call) {
  const FoundUser user = user_of(call, call.parameter("user"));
  need_user(call.caller, Permission::kUsersForceLogout, user.official());
  return session_list(call, user.id);
}

}  // namespace

Reply session_list(Call& call, Ref user) {
  constexpr SortColumn kSorts[] = {{"last_used", "x.last_used", true}, {"created", "x.created", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  if (user != kNoRef) listing.where("x.user_id = " + listing.bind_number(user));
  listing.equals("user", "u.guid");
  listing.contains("device", {"x.device_id"});
  if (const auto kind = listing.given("kind")) {
    listing.where("x.kind = " + listing.bind_number(*kind == "client" ? 0 : *kind == "web_client" ? 1 : 2));
  }
  return Reply::json(listing.run(call.sql, kColumns, kFrom, "x.id",
                                 [&](const Row& row, size_t first) { return json_of(call, row, first); }));
}

void end_session_named(Call& call, const std::string& guid, Ref user) {
  const auto session = session_by_guid(call.sql, guid);
  if (!session || (user != kNoRef && session->user != user)) throw Refused{not_found("session")};
  end_session(call.sql, *session, LoginOwner::kTakeBack, call.touched);
  call.log(Subject::kSessions, Operation::kForceLogout, "a session of " + name_of(call.sql, "users", session->user));
}

void add_sessions(Handlers& out) {
  out.insert({{"sessions.list", list}, {"sessions.delete", remove}, {"users.sessions", of_user}});
}

}  // namespace junctor::accounts::admin
