// SPDX-License-Identifier: Apache-2.0
// Asking the model in memory: cards become the values that the rules take. Any thread.
#include <algorithm>

#include "accounts/live/roster.hpp"

namespace junctor::accounts {
namespace {

template <class Map>
auto* look_up(Map& map, Ref ref) {
  const auto found = map.find(ref);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

/// `groups` holds what the target's span points to where the device has extra ones.
Target Roster::target_of(const DeviceCard& card, std::vector<Ref>& groups) const {
  Target out;
  out.known = true;
  out.device = card.ref;
  out.state = card.state;
  out.orphan = card.orphan;
  if (const UserCard* owner = look_up(model_.users, card.owner)) {
    out.owner = card.owner;
    out.owner_enabled = owner->enabled;
    out.owner_group = owner->groups.empty() ? kNoRef : owner->groups.front();
    const UserGroupCard* group = look_up(model_.user_groups, out.owner_group);
    out.owner_group_open = group && group->open;
  }
  if (card.extra_groups.empty()) {
    if (card.group != kNoRef) out.groups = {&card.group, 1};
    return out;
  }
  groups = card.extra_groups;
  if (card.group != kNoRef) groups.push_back(card.group);
  out.groups = groups;
  return out;
}

/// A device that signalling knows and we do not came before accounts was there: as if it registered now.
Target Roster::target_of(std::string_view id, bool known, std::vector<Ref>& groups) const {
  const DeviceCard* card = find(id);
  if (card) {
    Target out = target_of(*card, groups);
    out.known = known;
    return out;
  }
  Target out;
  out.known = known;
  out.state = settings_->access.admission == Admission::kOpen ? DeviceState::kActive : DeviceState::kPending;
  return out;
}

bool Roster::network_allows(const UserCard* user, const wire::Address& from) const {
  const auto holds = [&](const std::vector<wire::Network>& networks) {
    return networks.empty() ||
           std::any_of(networks.begin(), networks.end(), [&](const wire::Network& n) { return n.contains(from); });
  };
  if (!holds(settings_->initiate_networks)) return false;
  const UserGroupCard* group =
      user && !user->groups.empty() ? look_up(model_.user_groups, user->groups.front()) : nullptr;
  return !group || holds(group->networks);
}

bool Roster::is_listed(const UserCard& user) const {
  const auto in_list = [&](const std::string& name) {
    return std::find(settings_->listed.begin(), settings_->listed.end(), name) != settings_->listed.end();
  };
  return in_list(user.name) || std::any_of(user.groups.begin(), user.groups.end(), [&](Ref ref) {
           const UserGroupCard* group = look_up(model_.user_groups, ref);
           return group && in_list(group->name);
         });
}

Controller Roster::controller_for(Ref user) const {
  Controller out;
  const UserCard* card = look_up(model_.users, user);
  out.token = card && card->enabled ? Controller::Token::kValid : Controller::Token::kBad;
  if (!card) return out;
  out.user = user;
  out.administrator = card->administrator;
  out.may_initiate = card->may_initiate;
  out.groups = card->groups;
  out.listed = settings_->access.effective_initiate() == Initiate::kListed && is_listed(*card);
  return out;
}

Controller Roster::controller_of(const Question& question, Ref* user) const {
  if (question.token.empty() && question.session == nullptr) {
    Controller anonymous;
    anonymous.network_allowed = network_allows(nullptr, question.from);
    return anonymous;
  }
  const auto found = sessions_.find(question.session != nullptr ? *question.session : token_hash(question.token));
  if (found == sessions_.end()) return controller_for(kNoRef);
  const SessionCard& session = found->second;
  *user = session.user;  // known to the log even where the session has ended
  Controller out = controller_for(session.user);
  if (!session.alive(question.now)) out.token = Controller::Token::kBad;
  out.network_allowed = network_allows(look_up(model_.users, session.user), question.from);
  const DeviceCard* device = session.device.empty() ? nullptr : find(session.device);
  if (device) {
    out.device_state = device->state;
    out.device_incoming_only = device->incoming_only;
  }
  return out;
}

bool Roster::by_book(Ref user, const UserCard& card, std::string_view id) const {
  if (books_by_id_.empty()) return false;
  const auto found = books_by_id_.find(std::string{id});
  if (found == books_by_id_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](Ref ref) {
    const BookCard* book = look_up(model_.books, ref);
    return book && may_see(book_level(book->owner, book->rules, user, card.groups));
  });
}

std::optional<uint64_t> Roster::permissions_of(const Controller& controller) const {
  static constexpr ControlRole kNoRole{};
  const auto role = [&](Ref ref) { return look_up(model_.roles, ref); };
  const UserCard* user = controller.logged_in() ? look_up(model_.users, controller.user) : nullptr;
  const ControlRole* own = user && user->control_role != kNoRef ? role(user->control_role) : nullptr;
  const ControlRole *fallback = role(model_.default_role), *not_logged = role(model_.not_logged_role);
  return applied_permissions(controller.logged_in(), own, fallback ? *fallback : kNoRole,
                             not_logged ? *not_logged : kNoRole);
}

Roster::Answer Roster::answer_of(const Controller& controller, const Question& question) const {
  std::vector<Ref> groups;
  const Target target = target_of(question.id, question.id_known, groups);
  const UserCard* user = look_up(model_.users, controller.user);
  const Grants grants{&model_.edges, user && by_book(controller.user, *user, question.id)};
  Answer out;
  out.access = accounts::decide(settings_->access, controller, target, grants, question.switch_granted, question.now);
  if (out.access.allowed()) out.control_permissions = permissions_of(controller);
  return out;
}

Roster::Answer Roster::decide(const Question& question) const {
  const Look lock{mutex_};
  Ref user = kNoRef;
  const Controller controller = controller_of(question, &user);
  Answer out = answer_of(controller, question);
  out.user = user;
  if (const UserCard* card = look_up(model_.users, user)) out.user_name = card->name;
  return out;
}

Roster::Answer Roster::decide_for(Ref user, std::string_view id, int64_t now) const {
  const Look lock{mutex_};
  const Controller controller = user == kNoRef ? Controller{} : controller_for(user);
  Question question;
  question.id = id;
  question.id_known = find(id) != nullptr;
  question.now = now;
  Answer out = answer_of(controller, question);
  out.user = user;
  if (const UserCard* card = look_up(model_.users, user)) out.user_name = card->name;
  return out;
}

bool Roster::is_visible(Ref user, std::string_view id, int64_t now) const {
  const Look lock{mutex_};
  const UserCard* card = look_up(model_.users, user);
  const DeviceCard* device = find(id);
  if (!card || !device) return false;
  std::vector<Ref> groups;
  const Grants grants{&model_.edges, by_book(user, *card, id)};
  return visible(settings_->access, controller_for(user), target_of(*device, groups), grants, now).allowed();
}

std::vector<std::string> Roster::visible_devices(Ref user, int64_t now) const {
  constexpr size_t kAtOnce = 4096;  // writers wait for no more than this
  std::vector<std::string> out;
  for (size_t begin = 0;; begin += kAtOnce) {
    const Look lock{mutex_};
    const UserCard* card = look_up(model_.users, user);
    if (!card || begin >= cards_.size()) break;
    const Controller controller = controller_for(user);
    std::vector<Ref> groups;
    for (size_t i = begin; i < std::min(begin + kAtOnce, cards_.size()); ++i) {
      const DeviceCard& device = cards_[i];
      if (device.id.empty()) continue;
      const Grants grants{&model_.edges, by_book(user, *card, device.id)};
      if (visible(settings_->access, controller, target_of(device, groups), grants, now).allowed())
        out.push_back(device.id);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Roster::device_group_names(const std::vector<std::string>& ids) const {
  const Look lock{mutex_};
  std::set<std::string> names;
  const auto add = [&](Ref ref) {
    if (const DeviceGroupCard* group = look_up(model_.device_groups, ref)) names.insert(group->name);
  };
  for (const std::string& id : ids) {
    const DeviceCard* card = find(id);
    if (!card) continue;
    add(card->group);
    for (const Ref extra : card->extra_groups) add(extra);
  }
  return {names.begin(), names.end()};
}

std::set<Ref> Roster::owners(const std::vector<std::string>& ids) const {
  const Look lock{mutex_};
  std::set<Ref> refs;
  for (const std::string& id : ids) {
    const DeviceCard* card = find(id);
    const UserCard* owner = card ? look_up(model_.users, card->owner) : nullptr;
    if (owner && owner->enabled) refs.insert(card->owner);
  }
  return refs;
}

std::optional<SessionCard> Roster::session(const TokenHash& token) const {
  const Look lock{mutex_};
  const auto found = sessions_.find(token);
  return found == sessions_.end() ? std::nullopt : std::optional{found->second};
}

void Roster::use_session(const TokenHash& token, int64_t idle_until) {
  const Lock lock{mutex_};
  const auto found = sessions_.find(token);
  if (found != sessions_.end()) found->second.idle_until = std::max(found->second.idle_until, idle_until);
}

std::optional<UserCard> Roster::user(Ref ref) const {
  const Look lock{mutex_};
  const UserCard* card = look_up(model_.users, ref);
  return card ? std::optional{*card} : std::nullopt;
}

std::optional<Roster::DeviceView> Roster::device(std::string_view id) const {
  const Look lock{mutex_};
  const DeviceCard* card = find(id);
  if (!card) return std::nullopt;
  return DeviceView{card->ref,    card->owner,       card->uuid, card->state,         card->owner_by,
                    card->orphan, card->has_sysinfo, card->pk,   card->last_heartbeat};
}

bool Roster::is_banned(const UuidMark& uuid) const {
  const Look lock{mutex_};
  return banned_.count(uuid) != 0;
}

std::shared_ptr<const RosterSettings> Roster::settings() const {
  const Look lock{mutex_};
  return settings_;
}

const Strategy* Roster::strategy_of(Ref ref) const { return ref == kNoRef ? nullptr : look_up(model_.strategies, ref); }

const Strategy* Roster::effective_of(const DeviceCard& card) const {
  const UserCard* owner = look_up(model_.users, card.owner);
  const DeviceGroupCard* group = look_up(model_.device_groups, card.group);
  return effective_strategy(strategy_of(card.strategy), strategy_of(owner ? owner->strategy : kNoRef),
                            strategy_of(group ? group->strategy : kNoRef), strategy_of(model_.default_strategy));
}

Roster::Beat Roster::beat(std::string_view id, const UuidMark& uuid, int64_t stamp, int64_t now_ms) {
  const Lock lock{mutex_};
  const uint32_t place = index_.find(id, id_at());
  if (place == IdIndex::kNone) return {};
  DeviceCard& card = cards_[place];
  if (card.uuid == UuidMark{} || !same_mark(card.uuid, uuid)) return {};
  Beat out{true, !card.has_sysinfo, std::nullopt};
  if (!card.beat_noted && !card.sent_noted) noted_.push_back(place);
  card.beat_noted = true;
  card.last_heartbeat = static_cast<uint32_t>(now_ms / 1000);

  const Strategy* effective = effective_of(card);
  if (!card.sent && !effective) return out;
  if (!card.sent) card.sent = std::make_unique<SentStrategy>();
  const int64_t before = card.sent->stamp;
  const bool received = card.sent->received;
  out.delivery = deliver(*card.sent, effective, stamp, now_ms, settings_->delivery);
  card.sent_noted |= card.sent->stamp != before || card.sent->received != received;
  return out;
}

Roster::Noted Roster::take_noted(size_t most) {
  const Lock lock{mutex_};
  Noted out;
  for (; !noted_.empty() && most > 0; --most, noted_.pop_front()) {
    DeviceCard& card = cards_[noted_.front()];
    if (card.id.empty()) continue;  // it was removed meanwhile
    if (card.beat_noted) out.beats.emplace_back(card.ref, card.last_heartbeat);
    if (card.sent_noted && card.sent) out.sent.emplace_back(card.ref, *card.sent);
    card.beat_noted = card.sent_noted = false;
  }
  return out;
}

std::vector<std::pair<Ref, std::string>> Roster::devices_from(uint32_t* place, size_t most, int64_t since) const {
  const Look lock{mutex_};
  std::vector<std::pair<Ref, std::string>> out;
  const size_t end = std::min(cards_.size(), *place + most);
  for (size_t at = *place; at < end; ++at) {
    const DeviceCard& card = cards_[at];
    if (!card.id.empty() && card.last_heartbeat < since) out.emplace_back(card.ref, card.id);
  }
  *place = end < cards_.size() ? static_cast<uint32_t>(end) : 0;
  return out;
}

std::optional<SentStrategy> Roster::sent_strategy(std::string_view id) const {
  const Look lock{mutex_};
  const DeviceCard* card = find(id);
  return card && card->sent ? std::optional{*card->sent} : std::nullopt;
}

size_t Roster::devices() const {
  const Look lock{mutex_};
  return index_.size();
}

size_t Roster::device_bytes() const {
  const Look lock{mutex_};
  size_t heap = 0;
  for (const DeviceCard& card : cards_) {
    heap += card.id.size() > 15 ? card.id.capacity() + 1 : 0;
    heap += card.extra_groups.capacity() * sizeof(Ref) + (card.sent ? sizeof(SentStrategy) : 0);
  }
  return heap + cards_.size() * sizeof(DeviceCard) + index_.bytes();
}

}  // namespace junctor::accounts
