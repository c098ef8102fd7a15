// SPDX-License-Identifier: Apache-2.0
// Clients that receive what is sent to their address. Any thread.
#include "registration/proven_clients.hpp"

#include <sodium.h>

namespace junctor::rendezvous {

ProvenClients::ProvenClients(const wire::KeyedRate::Secret& secret)
    : secret_{secret}, sets_{std::make_unique<std::array<Set, kSets>>()} {}

uint64_t ProvenClients::hash(const wire::Address& client) const {
  const auto key = wire::client_key(client);
  uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out), reinterpret_cast<const unsigned char*>(key.data()),
                   key.size(), secret_.data());
  return out;
}

void ProvenClients::note(const wire::Address& client, Duration now) {
  const uint64_t wanted = hash(client);
  Set& set = (*sets_)[wanted % kSets];
  std::lock_guard lock{set.mutex};
  Entry* place = &set.entries.front();
  for (Entry& entry : set.entries) {
    if (entry.key_hash == wanted) {
      place = &entry;
      break;
    }
    if (entry.until < place->until) place = &entry;
  }
  *place = {wanted, now + kLife};
}

bool ProvenClients::has(const wire::Address& client, Duration now) const {
  const uint64_t wanted = hash(client);
  Set& set = (*sets_)[wanted % kSets];
  std::lock_guard lock{set.mutex};
  for (const Entry& entry : set.entries) {
    if (entry.key_hash == wanted) return entry.until > now;
  }
  return false;
}

}  // namespace junctor::rendezvous
