// SPDX-License-Identifier: Apache-2.0
// Who gains and who loses access by a change (accounts.md 19): the change is carried out, signalling's own function
// compares both states, and the transaction is rolled back. Lives on a thread of the database.
#include <algorithm>
#include <iterator>
#include <map>

#include "accounts/admin_api/core/engine.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/live/roster.hpp"
#include "accounts/live/roster_store.hpp"

namespace junctor::accounts::admin {
namespace {

/// Both states are read as a whole, and writers wait meanwhile.
constexpr size_t kMostDevices = 50'000;
constexpr int64_t kMostPairs = 20'000'000;
constexpr size_t kShown = 200;
constexpr int64_t kPage = 5'000;

/// Calls that change who reaches what, and nothing outside of the database.
constexpr std::string_view kFamilies[] = {"userGroups.", "deviceGroups.", "edges."};
constexpr std::string_view kCalls[] = {"users.update",     "users.bulk",     "users.delete",   "devices.update",
                                       "devices.bulk",     "devices.delete", "books.addRule",  "books.updateRule",
                                       "books.deleteRule", "books.update",   "books.addEntry", "books.deleteEntry"};

bool can_be_seen(const Endpoint& endpoint) {
  const auto begins = [&](std::string_view family) { return endpoint.id.substr(0, family.size()) == family; };
  return !endpoint.reads() && (std::any_of(std::begin(kFamilies), std::end(kFamilies), begins) ||
                               std::find(std::begin(kCalls), std::end(kCalls), endpoint.id) != std::end(kCalls));
}

void load(Roster& roster, const Call& call) {
  roster.configure(*call.site.roster().settings());
  roster.replace(read_model(call.sql));
  for (Ref after = kNoRef;;) {
    DevicePage page = read_devices(call.sql, after, kPage);
    for (DeviceCard& card : page.cards) roster.put_device(std::move(card));
    if (page.last == kNoRef) return;
    after = page.last;
  }
}

struct Person {
  std::string guid, name;
};
using People = std::map<Ref, Person>;

void add_people(const Call& call, People& out) {
  call.sql.exec("SELECT id, guid, name FROM {p}users WHERE status = 1 ORDER BY id", {}, [&](const Row& row) {
    out[static_cast<Ref>(row.integer(0))] = {row.text(1), row.text(2)};
  });
}

std::string device_json(const Call& call, const std::string& id) {
  return call.sql
      .one(
          "SELECT guid, CASE WHEN override_name <> '' THEN override_name ELSE hostname END FROM {p}devices WHERE "
          "device_id = ?1",
          {id},
          [&](const Row& row) {
            return JsonObject{}.put("guid", row.text(0)).put("id", id).put("name", row.text(1)).str();
          })
      .value_or(JsonObject{}.put("guid", std::string(36, '0')).put("id", id).put("name", "").str());
}

struct Side {
  int64_t count = 0;
  std::vector<std::string> rows;
};

void add_rows(const Call& call, Side& side, const Roster& roster, const People::value_type& person,
              const std::vector<std::string>& ids) {
  side.count += static_cast<int64_t>(ids.size());
  for (const std::string& id : ids) {
    if (side.rows.size() >= kShown) return;
    const Ground ground = roster.decide_for(person.first, id, call.now).access.ground;
    side.rows.push_back(JsonObject{}
                            .raw("user", json_ref(person.second.guid, person.second.name))
                            .raw("device", device_json(call, id))
                            .put("ground", ground == Ground::kNothing ? std::string_view{} : word(ground))
                            .put("explanation", ground_text(ground))
                            .str());
  }
}

std::vector<std::string> without(const std::vector<std::string>& all, const std::vector<std::string>& these) {
  std::vector<std::string> out;
  std::set_difference(all.begin(), all.end(), these.begin(), these.end(), std::back_inserter(out));
  return out;
}

Reply compared(const Call& call, const Roster& before, const Roster& after, const People& people) {
  Side gains, losses;
  for (const auto& person : people) {
    const auto then = before.visible_devices(person.first, call.now);
    const auto now = after.visible_devices(person.first, call.now);
    add_rows(call, gains, after, person, without(now, then));
    add_rows(call, losses, before, person, without(then, now));
  }
  return Reply::json(JsonObject{}
                         .put("gained", gains.count)
                         .put("lost", losses.count)
                         .raw("gains", json_array(gains.rows))
                         .raw("losses", json_array(losses.rows))
                         .str());
}

std::optional<Method> method_named(std::string_view name) {
  for (const Method one : {Method::kPost, Method::kPut, Method::kPatch, Method::kDelete}) {
    if (method_name(one) == name) return one;
  }
  return std::nullopt;
}

std::string body_of(const Call& call) {
  if (!call.has("body") || call.is_null("body")) return "{}";
  std::ostringstream out;
  call.body->getObject("body")->stringify(out);
  return out.str();
}

}  // namespace

void Engine::preview(Call& call) const {
  Ask ask = call.ask;
  ask.method = method_named(call.text("method")).value_or(Method::kPost);
  ask.path = call.text("path");
  ask.query.clear();
  ask.idempotency_key.clear();
  ask.if_match.clear();
  const Found found = contract_.find(ask.method, ask.path);
  if (found.endpoint == nullptr || !can_be_seen(*found.endpoint)) {
    refuse_field("path", "no_preview", "there is no preview of this call: it takes those that change who reaches what");
  }
  ask.body = found.endpoint->body.empty() ? std::string{} : body_of(call);

  const int64_t devices = call.sql.number("SELECT COUNT(*) FROM {p}devices");
  const int64_t users = call.sql.number("SELECT COUNT(*) FROM {p}users WHERE status = 1");
  if (devices > static_cast<int64_t>(kMostDevices) || users * devices > kMostPairs) {
    refuse(422, "too_big", "The site is too big for a preview: ask the access tester about single devices.");
  }
  Roster before, after;
  People people;
  load(before, call);
  add_people(call, people);
  Touched touched;
  Call other{call.sql, touched, site_, contract_, *found.endpoint, ask, call.caller};
  other.now = call.now;
  check(other, found);
  handlers_.calls.at(found.endpoint->id)(other);
  load(after, call);
  add_people(call, people);
  throw TakenBack{{compared(call, before, after, people), {}}};
}

}  // namespace junctor::accounts::admin
