// SPDX-License-Identifier: Apache-2.0
// Clients that receive what is sent to their address. Any thread.
#include "registration/proven_clients.hpp"

#include <sodium.h>

#include <algorithm>
#include <tuple>

namespace junctor::rendezvous {

ProvenClients::ProvenClients(const wire::KeyedRate::Secret& secret)
    : secret_{secret}, sets_{std::make_unique<std::array<Set, kSets>>()} {}

uint64_t ProvenClients::hash(const std::array<char, 9>& key) const {
  uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out), reinterpret_cast<const unsigned char*>(key.data()),
                   key.size(), secret_.data());
  return out;
}

void ProvenClients::note(const wire::Address& client, Duration now) {
  const uint64_t wanted = hash(wire::client_key(client)), site = hash(wire::site_key(client));
  Set& set = (*sets_)[wanted % kSets];
  const auto rank = [&](const Entry& entry) {  // the least gives way
    return std::tuple{entry.key_hash != wanted, entry.site_hash != site, entry.until};
  };
  std::lock_guard lock{set.mutex};
  Entry& place = *std::min_element(set.entries.begin(), set.entries.end(),
                                   [&](const Entry& one, const Entry& other) { return rank(one) < rank(other); });
  place = {wanted, site, now + kLife};
}

bool ProvenClients::has(const wire::Address& client, Duration now) const {
  const uint64_t wanted = hash(wire::client_key(client));
  Set& set = (*sets_)[wanted % kSets];
  std::lock_guard lock{set.mutex};
  for (const Entry& entry : set.entries) {
    if (entry.key_hash == wanted) return entry.until > now;
  }
  return false;
}

}  // namespace junctor::rendezvous
