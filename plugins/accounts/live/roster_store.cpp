// SPDX-License-Identifier: Apache-2.0
// Rows become cards. Database threads.
#include "accounts/live/roster_store.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "accounts/api/body.hpp"

namespace junctor::accounts {
namespace {

constexpr const char* kDevice =
    "SELECT d.id, d.device_id, d.uuid, d.owner_id, d.group_id, d.state, d.by_owner, d.orphan, d.incoming_only, "
    "d.has_sysinfo, a.strategy_id, d.pk, d.last_heartbeat FROM {p}devices d LEFT JOIN {p}strategy_assignments a ON "
    "a.kind = 0 AND a.target_id "
    "= "
    "d.id ";

Ref ref(const Row& row, size_t column) { return static_cast<Ref>(row.integer(column)); }

DeviceCard card_of(const Row& row) {
  DeviceCard card;
  card.ref = ref(row, 0);
  card.id = row.text(1);
  card.uuid = uuid_mark(row.view(2));
  card.owner = ref(row, 3);
  card.group = ref(row, 4);
  card.state = static_cast<DeviceState>(row.integer(5));
  card.owner_by = static_cast<AssignedBy>(row.integer(6));
  card.orphan = row.flag(7);
  card.incoming_only = row.flag(8);
  card.has_sysinfo = row.flag(9);
  card.strategy = ref(row, 10);
  card.pk = pk_mark(row.view(11));
  card.last_heartbeat = static_cast<uint32_t>(row.integer(12));
  return card;
}

constexpr const char* kUser =
    "SELECT u.id, u.guid, u.name, u.status, u.is_admin, u.may_initiate, u.group_id, u.control_role_id, a.strategy_id "
    "FROM {p}users u LEFT JOIN {p}strategy_assignments a ON a.kind = 1 AND a.target_id = u.id ";

UserCard user_of(const Row& row) {
  UserCard card;
  card.guid = row.text(1);
  card.name = row.text(2);
  card.enabled = row.integer(3) == 1;
  card.administrator = row.flag(4);
  card.may_initiate = row.flag(5);
  card.groups = {ref(row, 6)};
  card.control_role = ref(row, 7);
  card.strategy = ref(row, 8);
  return card;
}

BookRule rule_of(const Row& row, size_t at) {
  return {static_cast<BookRule::For>(row.integer(at)), ref(row, at + 1), static_cast<BookLevel>(row.integer(at + 2))};
}

constexpr const char* kSession = "SELECT hash, user_id, device_id, last_used, expires FROM {p}sessions ";

SessionCard session_of(const Row& row, int64_t idle) {
  return {ref(row, 1), row.text(2), row.integer(4), row.integer(3) + idle};
}

std::shared_ptr<const StrategyKeys> keys_of(std::string_view json) {
  StrategyKeys keys = json.empty() ? StrategyKeys{} : parse_texts(json, 10'000);
  std::sort(keys.begin(), keys.end());
  return std::make_shared<const StrategyKeys>(std::move(keys));
}

StrategyOptions options_of(std::string_view json) {
  StrategyOptions out;
  if (json.empty()) return out;
  const Body body = Body::parse(json);
  for (const std::string& key : body.keys()) out.emplace_back(key, body.text(key, 65'536));
  return out;
}

std::vector<wire::Network> networks_of(std::string_view text) {
  std::vector<wire::Network> out;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (const auto network = wire::Network::parse(part)) out.push_back(*network);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

/// Extra groups and what was sent, of the cards that are there; both sorted by ref.
void add_rest(const Sql& sql, std::vector<DeviceCard>& cards) {
  if (cards.empty()) return;
  const auto card = [&](const Row& row) -> DeviceCard* {
    const auto found = std::lower_bound(cards.begin(), cards.end(), ref(row, 0),
                                        [](const DeviceCard& one, Ref wanted) { return one.ref < wanted; });
    return found != cards.end() && found->ref == ref(row, 0) ? &*found : nullptr;
  };
  const Ref first = cards.front().ref, last = cards.back().ref;
  sql.exec(
      "SELECT device_id, group_id FROM {p}device_group_members WHERE device_id >= ?1 AND device_id <= ?2 ORDER BY "
      "device_id, group_id",
      {first, last}, [&](const Row& row) {
        if (DeviceCard* one = card(row)) one->extra_groups.push_back(ref(row, 1));
      });
  sql.exec(
      "SELECT device_id, strategy_id, revision, stamp, pushed_ms, received, keys FROM {p}strategy_sent WHERE "
      "device_id >= ?1 AND device_id <= ?2 ORDER BY device_id",
      {first, last}, [&](const Row& row) {
        DeviceCard* one = card(row);
        if (!one) return;
        one->sent = std::make_unique<SentStrategy>(SentStrategy{ref(row, 1), static_cast<uint32_t>(row.integer(2)),
                                                                row.integer(3), row.integer(4), row.flag(5),
                                                                keys_of(row.view(6))});
      });
}

void read_people(const Sql& sql, RosterModel& model) {
  sql.exec(std::string{kUser} + "ORDER BY u.id", {},
           [&](const Row& row) { model.users.insert_or_assign(ref(row, 0), user_of(row)); });
  sql.exec("SELECT user_id, group_id FROM {p}user_group_members ORDER BY user_id, group_id", {}, [&](const Row& row) {
    const auto found = model.users.find(ref(row, 0));
    if (found != model.users.end()) found->second.groups.push_back(ref(row, 1));
  });
  sql.exec("SELECT id, name, members_reach_each_other, networks FROM {p}user_groups ORDER BY id", {},
           [&](const Row& row) {
             model.user_groups.insert_or_assign(ref(row, 0),
                                                UserGroupCard{row.text(1), row.flag(2), networks_of(row.view(3))});
           });
  sql.exec(
      "SELECT g.id, g.name, a.strategy_id FROM {p}device_groups g LEFT JOIN {p}strategy_assignments a ON a.kind = 2 "
      "AND a.target_id = g.id ORDER BY g.id",
      {}, [&](const Row& row) {
        model.device_groups.insert_or_assign(ref(row, 0), DeviceGroupCard{row.text(1), ref(row, 2)});
      });
}

void read_rules(const Sql& sql, RosterModel& model) {
  sql.exec(
      "SELECT subject_kind, subject_id, object_kind, object_id, valid_from, valid_until, hours FROM {p}edges ORDER BY "
      "subject_kind, subject_id, object_kind, object_id",
      {}, [&](const Row& row) {
        const auto hours = WeeklyHours::parse(row.view(6));
        if (!hours) return;  // what cannot be read lets nobody in
        model.edges.put({{static_cast<SubjectKind>(row.integer(0)), ref(row, 1)},
                         {static_cast<ObjectKind>(row.integer(2)), ref(row, 3)}},
                        {row.integer(4), row.integer(5), *hours});
      });
  sql.exec("SELECT id, built_in, enabled, permissions FROM {p}control_roles ORDER BY id", {}, [&](const Row& row) {
    model.roles.insert_or_assign(
        ref(row, 0), ControlRole{row.flag(2), ControlPermissions::from_bits(static_cast<uint64_t>(row.integer(3)))});
    if (row.integer(1) == 1) model.default_role = ref(row, 0);
    if (row.integer(1) == 2) model.not_logged_role = ref(row, 0);
  });
  sql.exec("SELECT id, revision, enabled, enforce, options, built_in FROM {p}strategies ORDER BY id", {},
           [&](const Row& row) {
             Strategy strategy;
             strategy.ref = ref(row, 0);
             strategy.revision = static_cast<uint32_t>(row.integer(1));
             strategy.enabled = row.flag(2);
             strategy.enforce = row.flag(3);
             strategy.set_options(options_of(row.view(4)));
             if (row.flag(5)) model.default_strategy = strategy.ref;
             model.strategies.insert_or_assign(strategy.ref, std::move(strategy));
           });
}

void read_books(const Sql& sql, RosterModel& model) {
  const auto book = [&](const Row& row) -> BookCard* {
    const auto found = model.books.find(ref(row, 0));
    return found == model.books.end() ? nullptr : &found->second;
  };
  sql.exec("SELECT id, owner_id FROM {p}books WHERE grants_access = 1 AND personal = 0 AND deleted = 0 ORDER BY id", {},
           [&](const Row& row) { model.books[ref(row, 0)].owner = ref(row, 1); });
  if (model.books.empty()) return;
  sql.exec(
      "SELECT r.book_id, r.target, r.target_id, r.level FROM {p}book_rules r JOIN {p}books b ON b.id = r.book_id WHERE "
      "b.grants_access = 1 AND b.deleted = 0 ORDER BY r.id",
      {}, [&](const Row& row) {
        if (BookCard* one = book(row)) {
          one->rules.push_back(rule_of(row, 1));
        }
      });
  sql.exec(
      "SELECT e.book_id, e.peer_id FROM {p}entries e JOIN {p}books b ON b.id = e.book_id WHERE b.grants_access = 1 AND "
      "b.deleted = 0 AND e.deleted = 0 ORDER BY e.id",
      {}, [&](const Row& row) {
        if (BookCard* one = book(row)) one->ids.push_back(row.text(1));
      });
}

}  // namespace

RosterModel read_model(const Sql& sql) {
  RosterModel model;
  read_people(sql, model);
  read_rules(sql, model);
  read_books(sql, model);
  return model;
}

DevicePage read_devices(const Sql& sql, Ref after, int64_t limit) {
  DevicePage page;
  page.cards = sql.all(std::string{kDevice} + "WHERE d.id > ?1 ORDER BY d.id LIMIT ?2", {after, limit}, card_of);
  add_rest(sql, page.cards);
  if (static_cast<int64_t>(page.cards.size()) == limit) page.last = page.cards.back().ref;
  return page;
}

std::optional<DeviceCard> device_card(const Sql& sql, Ref wanted) {
  std::vector<DeviceCard> cards = sql.all(std::string{kDevice} + "WHERE d.id = ?1 LIMIT 1", {wanted}, card_of);
  add_rest(sql, cards);
  if (cards.empty()) return std::nullopt;
  return std::move(cards.front());
}

std::optional<UserCard> user_card(const Sql& sql, Ref wanted) {
  auto card = sql.one(std::string{kUser} + "WHERE u.id = ?1 LIMIT 1", {wanted}, user_of);
  if (!card) return std::nullopt;
  sql.exec("SELECT group_id FROM {p}user_group_members WHERE user_id = ?1 ORDER BY group_id", {wanted},
           [&](const Row& row) { card->groups.push_back(ref(row, 0)); });
  return card;
}

std::optional<BookCard> book_card(const Sql& sql, Ref wanted) {
  auto card =
      sql.one("SELECT owner_id FROM {p}books WHERE id = ?1 AND grants_access = 1 AND personal = 0 AND deleted = 0",
              {wanted}, [](const Row& row) {
                return BookCard{ref(row, 0), {}, {}};
              });
  if (!card) return std::nullopt;
  sql.exec("SELECT target, target_id, level FROM {p}book_rules WHERE book_id = ?1 ORDER BY id", {wanted},
           [&](const Row& row) { card->rules.push_back(rule_of(row, 0)); });
  sql.exec("SELECT peer_id FROM {p}entries WHERE book_id = ?1 AND deleted = 0 ORDER BY id", {wanted},
           [&](const Row& row) { card->ids.push_back(row.text(0)); });
  return card;
}

SessionRows read_sessions(const Sql& sql, int64_t now, int64_t idle) {
  SessionRows out;
  sql.exec(std::string{kSession} + "WHERE kind <> 2 AND last_used > ?1 AND (expires = 0 OR expires > ?2) ORDER BY id",
           {now - idle, now}, [&](const Row& row) {
             TokenHash hash{};
             if (row.view(0).size() != hash.size()) return;
             std::memcpy(hash.data(), row.view(0).data(), hash.size());
             out.emplace_back(hash, session_of(row, idle));
           });
  return out;
}

std::optional<SessionCard> session_card(const Sql& sql, const std::string& hash, int64_t idle) {
  return sql.one(std::string{kSession} + "WHERE hash = ?1 AND kind <> 2 LIMIT 1", {Blob{hash}},
                 [&](const Row& row) { return session_of(row, idle); });
}

}  // namespace junctor::accounts
