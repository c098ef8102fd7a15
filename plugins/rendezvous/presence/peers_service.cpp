// SPDX-License-Identifier: Apache-2.0
// peers/1: who is registered, who is online, and how to reach them.
#include "presence/peers_service.hpp"

#include <string>

#include "registration/id_rules.hpp"

namespace junctor::rendezvous {

jct_peer PeersService::describe(std::string_view id, const std::optional<Sighting>& seen) const {
  jct_peer peer{};
  peer.size = sizeof peer;
  peer.id = str(id);
  peer.state = JCT_PEER_UNKNOWN;
  peer.age_ns = UINT64_MAX;
  if (!seen) return peer;
  const Duration now = host_.now();
  peer.state = JCT_PEER_OFFLINE;
  peer.age_ns = static_cast<uint64_t>((now - seen->seen).count());
  if (seen->online(now, settings_.online_timeout())) {
    peer.state = JCT_PEER_ONLINE;
    peer.channel = seen->channel;
    if (seen->is_also(now, settings_.online_timeout())) peer.also = seen->also;
  }
  return peer;
}

void PeersService::lookup(std::string_view id, const jct_lookup_done& done) {
  const auto seen = presence_.find(id);
  jct_peer peer = describe(id, seen);
  const bool want_key = (done.want & JCT_PEER_WANT_KEY) != 0;
  const auto key = want_key && seen ? presence_.key_of(id) : std::nullopt;
  if (key) peer.pk = {key->data(), key->size()};
  const bool enough = seen && (key || !want_key);
  if (enough || !is_valid_id(id)) return done.done(done.self, JCT_OK, &peer);
  if (in_flight_.load(std::memory_order_relaxed) >= settings_.max_lookups.load(std::memory_order_relaxed)) {
    return done.done(done.self, JCT_E_LIMIT, &peer);
  }
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  storage_.get(id, [this, key = std::string{id}, done](jct_status status, const jct_peer_record* record) {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    looked_up(key, done, status, record);
  });
}

void PeersService::looked_up(std::string_view id, const jct_lookup_done& done, jct_status status,
                             const jct_peer_record* record) {
  jct_peer peer = describe(id, presence_.find(id));
  if (status == JCT_E_NOT_FOUND)
    status = JCT_OK;
  else if (status != JCT_OK && status != JCT_E_LIMIT)
    status = JCT_E_IO;
  if (record != nullptr) {
    peer.pk = record->pk;
    if (peer.state == JCT_PEER_UNKNOWN) peer.state = JCT_PEER_OFFLINE;
  }
  done.done(done.self, status, &peer);
}

bool PeersService::is_online(std::string_view id) const {
  const auto seen = presence_.find(id);
  return seen && seen->online(host_.now(), settings_.online_timeout());
}

uint64_t PeersService::at_address(const jct_addr& address, uint64_t limit, void* row_self,
                                  void (*row)(void*, const jct_peer*)) const {
  const auto rows = presence_.at_address(address, static_cast<size_t>(limit));
  for (const Presence::Row& one : rows) {
    const jct_peer peer = describe(one.id, one.sighting);
    row(row_self, &peer);
  }
  return rows.size();
}

const jct_peers_service& PeersService::table() {
  static constexpr auto of = [](void* self) -> PeersService& { return *static_cast<PeersService*>(self); };
  static constexpr jct_peers_service kTable{
      sizeof(jct_peers_service),
      0,
      [](void* self, jct_str id, const jct_lookup_done* done) {
        detail::guard(nullptr, [&] { of(self).lookup(view(id), *done); });
      },
      [](void* self, jct_str id) -> uint32_t { return of(self).is_online(view(id)) ? 1 : 0; },
      [](void* self, const jct_addr* address, uint64_t limit, void* row_self,
         void (*row)(void*, const jct_peer*)) -> uint64_t {
        uint64_t count = 0;
        detail::guard(nullptr, [&] { count = of(self).at_address(*address, limit, row_self, row); });
        return count;
      },
      [](void* self, jct_str id) {
        detail::guard(nullptr, [&] { of(self).admin_.remove_later(std::string{view(id)}); });
      },
      [](void* self, uint64_t* number, void* row_self, void (*row)(void*, jct_str)) {
        detail::guard(nullptr, [&] {
          of(self).admin_.removed().since(number, [&](const std::string& id) { row(row_self, str(id)); });
        });
      }};
  return kTable;
}

}  // namespace junctor::rendezvous
