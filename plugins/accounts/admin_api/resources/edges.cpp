// SPDX-License-Identifier: Apache-2.0
// Edges: who may reach what (accounts.md 1, 3). One has no number of its own; its name is made of what it joins.
#include <algorithm>
#include <cstdio>
#include <iterator>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lists_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/core/naming.hpp"
#include "accounts/admin_api/resources/acts.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/model/edges.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kSubjectWords[] = {"user", "user_group"};
constexpr std::string_view kObjectWords[] = {"user_group", "device_group", "device"};
constexpr std::string_view kSubjectTables[] = {"users", "user_groups"};
constexpr std::string_view kObjectTables[] = {"user_groups", "device_groups", "devices"};

/// An edge as a guid: subject's row and kind, object's kind and row, in hexadecimal.
struct EdgeName {
  int64_t subject_kind = 0, subject = 0, object_kind = 0, object = 0;

  std::string text() const {
    char out[40];
    std::snprintf(out, sizeof out, "%08llx-%04llx-%04llx-8000-0000%08llx", static_cast<unsigned long long>(subject),
                  static_cast<unsigned long long>(subject_kind),
                  0x4000ULL + static_cast<unsigned long long>(object_kind), static_cast<unsigned long long>(object));
    return out;
  }
};

/// Nothing for another guid; `text` is one.
std::optional<EdgeName> parse_name(const std::string& text) {
  const auto hex = [&](size_t at, size_t size) { return std::stoll(text.substr(at, size), nullptr, 16); };
  const EdgeName name{hex(9, 4), hex(0, 8), hex(14, 4) - 0x4000, hex(28, 8)};
  return name.text() == text ? std::optional{name} : std::nullopt;
}

/// "mon-fri 08:00-18:00, sat 09:00-12:00" as [{"day","from","until"}].
std::string hours_json(std::string_view text) {
  constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  std::vector<std::string> out;
  for (std::string part : listed_texts(text)) {
    part.erase(0, part.find_first_not_of(' '));
    const size_t space = part.find(' ');
    const size_t dash = part.find('-', space == std::string::npos ? 0 : space);
    if (space == std::string::npos || dash == std::string::npos) continue;
    const std::string first = part.substr(0, 3);
    const std::string last = space > 4 ? part.substr(4, 3) : first;
    size_t at = static_cast<size_t>(std::find(std::begin(kDays), std::end(kDays), first) - std::begin(kDays));
    for (size_t days = 0; days < 7; ++days, ++at) {
      out.push_back(JsonObject{}
                        .put("day", kDays[at % 7])
                        .put("from", part.substr(space + 1, dash - space - 1))
                        .put("until", part.substr(dash + 1))
                        .str());
      if (kDays[at % 7] == last) break;
    }
  }
  return json_array(out);
}

constexpr const char* kFrom =
    "{p}edges e LEFT JOIN {p}users su ON e.subject_kind = 0 AND su.id = e.subject_id LEFT JOIN {p}user_groups sg ON "
    "e.subject_kind = 1 AND sg.id = e.subject_id LEFT JOIN {p}user_groups og ON e.object_kind = 0 AND og.id = "
    "e.object_id LEFT JOIN {p}device_groups od ON e.object_kind = 1 AND od.id = e.object_id LEFT JOIN {p}devices om ON "
    "e.object_kind = 2 AND om.id = e.object_id";
constexpr const char* kColumns =
    "e.subject_kind, e.subject_id, e.object_kind, e.object_id, COALESCE(su.guid, sg.guid, ''), COALESCE(su.name, "
    "sg.name, ''), COALESCE(og.guid, od.guid, om.guid, ''), COALESCE(og.name, od.name, om.device_id, ''), "
    "e.valid_from, e.valid_until, e.hours";
// The order of rows: no column has it, so it is made of all four. Each kind has less than 2^28 rows in a list's cursor.
constexpr const char* kRow =
    "((e.subject_kind * 268435456 + e.subject_id) * 1073741824 + e.object_kind * 268435456 + e.object_id)";

std::string party(std::string_view type, std::string_view guid, std::string_view name) {
  return JsonObject{}.put("type", type).put("guid", guid).put("name", name).str();
}

std::string time_or_null(int64_t seconds) { return seconds == 0 ? "null" : http::json_string(time_text(seconds)); }

Entity entity_of(const Row& row, size_t at) {
  const EdgeName name{row.integer(at), row.integer(at + 1), row.integer(at + 2), row.integer(at + 3)};
  Entity out;
  out.fixed.put("guid", name.text());
  out.fixed.raw("subject", party(kSubjectWords[name.subject_kind & 1], row.view(at + 4), row.view(at + 5)));
  out.fixed.raw("object", party(kObjectWords[name.object_kind % 3], row.view(at + 6), row.view(at + 7)));
  out.fixed.raw("from", time_or_null(row.integer(at + 8))).raw("until", time_or_null(row.integer(at + 9)));
  out.fixed.raw("hours", hours_json(row.view(at + 10)));
  return out;
}

std::vector<Param> parameters(const EdgeName& name) {
  return {name.subject_kind, name.subject, name.object_kind, name.object};
}

Entity entity(const Call& call, const EdgeName& name) {
  const auto found = call.sql.one(std::string{"SELECT "} + kColumns + " FROM " + kFrom +
                                      " WHERE e.subject_kind = ?1 AND e.subject_id = ?2 AND e.object_kind = ?3 AND "
                                      "e.object_id = ?4",
                                  parameters(name), [](const Row& row) { return entity_of(row, 0); });
  if (!found) throw Refused{not_found("edge")};
  return *found;
}

