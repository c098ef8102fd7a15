// SPDX-License-Identifier: Apache-2.0
#include "net/held_sockets.hpp"

namespace junctor::net {

void HeldSockets::open(const SocketRequest& request) {
  const auto& set = sets_.emplace_back(store_.open(request));
  const std::vector<Address> bound = set->addresses();
  addresses_.insert(addresses_.end(), bound.begin(), bound.end());
  notes_.insert(notes_.end(), set->notes.begin(), set->notes.end());
}

void HeldSockets::release() {
  for (const auto& set : sets_) store_.release(set);
  sets_.clear();
}

}  // namespace junctor::net
