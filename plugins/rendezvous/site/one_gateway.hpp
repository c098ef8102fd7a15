// SPDX-License-Identifier: Apache-2.0
// Do all devices seem to sit at one private address? Then something in front of the server hides where they are (a
// container's bridge, a proxy), and addresses, limits and punching are wrong for all of them. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "wire/address.hpp"

namespace junctor::rendezvous {

class OneGateway {
 public:
  /// So many devices, of different ids, are enough to say so; 0: never.
  void set_enough(size_t devices) { enough_.store(devices, std::memory_order_relaxed); }

  enum class News { kNone, kBegins, kOver };
  /// A registration that was taken. Another address, once seen, settles it for as long as this lives.
  News registered(std::string_view id, const wire::Address& from);

  size_t devices() const;

 private:
  std::atomic<size_t> enough_{0};
  std::atomic<bool> settled_{false};  // a large site takes no lock
  mutable std::mutex mutex_;
  wire::Address address_;
  std::vector<std::string> ids_;  // at most `enough`
  bool told_ = false;
};

}  // namespace junctor::rendezvous
