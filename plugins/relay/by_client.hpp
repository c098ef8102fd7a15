// SPDX-License-Identifier: Apache-2.0
// Whose the sides are that wait on one loop: where there is no room, the oldest of who has most gives way to somebody
// who has less. Lives on that loop.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "junctor/result.hpp"
#include "waiting.hpp"

namespace junctor::relay {

class ByClient {
 public:
  using Client = std::array<char, 9>;  // wire::client_key

  void add(const Client& client, Duration since, SideKey side) {
    Sides& sides = clients_[client];
    if (!sides.empty()) sizes_.erase({sides.size(), client});
    sides.emplace(since, side);
    sizes_.emplace(sides.size(), client);
  }
  void remove(const Client& client, Duration since, SideKey side) {
    const auto found = clients_.find(client);
    if (found == clients_.end() || found->second.count({since, side}) == 0) return;
    sizes_.erase({found->second.size(), client});
    found->second.erase({since, side});
    if (found->second.empty()) {
      clients_.erase(found);
    } else {
      sizes_.emplace(found->second.size(), client);
    }
  }
  /// None where nobody has two more than the newcomer has.
  std::optional<SideKey> gives_way_to(const Client& newcomer) const {
    if (sizes_.empty()) return std::nullopt;
    const auto& [most, client] = *sizes_.rbegin();
    const auto own = clients_.find(newcomer);
    if (most < (own == clients_.end() ? 0 : own->second.size()) + 2) return std::nullopt;
    return clients_.find(client)->second.begin()->second;
  }

 private:
  using Sides = std::set<std::pair<Duration, SideKey>>;
  std::map<Client, Sides> clients_;
  std::set<std::pair<size_t, Client>> sizes_;
};

}  // namespace junctor::relay
