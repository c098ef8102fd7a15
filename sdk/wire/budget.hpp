// SPDX-License-Identifier: Apache-2.0
// Memory that the network fills: what all may hold together, and what one client may, so that none takes it all. Any
// thread; the mutex is held for one look-up.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <mutex>

#include "wire/rate_limit.hpp"

namespace junctor::wire {

class Budget {
 public:
  using Client = std::array<char, 9>;  // client_key

  /// A client holds `now` in place of `before`, beside what it holds elsewhere. False: that is more than there is for
  /// it, and it counts all the same until it is given back.
  bool change(const Client& client, size_t before, size_t now, size_t most, size_t most_per_client) {
    if (before == now) return true;
    const std::lock_guard lock{mutex_};
    total_ = total_ - before + now;
    size_t& held = clients_[client];
    held = held - before + now;
    const bool fits = now <= before || (total_ <= most && held <= most_per_client);
    if (held == 0) clients_.erase(client);
    return fits;
  }
  void give_back(const Client& client, size_t held) { change(client, held, 0, 0, 0); }
  size_t total() const {
    const std::lock_guard lock{mutex_};
    return total_;
  }

 private:
  mutable std::mutex mutex_;
  size_t total_ = 0;
  std::map<Client, size_t> clients_;  // of those that hold some
};

}  // namespace junctor::wire
