// SPDX-License-Identifier: Apache-2.0
// Addresses and channels in few words. Tests only.
#pragma once

#include <stdexcept>
#include <string_view>

#include "junctor/service/signal.h"
#include "wire/abi.hpp"

namespace junctor::test {

inline constexpr jct_handle kSocket = 9;

inline jct_addr address(std::string_view text) {
  const auto parsed = wire::Address::parse(text);
  if (!parsed) throw std::invalid_argument{"not an address"};
  return wire::to_abi(*parsed);
}

inline jct_channel udp_from(std::string_view peer, std::string_view local = "203.0.113.1:21116") {
  jct_channel channel{};
  channel.transport = JCT_CHANNEL_UDP;
  channel.socket = kSocket;
  channel.peer = address(peer);
  channel.local = address(local);
  return channel;
}

inline jct_channel tcp_from(std::string_view peer, jct_handle handle, std::string_view local = "203.0.113.1:21116") {
  jct_channel channel{};
  channel.transport = JCT_CHANNEL_TCP;
  channel.handle = handle;
  channel.peer = address(peer);
  channel.local = address(local);
  return channel;
}

}  // namespace junctor::test
