// SPDX-License-Identifier: Apache-2.0
// Pages at the start; afterwards rows as they are touched. Home loop and database threads.
#include "accounts/live/roster_feed.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace junctor::accounts {
namespace {

/// What a transaction touched, as it was at its end.
struct Read {
  std::optional<RosterModel> model;  ///< where the small tables were touched
  std::vector<std::pair<Ref, std::optional<UserCard>>> users;
  std::vector<std::pair<Ref, std::optional<BookCard>>> books;
  std::vector<DeviceCard> devices;
  std::vector<std::pair<TokenHash, std::optional<SessionCard>>> sessions;
  std::set<std::string> removed;
  std::set<std::pair<std::string, std::string>> renamed;
};

bool touches_rules(const Touched& touched) {
  return touched.edges || !touched.user_groups.empty() || !touched.device_groups.empty() ||
         !touched.control_roles.empty() || !touched.strategies.empty();
}

/// May something that was allowed be denied by this? Not by what merely comes in: a flood of new devices takes nothing.
bool takes_back(const Read& read) {
  const auto gone = [](const auto& pair) { return !pair.second; };
  const auto out = [](const auto& user) { return !user.second || !user.second->enabled; };
  const auto put_away = [](const DeviceCard& card) {
    return card.state == DeviceState::kDisabled || card.state == DeviceState::kBanned;
  };
  return read.model || !read.books.empty() || std::any_of(read.users.begin(), read.users.end(), out) ||
         std::any_of(read.sessions.begin(), read.sessions.end(), gone) ||
         std::any_of(read.devices.begin(), read.devices.end(), put_away);
}

void apply(Roster& roster, Read& read) {
  if (read.model) roster.replace(std::move(*read.model));
  for (auto& [ref, card] : read.users) card ? roster.put_user(ref, std::move(*card)) : roster.remove_user(ref);
  for (auto& [ref, card] : read.books) card ? roster.put_book(ref, std::move(*card)) : roster.remove_book(ref);
  for (const std::string& id : read.removed) roster.remove_device(id);
  for (const auto& [from, to] : read.renamed) roster.rename_device(from, to);
  for (DeviceCard& card : read.devices) roster.put_device(std::move(card));
  for (auto& [hash, card] : read.sessions)
    card ? roster.put_session(hash, std::move(*card)) : roster.remove_session(hash);
}

}  // namespace

std::function<void()> RosterFeed::collect(const Sql& sql, const Touched& touched) const {
  auto read = std::make_shared<Read>();
  if (touches_rules(touched)) read->model = read_model(sql);
  for (const Ref ref : touched.users) read->users.emplace_back(ref, user_card(sql, ref));
  for (const Ref ref : touched.books) read->books.emplace_back(ref, book_card(sql, ref));
  for (const Ref ref : touched.devices) {
    if (auto card = device_card(sql, ref)) read->devices.push_back(std::move(*card));
  }
  for (const std::string& hash : touched.sessions) {
    TokenHash key{};
    if (hash.size() != key.size()) continue;
    std::memcpy(key.data(), hash.data(), key.size());
    read->sessions.emplace_back(key, session_card(sql, hash, limits_.session_idle));
  }
  read->removed = touched.removed_devices;
  read->renamed = touched.renamed_devices;
  return [this, read] {
    const bool taken = takes_back(*read);
    apply(roster_, *read);
    if (taken && changed_.taken_back) changed_.taken_back();
    if (!changed_.removed) return;
    for (const std::string& id : read->removed) changed_.removed(id);
  };
}

void RosterFeed::load(const Store& store, std::function<void(const std::string&)> loaded) {
  roster_.clear();
  struct Small {
    RosterModel model;
    SessionRows sessions;
  };
  store.read(
      [now = store.now(), idle = limits_.session_idle](const Sql& sql) {
        return Small{read_model(sql), read_sessions(sql, now, idle)};
      },
      [this, &store, loaded = std::move(loaded)](Outcome<Small>& outcome) {
        if (!outcome) return loaded(outcome.refused);
        roster_.replace(std::move(outcome->model));
        for (auto& [hash, card] : outcome->sessions) roster_.put_session(hash, std::move(card));
        load_devices(store, kNoRef, loaded);
      });
}

void RosterFeed::load_devices(const Store& store, Ref after, std::function<void(const std::string&)> loaded) {
  // Held by a pointer: cards cannot be copied, and a callback is.
  using Page = std::shared_ptr<DevicePage>;
  store.read([after, limit = limits_.page](
                 const Sql& sql) -> Page { return std::make_shared<DevicePage>(read_devices(sql, after, limit)); },
             [this, &store, loaded = std::move(loaded)](Outcome<Page>& outcome) {
               if (!outcome) return loaded(outcome.refused);
               DevicePage& page = **outcome;
               for (DeviceCard& card : page.cards) roster_.put_new_device(std::move(card));
               if (page.last == kNoRef) return loaded("");
               load_devices(store, page.last, loaded);
             });
}

}  // namespace junctor::accounts
