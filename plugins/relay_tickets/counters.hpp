// SPDX-License-Identifier: Apache-2.0
// The plugin's metrics, of both its roles. Made by create; home loop.
#pragma once

#include <map>
#include <string>

#include "junctor/host.hpp"

namespace junctor::relay_tickets {

/// A counter by reason; the reasons are words of this plugin, so there are few.
class Reasons {
 public:
  /// `name` and `help`: constants.
  Reasons(const Host& host, const char* name, const char* help) : host_{host}, name_{name}, help_{help} {}

  void add(const char* reason, size_t count = 1) {
    auto at = by_reason_.find(reason);
    if (at == by_reason_.end()) {
      const std::string label = std::string{"reason="} + reason;
      at = by_reason_.emplace(reason, host_.counter(name_, label.c_str(), help_)).first;
    }
    at->second.add(static_cast<int64_t>(count));
  }

 private:
  const Host& host_;
  const char* name_;
  const char* help_;
  std::map<std::string, Metric, std::less<>> by_reason_;
};

struct Counters {
  explicit Counters(const Host& host)
      : delivered{host.counter("delivered", nullptr, "tickets that a relay has taken")},
        lost{host, "lost", "tickets that did not get to their relay, or were refused there"},
        calls_failed{host, "calls_failed", "connections to relays that failed or ended"},
        relays_up{host.gauge("relays_up", nullptr, "relays that can be told of sessions")},
        relays_down{host.gauge("relays_down", nullptr, "relays that cannot")},
        taken{host.counter("taken", nullptr, "tickets taken for the relay of this host")},
        refused{host, "refused", "tickets of issuers that were refused"},
        links{host.gauge("links", nullptr, "issuers that are connected")},
        links_failed{host, "links_failed", "connections of issuers, or of strangers, that failed or ended"} {}

  // ---- towards relays ----
  Metric delivered;
  Reasons lost;
  Reasons calls_failed;
  Metric relays_up;
  Metric relays_down;
  // ---- from issuers ----
  Metric taken;
  Reasons refused;
  Metric links;
  Reasons links_failed;
};

}  // namespace junctor::relay_tickets
