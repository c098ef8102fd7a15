// SPDX-License-Identifier: Apache-2.0
// What the operator is told of the site: how clients reach it, and what about that will hurt. [control] [home];
// registered: any loop.
#pragma once

#include <string>
#include <string_view>

#include "junctor/host.hpp"
#include "junctor/services.hpp"
#include "site/invitation.hpp"
#include "site/one_gateway.hpp"

namespace junctor::rendezvous {

class SiteDesk {
 public:
  SiteDesk(const Host& host, const Keys& keys);

  /// Throws Error where public_host is no host; nothing has changed then.
  static void check(const Config& config);
  void configure(const Config& config);

  /// What clients must enter. When all listens, and when that changes.
  void announce();
  /// A listener that clients look for at another port than the one it has. `what`: the option.
  void look_at(const char* what, const char* protocol, jct_handle socket, int64_t expected);
  void show(const Reply& reply) const;

  void registered(std::string_view id, const jct_addr& from);

 private:
  const Host& host_;
  const Keys& keys_;
  Invitation invitation_;
  OneGateway gateway_;
  Metric gateway_gauge_;
  bool announced_ = false;
};

}  // namespace junctor::rendezvous
