// SPDX-License-Identifier: Apache-2.0
#include "site/one_gateway.hpp"

#include <algorithm>
#include <utility>

#include "wire/host_port.hpp"

namespace junctor::rendezvous {

OneGateway::News OneGateway::registered(std::string_view id, const wire::Address& from) {
  const size_t enough = enough_.load(std::memory_order_relaxed);
  if (enough == 0 || settled_.load(std::memory_order_relaxed)) return News::kNone;
  const std::lock_guard lock{mutex_};
  if (address_.is_none()) address_ = from;
  if (!from.same_ip(address_) || !wire::is_private(from)) {
    settled_ = true;
    ids_ = {};
    return std::exchange(told_, false) ? News::kOver : News::kNone;
  }
  if (told_ || std::find(ids_.begin(), ids_.end(), id) != ids_.end()) return News::kNone;
  ids_.emplace_back(id);
  told_ = ids_.size() >= enough;
  return told_ ? News::kBegins : News::kNone;
}

size_t OneGateway::devices() const {
  const std::lock_guard lock{mutex_};
  return ids_.size();
}

}  // namespace junctor::rendezvous
