// SPDX-License-Identifier: Apache-2.0
// Who a client is behind a proxy, and how it calls the site, by the word of trusted proxies alone (protocol.md 8).
// Constant once made; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "head.hpp"
#include "junctor/abi.h"
#include "wire/address.hpp"

namespace junctor::http {

/// What a request says of its client.
struct Origin {
  jct_addr client{};
  bool proxied = false;
  std::string_view scheme;  ///< "http" or "https"
  std::string_view host;
  std::string_view unread;  ///< what a trusted proxy has written and nobody can read; empty: none
};

/// Which header is believed.
enum class Naming { kAny, kRealIp, kForwardedFor, kForwarded };

class Proxies {
 public:
  /// Networks as the kernel has checked them.
  explicit Proxies(const std::vector<std::string>& trusted, Naming naming = Naming::kAny);

  /// `peer`: whose connection it is. Its port stays, where none is named, so that two clients with one address stay
  /// apart. Views are into `head`.
  Origin origin(const Head& head, const jct_addr& peer, bool tls) const;

 private:
  bool trusts(const wire::Address& address) const;
  /// The last of a chain that is no trusted proxy itself: what stands before it is a stranger's word.
  bool walk_forwarded_for(const Head& head, uint16_t port, Origin* origin) const;
  bool walk_forwarded(const Head& head, uint16_t port, Origin* origin) const;
  bool read_real_ip(const Head& head, uint16_t port, Origin* origin) const;

  std::vector<wire::Network> trusted_;
  Naming naming_;
};

/// "1.2.3.4", "1.2.3.4:5", "::1", "[::1]", "[::1]:5"; `port` where none is named.
std::optional<wire::Address> node_address(std::string_view text, uint16_t port);

}  // namespace junctor::http
