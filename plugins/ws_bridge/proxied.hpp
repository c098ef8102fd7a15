// SPDX-License-Identifier: Apache-2.0
// Who a client is behind a proxy (protocol.md 8). Constant once made; any thread.
#pragma once

#include <string>
#include <vector>

#include "http_head.hpp"
#include "junctor/abi.h"
#include "wire/address.hpp"

namespace junctor::ws_bridge {

class Proxies {
 public:
  /// Networks as the kernel has checked them.
  explicit Proxies(const std::vector<std::string>& trusted);

  /// X-Real-IP, else the first of X-Forwarded-For, by the word of a trusted `peer` alone; its port stays `peer`'s, so
  /// that two clients with one address stay apart. Else `peer`.
  jct_addr client(const Head& head, const jct_addr& peer) const;

 private:
  std::vector<wire::Network> trusted_;
};

}  // namespace junctor::ws_bridge
