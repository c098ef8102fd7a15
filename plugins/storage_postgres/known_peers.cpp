// SPDX-License-Identifier: Apache-2.0
#include "storage_postgres/known_peers.hpp"

#include <ctime>
#include <utility>

namespace junctor::storage::postgres {

std::optional<Peer> KnownPeers::find(const std::string& id) {
  const std::lock_guard lock{mutex_};
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  order_.splice(order_.begin(), order_, found->second);
  return *found->second;
}

void KnownPeers::stored(const Change& change) {
  const std::lock_guard lock{mutex_};
  ++age_;
  if (const auto* change_put = std::get_if<PutPeer>(&change)) {
    Peer peer = change_put->peer;
    const auto found = by_id_.find(peer.id);
    if (peer.created_at == 0) {
      peer.created_at = found == by_id_.end() ? static_cast<int64_t>(std::time(nullptr)) : found->second->created_at;
    }
    put(std::move(peer));
  } else if (const auto* rename = std::get_if<RenamePeer>(&change)) {
    const auto found = by_id_.find(rename->old_id);
    if (found == by_id_.end()) return erase(rename->new_id);
    Peer peer = *found->second;
    peer.id = rename->new_id;
    erase(rename->old_id);
    put(std::move(peer));
  } else if (const auto* remove = std::get_if<RemovePeer>(&change)) {
    erase(remove->id);
  }
}

uint64_t KnownPeers::age() const {
  const std::lock_guard lock{mutex_};
  return age_;
}

void KnownPeers::read(const Peer& peer, uint64_t age) {
  const std::lock_guard lock{mutex_};
  if (age == age_) put(peer);
}

void KnownPeers::read_nothing(const std::string& id, uint64_t age) {
  const std::lock_guard lock{mutex_};
  if (age == age_) erase(id);
}

void KnownPeers::put(Peer peer) {
  erase(peer.id);
  bytes_ += cost_of(peer);
  order_.push_front(std::move(peer));
  by_id_[order_.front().id] = order_.begin();
  while (bytes_ > limit_) erase(std::string{order_.back().id});
}

void KnownPeers::erase(const std::string& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  bytes_ -= cost_of(*found->second);
  order_.erase(found->second);
  by_id_.erase(found);
}

}  // namespace junctor::storage::postgres
