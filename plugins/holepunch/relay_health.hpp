// SPDX-License-Identifier: Apache-2.0
// Wires the watch over relays to the server: names are resolved, relays probed, changes logged. Lives on the home loop.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "junctor/services.hpp"
#include "relay_watch.hpp"
#include "resolver.hpp"

namespace junctor::holepunch {

class RelayHealth final : public WatchPorts {
 public:
  /// What tickets a relay gets. `announce` is told the uuid of each check, before the relay is.
  struct Tickets {
    std::function<void(const std::string& relay, const std::string& uuid)> announce;
    std::function<bool(const std::string& relay)> get_through;
  };
  RelayHealth(Host& host, const Keys& keys, Tickets tickets);

  /// `interval` 0: nothing is checked.
  void apply(const std::vector<RelayPtr>& relays, Duration interval, Duration timeout);
  void tick() { watch_.tick(); }
  RelayWatch& watch() { return watch_; }

  // ---- WatchPorts ----
  Duration now() const override { return host_.now(); }
  void check_relay(const RelaySpec& relay, std::function<void(const Checked&)> done) override;
  void relay_changed(const Relay& relay, const std::string& error) override;
  bool gets_tickets(const std::string& name) const override { return tickets_.get_through(name); }
  void no_relay_left() override;

 private:
  Host& host_;
  const Keys& keys_;
  Tickets tickets_;
  Duration timeout_{};
  Resolver resolver_;
  RelayWatch watch_;
};

}  // namespace junctor::holepunch
