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
  /// `announce` is told the uuid of each check, before the relay is.
  RelayHealth(Host& host, const Keys& keys, std::function<void(const std::string& uuid)> announce);

  /// `interval` 0: nothing is checked.
  void apply(const std::vector<RelayPtr>& relays, Duration interval, Duration timeout);
  void tick() { watch_.tick(); }
  RelayWatch& watch() { return watch_; }

  // ---- WatchPorts ----
  Duration now() const override { return host_.now(); }
  void check_relay(const std::string& server, std::function<void(const Checked&)> done) override;
  void relay_changed(const Relay& relay, const std::string& error) override;
  void no_relay_left() override;

 private:
  Host& host_;
  const Keys& keys_;
  std::function<void(const std::string&)> announce_;
  Duration timeout_{};
  Resolver resolver_;
  RelayWatch watch_;
};

}  // namespace junctor::holepunch
