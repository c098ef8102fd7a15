// SPDX-License-Identifier: Apache-2.0
// What a listener and a datagram group have in common: the sockets of one owner, dealt out to its members, one a loop,
// which are started and stopped there. [control] unless it says [any].
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loop/event_loop.hpp"
#include "net/address.hpp"
#include "net/net_loop.hpp"
#include "net/socket_store.hpp"

namespace junctor::net {

/// Sets of a store, given back when this goes.
class HeldSockets {
 public:
  /// `store` outlives it.
  explicit HeldSockets(SocketStore& store) : store_{store} {}
  ~HeldSockets() { release(); }
  HeldSockets(const HeldSockets&) = delete;
  HeldSockets& operator=(const HeldSockets&) = delete;

  /// Opens or adopts. Throws NetError.
  void open(const SocketRequest& request);
  void release();

  /// Gives each member its share: each family is dealt out by itself.
  template <class Member>
  void deal(const std::vector<std::shared_ptr<Member>>& members) const {
    for (const auto& set : sets_) {
      for (const Address& address : set->addresses()) {
        size_t turn = 0;
        for (const auto& socket : set->sockets) {
          if (socket->address == address) members[turn++ % members.size()]->add(socket);
        }
      }
    }
  }

  /// Of all sets, also after release().
  const std::vector<Address>& addresses() const { return addresses_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  SocketStore& store_;
  std::vector<std::shared_ptr<SocketSet>> sets_;
  std::vector<Address> addresses_;
  std::vector<std::string> notes_;
};

/// [any] Each as its loop's turn comes.
template <class Member>
void start_members(const std::vector<std::shared_ptr<Member>>& members) {
  for (const auto& member : members) {
    member->home().loop().post([member] { member->start(); });
  }
}

/// [any] At once on the calling loop, on the others as their turn comes.
template <class Member>
void stop_members(const std::vector<std::shared_ptr<Member>>& members) {
  for (const auto& member : members) {
    loop::EventLoop& loop = member->home().loop();
    if (loop.here()) {
      member->stop();
    } else {
      loop.post([member] { member->stop(); });
    }
  }
}

}  // namespace junctor::net