EdgeName asked(const Call& call) {
  const auto name = parse_name(call.parameter("edge"));
  if (!name) throw Refused{not_found("edge")};
  return *name;
}

template <size_t N>
int64_t kind_of(const std::string_view (&words)[N], std::string_view word) {
  for (size_t at = 0; at < N; ++at) {
    if (words[at] == word) return static_cast<int64_t>(at);
  }
  return 0;
}

std::string checked_hours(const Call& call) {
  std::string hours;
  const auto list = call.has("hours") ? call.body->getArray("hours") : Poco::JSON::Array::Ptr{};
  for (unsigned at = 0; !list.isNull() && at < list->size(); ++at) {
    const auto one = list->getObject(at);
    hours +=
        (hours.empty() ? "" : ", ") + text_in(*one, "day") + " " + text_in(*one, "from") + "-" + text_in(*one, "until");
  }
  std::string why;
  if (!WeeklyHours::parse(hours, &why)) refuse_field("hours", "invalid", why);
  return hours;
}

Reply list(Call& call) {
  constexpr SortColumn kSorts[] = {{"guid", kRow, true}};
  Listing listing{call.endpoint, call.query, kSorts};
  if (const auto word = listing.given("subject_type")) {
    listing.where("e.subject_kind = " + listing.bind_number(kind_of(kSubjectWords, *word)));
  }
  if (const auto word = listing.given("object_type")) {
    listing.where("e.object_kind = " + listing.bind_number(kind_of(kObjectWords, *word)));
  }
  if (const auto guid = listing.given("subject")) {
    const std::string at = listing.bind(*guid);
    listing.where("(su.guid = " + at + " OR sg.guid = " + at + ")");
  }
  if (const auto guid = listing.given("object")) {
    const std::string at = listing.bind(*guid);
    listing.where("(og.guid = " + at + " OR od.guid = " + at + " OR om.guid = " + at + ")");
  }
  return Reply::json(listing.run(call.sql, kColumns, kFrom, kRow,
                                 [](const Row& row, size_t first) { return entity_of(row, first).json(); }));
}

Reply create(Call& call) {
  need(call.caller, Permission::kUserGroupsEdit);
  EdgeName name;
  name.subject_kind = kind_of(kSubjectWords, call.text("subject_type"));
  name.object_kind = kind_of(kObjectWords, call.text("object_type"));
  name.subject = row_in(call, kSubjectTables[name.subject_kind], call.text("subject_type"), "subject_guid",
                        call.text("subject_guid"));
  name.object =
      row_in(call, kObjectTables[name.object_kind], call.text("object_type"), "object_guid", call.text("object_guid"));
  const std::string hours = checked_hours(call);
  const uint64_t made = call.sql.exec(
      "INSERT INTO {p}edges (subject_kind, subject_id, object_kind, object_id, valid_from, valid_until, hours) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (subject_kind, subject_id, object_kind, object_id) DO NOTHING",
      {name.subject_kind, name.subject, name.object_kind, name.object, call.moment("from").value_or(0),
       call.moment("until").value_or(0), hours});
  if (made == 0) refuse(409, "exists", "There is such an edge already: change that one.");
  call.touched.edges = true;
  const Entity made_edge = entity(call, name);
  call.log(Subject::kGroups, Operation::kAddEdge, "edge " + name.text(), {}, made_edge.fixed.str());
  return call.shown(made_edge);
}

Reply get(Call& call) { return call.shown(entity(call, asked(call))); }

Reply update(Call& call) {
  need(call.caller, Permission::kUserGroupsEdit);
  const EdgeName name = asked(call);
  const Entity before = entity(call, name);
  call.require_match(before);
  const auto set = [&](std::string_view column, const Param& value) {
    std::vector<Param> all = parameters(name);
    all.push_back(value);
    call.sql.exec("UPDATE {p}edges SET " + std::string{column} +
                      " = ?5 WHERE subject_kind = ?1 AND subject_id = ?2 AND object_kind = ?3 AND object_id = ?4",
                  all);
  };
  if (call.has("from")) set("valid_from", call.moment("from").value_or(0));
  if (call.has("until")) set("valid_until", call.moment("until").value_or(0));
  const std::string hours = checked_hours(call);
  if (call.has("hours")) set("hours", hours);
  call.touched.edges = true;
  const Entity after = entity(call, name);
  call.log(Subject::kGroups, Operation::kUpdateEdge, "edge " + name.text(), before.fixed.str(), after.fixed.str());
  return call.shown(after);
}

Reply remove(Call& call) {
  need(call.caller, Permission::kUserGroupsEdit);
  const EdgeName name = asked(call);
  const Entity before = entity(call, name);
  call.require_match(before);
  call.sql.exec(
      "DELETE FROM {p}edges WHERE subject_kind = ?1 AND subject_id = ?2 AND object_kind = ?3 AND object_id = ?4",
      parameters(name));
  call.touched.edges = true;
  if (name.object_kind == 2) orphan_the_unheld(call, {static_cast<Ref>(name.object)});
  call.log(Subject::kGroups, Operation::kDeleteEdge, "edge " + name.text(), before.fixed.str());
  return Reply::nothing();
}

}  // namespace

void add_edges(Handlers& out) {
  out.insert({{"edges.list", list},
              {"edges.create", create},
              {"edges.get", get},
              {"edges.update", update},
              {"edges.delete", remove}});
}

}  // namespace junctor::accounts::admin
