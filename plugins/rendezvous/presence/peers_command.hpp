// SPDX-License-Identifier: Apache-2.0
// junctorctl peers: all that memory knows, a page at a time, or one peer with what storage knows of it. [home]
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "presence/presence.hpp"

namespace junctor::rendezvous {

/// What was asked: `peers`, `peers page N`, `peers ID`.
struct PeersQuestion {
  std::string id;   // empty: a page
  size_t page = 1;  // from 1
};

inline constexpr size_t kPeersPerPage = 500;

/// args: {"args": ["..."]}. nullopt where it is none of the three.
std::optional<PeersQuestion> parse_peers_args(std::string_view json);

/// {"rows": [...], "total": n, "page": n, "pages": n}
std::string peers_page(const Presence& presence, size_t page, Duration now, Duration online_timeout);

/// {"rows": [one]}. seen: not in memory when empty. key_known: storage holds its key.
std::string one_peer(std::string_view id, const std::optional<Sighting>& seen, bool key_known,
                     std::string_view stored_ip, Duration now, Duration online_timeout);

}  // namespace junctor::rendezvous
