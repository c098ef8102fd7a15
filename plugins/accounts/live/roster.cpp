// SPDX-License-Identifier: Apache-2.0
// Writing the model in memory. Any thread.
#include "accounts/live/roster.hpp"

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace junctor::accounts {

UuidMark uuid_mark(std::string_view uuid) {
  UuidMark mark{};
  if (uuid.empty()) return mark;
  crypto_generichash(mark.data(), mark.size(), reinterpret_cast<const unsigned char*>(uuid.data()), uuid.size(),
                     nullptr, 0);
  return mark;
}

uint32_t pk_mark(std::string_view pk) {
  uint32_t mark = 0;
  for (size_t i = 0; i < pk.size() && i < 4; ++i) mark |= static_cast<uint32_t>(static_cast<uint8_t>(pk[i])) << (8 * i);
  return mark;
}

bool same_mark(const UuidMark& a, const UuidMark& b) { return sodium_memcmp(a.data(), b.data(), a.size()) == 0; }

TokenHash token_hash(std::string_view token) {
  TokenHash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(token.data()), token.size());
  return hash;
}

void Roster::configure(RosterSettings settings) {
  const Lock lock{mutex_};
  settings_ = std::make_shared<const RosterSettings>(std::move(settings));
}

void Roster::replace(RosterModel model) {
  const Lock lock{mutex_};
  std::swap(model_, model);  // what was there is freed without the lock
  index_books();
}

void Roster::index_books() {
  books_by_id_.clear();
  for (const auto& [ref, book] : model_.books) {
    for (const std::string& id : book.ids) books_by_id_[id].push_back(ref);
  }
}

void Roster::count_ban(const DeviceCard& card, int by) {
  if (card.state != DeviceState::kBanned || card.uuid == UuidMark{}) return;
  const auto found = banned_.try_emplace(card.uuid, 0).first;
  if ((found->second += by) <= 0) banned_.erase(found);
}

void Roster::put_user(Ref ref, UserCard card) {
  const Lock lock{mutex_};
  model_.users.insert_or_assign(ref, std::move(card));
}

void Roster::remove_user(Ref ref) {
  const Lock lock{mutex_};
  model_.users.erase(ref);
  model_.edges.remove_all(Subject{SubjectKind::kUser, ref});
  std::erase_if(sessions_, [ref](const auto& entry) { return entry.second.user == ref; });
}

void Roster::put_user_group(Ref ref, UserGroupCard card) {
  const Lock lock{mutex_};
  model_.user_groups.insert_or_assign(ref, std::move(card));
}

void Roster::remove_user_group(Ref ref) {
  const Lock lock{mutex_};
  model_.user_groups.erase(ref);
  model_.edges.remove_all(Subject{SubjectKind::kUserGroup, ref});
  model_.edges.remove_all(Object{ObjectKind::kUserGroup, ref});
}

void Roster::put_device_group(Ref ref, DeviceGroupCard card) {
  const Lock lock{mutex_};
  model_.device_groups.insert_or_assign(ref, std::move(card));
}

void Roster::remove_device_group(Ref ref) {
  const Lock lock{mutex_};
  model_.device_groups.erase(ref);
  model_.edges.remove_all(Object{ObjectKind::kDeviceGroup, ref});
}

const DeviceCard* Roster::find(std::string_view id) const {
  const uint32_t place = index_.find(id, id_at());
  return place == IdIndex::kNone ? nullptr : &cards_[place];
}

void Roster::put_device(DeviceCard card) {
  const Lock lock{mutex_};
  DeviceCard* found = find(card.id);
  if (!found) return add_device(std::move(card));
  if (found->sent && (!card.sent || found->sent->stamp >= card.sent->stamp)) card.sent = std::move(found->sent);
  card.last_heartbeat = found->last_heartbeat;
  card.beat_noted = found->beat_noted;
  card.sent_noted = found->sent_noted;
  count_ban(*found, -1);
  count_ban(card, 1);
  *found = std::move(card);
}

void Roster::put_new_device(DeviceCard card) {
  const Lock lock{mutex_};
  if (!find(card.id)) add_device(std::move(card));
}

void Roster::add_device(DeviceCard card) {
  card.extra_groups.shrink_to_fit();
  count_ban(card, 1);
  uint32_t place = static_cast<uint32_t>(cards_.size());
  if (free_.empty()) {
    cards_.push_back(std::move(card));
  } else {
    place = free_.back();
    free_.pop_back();
    cards_[place] = std::move(card);
  }
  index_.insert(cards_[place].id, place, id_at());
}

