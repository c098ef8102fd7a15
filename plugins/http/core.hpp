// SPDX-License-Identifier: Apache-2.0
// What all connections of a server share, and what each loop has of its own.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exchanges.hpp"
#include "files.hpp"
#include "junctor/host.hpp"
#include "options.hpp"
#include "routes.hpp"
#include "traffic.hpp"

namespace junctor::http {

class Connection;

/// One loop's. Its connections are looked at in turn: each once a second, for deadlines need no more.
struct LoopState {
  explicit LoopState(Settings s) : settings{std::move(s)} {}

  Settings settings;
  std::shared_ptr<const Routes::Routers> routers;
  uint64_t router_version = 0;
  std::vector<Connection*> connections;
  size_t next_look = 0;
  Timer ticker;  // while there is something to look at
  bool ticks = false;
  Duration now{};  // of the last tick: deadlines are set by it, so none is ever early
  uint64_t date_second = 0;
  std::string date;
  bool draining = false;
};

/// Has a connection that was handed over until its new owner attaches it: what comes meanwhile stays unread, and where
/// nobody does, it ends by itself.
struct Nobody {
  const Host* its_host;
  const Host& host() const { return *its_host; }
  size_t on_data(std::string_view) { return 0; }
  void on_writable() {}
  void on_end() {}
  void on_close(jct_status) {}
};

struct Core {
  Core(const Host& h, const Settings& settings, RouteDefaults defaults, size_t stream_high)
      : host{h}, traffic{h}, exchanges{h, stream_high}, routes{defaults}, files{h, exchanges}, nobody{&h} {
    for (uint32_t i = 0; i < h.loops(); ++i) loops.push_back(std::make_unique<LoopState>(settings));
  }

  LoopState& here() { return *loops[host.current_loop()]; }
  /// Null where nobody has a route of that scope.
  const Router* router(LoopState& loop, std::string_view scope) {
    if (loop.router_version != routes.version()) {
      loop.router_version = routes.version();
      loop.routers = routes.routers();
    }
    const auto found = loop.routers->find(scope);
    return found == loop.routers->end() ? nullptr : &found->second;
  }
  std::string_view date(LoopState& loop) {
    const uint64_t second = host.wall() / 1'000'000;
    if (loop.date_second != second) {
      loop.date_second = second;
      loop.date = http_date(second);
    }
    return loop.date;
  }

  const Host& host;
  Traffic traffic;
  Exchanges exchanges;
  Routes routes;
  Files files;
  Nobody nobody;
  std::atomic<size_t> body_bytes{0};
  std::atomic<size_t> connections{0};
  std::function<void()> last_gone = [] {};
  /// [its loop] Something is there whose deadline will come.
  std::function<void(LoopState&)> look_after = [](LoopState&) {};
  std::vector<std::unique_ptr<LoopState>> loops;
};

/// Memory for a body on its way in, out of what all may use together.
class BodyMemory {
 public:
  explicit BodyMemory(std::atomic<size_t>& all) : all_{all} {}
  BodyMemory(const BodyMemory&) = delete;
  BodyMemory& operator=(const BodyMemory&) = delete;
  ~BodyMemory() { all_.fetch_sub(mine_); }
  bool grow(size_t by, size_t most) {
    if (all_.fetch_add(by) + by > most) {
      all_.fetch_sub(by);
      return false;
    }
    mine_ += by;
    return true;
  }

 private:
  std::atomic<size_t>& all_;
  size_t mine_ = 0;
};

}  // namespace junctor::http
