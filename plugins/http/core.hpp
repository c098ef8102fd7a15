// SPDX-License-Identifier: Apache-2.0
// What all connections of a server share, and what each loop has of its own.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "body_memory.hpp"
#include "exchanges.hpp"
#include "files.hpp"
#include "junctor/auth.hpp"
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
  uint64_t rules = 0;  // auth/1's changes as of the last tick
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
  /// What clients and pages call, as auth/1 knows it: files, metrics and challenges have rules of their own.
  static bool is_api(std::string_view path) { return path.compare(0, 5, "/api/") == 0; }
  /// Does auth/1 deny this client API calls? So does who does not answer at once.
  bool denies(const jct_addr& client) const;
  std::string_view date(LoopState& loop) {
    const uint64_t second = host.wall() / 1'000'000;
    if (loop.date_second != second) {
      loop.date_second = second;
      loop.date = http_date(second);
    }
    return loop.date;
  }

  const Host& host;
  std::optional<AuthChain> auth;  // from start on
  Traffic traffic;
  Exchanges exchanges;
  Routes routes;
  Files files;
  Nobody nobody;
  wire::Budget body_memory;  // of bodies on their way in
  std::atomic<size_t> connections{0};
  std::function<void()> last_gone = [] {};
  /// [its loop] Something is there whose deadline will come.
  std::function<void(LoopState&)> look_after = [](LoopState&) {};
  std::vector<std::unique_ptr<LoopState>> loops;
};

inline bool Core::denies(const jct_addr& client) const {
  if (!auth || auth->empty()) return false;
  jct_auth_request call{};
  call.size = sizeof call;
  call.kind = JCT_AUTH_HTTP;
  call.address = client;
  const auto allowed = std::make_shared<bool>(false);
  auth->check(call, [allowed](const Verdict& verdict) { *allowed = verdict.allowed; });
  return !*allowed;
}

}  // namespace junctor::http