void Roster::remove_device(std::string_view id) {
  const Lock lock{mutex_};
  const uint32_t place = index_.find(id, id_at());
  if (place == IdIndex::kNone) return;
  model_.edges.remove_all(Object{ObjectKind::kDevice, cards_[place].ref});
  count_ban(cards_[place], -1);
  index_.erase(cards_[place].id, id_at());
  cards_[place] = DeviceCard{};
  free_.push_back(place);
}

bool Roster::rename_device(std::string_view old_id, std::string_view new_id) {
  const Lock lock{mutex_};
  const uint32_t place = index_.find(old_id, id_at());
  if (place == IdIndex::kNone || find(new_id)) return false;
  index_.erase(old_id, id_at());
  cards_[place].id = new_id;
  index_.insert(new_id, place, id_at());
  if (auto node = books_by_id_.extract(std::string{old_id}); !node.empty()) {
    for (const Ref book : node.mapped()) {
      auto& ids = model_.books[book].ids;
      std::replace(ids.begin(), ids.end(), std::string{old_id}, std::string{new_id});
    }
    node.key() = new_id;
    books_by_id_.insert(std::move(node));
  }
  for (auto& [hash, session] : sessions_) {
    if (session.device == old_id) session.device = new_id;
  }
  return true;
}

bool Roster::change_device(std::string_view id, const std::function<void(DeviceCard&)>& change) {
  const Lock lock{mutex_};
  DeviceCard* card = find(id);
  if (!card) return false;
  count_ban(*card, -1);
  change(*card);
  count_ban(*card, 1);
  return true;
}

void Roster::put_edge(const Edge& edge, Validity validity) {
  const Lock lock{mutex_};
  model_.edges.put(edge, std::move(validity));
}

void Roster::remove_edge(const Edge& edge) {
  const Lock lock{mutex_};
  model_.edges.remove(edge);
}

void Roster::put_control_role(Ref ref, ControlRole role) {
  const Lock lock{mutex_};
  model_.roles.insert_or_assign(ref, role);
}

void Roster::remove_control_role(Ref ref) {
  const Lock lock{mutex_};
  model_.roles.erase(ref);
}

void Roster::set_default_roles(Ref fallback, Ref not_logged) {
  const Lock lock{mutex_};
  model_.default_role = fallback;
  model_.not_logged_role = not_logged;
}

void Roster::put_strategy(Strategy strategy) {
  const Lock lock{mutex_};
  model_.strategies.insert_or_assign(strategy.ref, std::move(strategy));
}

void Roster::remove_strategy(Ref ref) {
  const Lock lock{mutex_};
  model_.strategies.erase(ref);
}

void Roster::set_default_strategy(Ref ref) {
  const Lock lock{mutex_};
  model_.default_strategy = ref;
}

void Roster::put_session(const TokenHash& token, SessionCard card) {
  const Lock lock{mutex_};
  sessions_.insert_or_assign(token, std::move(card));
}

void Roster::remove_session(const TokenHash& token) {
  const Lock lock{mutex_};
  sessions_.erase(token);
}

void Roster::remove_sessions_of(Ref user) {
  const Lock lock{mutex_};
  std::erase_if(sessions_, [user](const auto& entry) { return entry.second.user == user; });
}

void Roster::drop_book(Ref ref) {
  const auto found = model_.books.find(ref);
  if (found == model_.books.end()) return;
  for (const std::string& id : found->second.ids) {
    const auto at = books_by_id_.find(id);
    if (at == books_by_id_.end()) continue;
    std::erase(at->second, ref);
    if (at->second.empty()) books_by_id_.erase(at);
  }
  model_.books.erase(found);
}

void Roster::put_book(Ref ref, BookCard card) {
  const Lock lock{mutex_};
  drop_book(ref);
  for (const std::string& id : card.ids) books_by_id_[id].push_back(ref);
  model_.books.insert_or_assign(ref, std::move(card));
}

void Roster::remove_book(Ref ref) {
  const Lock lock{mutex_};
  drop_book(ref);
}

void Roster::clear() {
  const Lock lock{mutex_};
  model_ = {};
  cards_.clear();
  free_.clear();
  index_.clear();
  banned_.clear();
  sessions_.clear();
  books_by_id_.clear();
}

}  // namespace junctor::accounts
