// SPDX-License-Identifier: Apache-2.0
// peers/1: who is registered, who is online, and how to reach them. The tags are those of service/peers.h.
#pragma once

#include <atomic>
#include <string_view>

#include "junctor/services.hpp"
#include "presence/peers_admin.hpp"
#include "presence/presence.hpp"
#include "settings.hpp"

namespace junctor::rendezvous {

class PeersService {
 public:
  PeersService(const Host& host, const Settings& settings, const Presence& presence, const Storage& storage,
               PeersAdmin& admin)
      : host_{host}, settings_{settings}, presence_{presence}, storage_{storage}, admin_{admin} {}

  static const jct_peers_service& table();

  /// [loop] Inline where memory knows enough, else when storage has answered.
  void lookup(std::string_view id, const jct_lookup_done& done);
  /// [any]
  bool is_online(std::string_view id) const;
  /// [any]
  uint64_t at_address(const jct_addr& address, uint64_t limit, void* row_self,
                      void (*row)(void*, const jct_peer*)) const;

 private:
  jct_peer describe(std::string_view id, const std::optional<Sighting>& seen) const;
  void looked_up(std::string_view id, const jct_lookup_done& done, jct_status status, const jct_peer_record* record);

  const Host& host_;
  const Settings& settings_;
  const Presence& presence_;
  const Storage& storage_;
  PeersAdmin& admin_;
  std::atomic<size_t> in_flight_{0};
};

}  // namespace junctor::rendezvous
