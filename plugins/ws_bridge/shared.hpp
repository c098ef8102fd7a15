// SPDX-License-Identifier: Apache-2.0
// What the connections share: services, counters, and for each loop its own connections, buffers and settings.
// Made by create; what belongs to a loop is touched there alone.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "junctor/services.hpp"
#include "options.hpp"
#include "pieces.hpp"
#include "proxied.hpp"
#include "refusal.hpp"
#include "wire/budget.hpp"

namespace junctor::ws_bridge {

/// The connections of one loop, and what they need while one of them is called.
struct LoopState {
  explicit LoopState(const Settings& values) : settings{values}, proxies{values.trusted_proxies} {}

  Settings settings;
  http::Proxies proxies;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections;
  std::string message;  // being read
  std::string out;      // being sent
  Pieces pieces;        // the same, where it may be much
  std::string replies;  // of the connection that is being read: control frames and heartbeats leave in one piece
};

/// Connections on their way between loops: should the plugin stop meanwhile, they stay here until their stream has told
/// its end. Any thread; the mutex is held for one access.
class Transit {
 public:
  void depart(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock{mutex_};
    Connection* key = connection.get();
    moving_[key] = std::move(connection);
  }
  std::unique_ptr<Connection> arrive(Connection* connection) {
    const std::lock_guard lock{mutex_};
    auto found = moving_.extract(connection);
    return found.empty() ? nullptr : std::move(found.mapped());
  }

 private:
  std::mutex mutex_;
  std::map<Connection*, std::unique_ptr<Connection>> moving_;
};

struct Shared {
  Shared(const Host& the_host, const Settings& settings)
      : host{the_host},
        signal{Service<jct_signal_service>::optional(the_host, JCT_SIGNAL_SERVICE)},
        relay{Service<jct_relay_service>::optional(the_host, JCT_RELAY_SERVICE)},
        traffic{the_host} {
    for (uint32_t i = 0; i < the_host.loops(); ++i) loops.push_back(std::make_unique<LoopState>(settings));
  }

  LoopState& here() const { return *loops[host.current_loop()]; }

  const Host& host;
  const std::optional<Service<jct_signal_service>> signal;
  const std::optional<Service<jct_relay_service>> relay;
  Traffic traffic;
  std::vector<std::unique_ptr<LoopState>> loops;
  Transit transit;
  wire::Budget gathered;            // of fragmented messages, on all loops
  std::atomic<size_t> open{0};      // connections
  std::function<void()> last_gone;  // [any] while draining: the last connection has gone
};

}  // namespace junctor::ws_bridge
