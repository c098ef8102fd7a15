// SPDX-License-Identifier: Apache-2.0
// The fake host's bridges: what one peer delivers the other has sent, with half-close, reset and the policy's timeouts.
// Rates are kept for the test to see, not applied.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "fake_loops.hpp"
#include "fake_stream.hpp"

namespace junctor::testing {

class FakeBridges {
 public:
  explicit FakeBridges(FakeLoops& loops) : loops_{loops} {}
  FakeBridges(const FakeBridges&) = delete;
  FakeBridges& operator=(const FakeBridges&) = delete;
  /// A bridge and its streams hold each other.
  ~FakeBridges() {
    for (const BridgeRef& bridge : bridges_) bridge->a->bridge = bridge->b->bridge = nullptr;
  }

  /// All there have been, in order.
  std::vector<FakeBridge> all() const {
    std::vector<FakeBridge> made;
    for (const BridgeRef& bridge : bridges_) made.emplace_back(bridge);
    return made;
  }
  std::vector<BridgeRef> open() const {
    std::vector<BridgeRef> running;
    for (const BridgeRef& bridge : bridges_) {
      if (!bridge->closed) running.push_back(bridge);
    }
    return running;
  }

  void fail_next(jct_status status) { fail_next_ = status; }

  /// The instance stops.
  void close_all() {
    for (const BridgeRef& bridge : open()) finish(bridge, JCT_E_CLOSED);
  }

  void wake(const BridgeRef& bridge) {
    loops_.queue(bridge->loop, [this, bridge] { pump(bridge); });
  }

  /// Both are open streams of the caller's loop.
  jct_status make(jct_handle handle, const StreamRef& a, const StreamRef& b, const jct_bridge_policy* policy,
                  const jct_bridge_events* events, void* self) {
    if (a == b || policy == nullptr || events == nullptr) return JCT_E_ARG;
    if (fail_next_ != JCT_OK) return std::exchange(fail_next_, JCT_OK);
    auto bridge = std::make_shared<BridgeState>();
    bridge->handle = handle;
    bridge->loop = a->loop;
    bridge->a = a;
    bridge->b = b;
    bridge->policy = *policy;
    bridge->events = events;
    bridge->self = self;
    bridge->started = bridge->last_byte = loops_.now();
    a->bridge = b->bridge = bridge;
    bridges_.push_back(bridge);
    wake(bridge);
    watch(bridge);
    return JCT_OK;
  }

  jct_status stats(jct_handle handle, jct_bridge_stats* out) {
    BridgeRef bridge;
    const jct_status status = find("bridge_stats", handle, &bridge);
    if (status == JCT_OK) *out = stats_of(*bridge);
    return status;
  }
  jct_status set_policy(jct_handle handle, const jct_bridge_policy* policy) {
    BridgeRef bridge;
    const jct_status status = find("bridge_set_policy", handle, &bridge);
    if (status != JCT_OK) return status;
    bridge->policy = *policy;
    watch(bridge);
    return JCT_OK;
  }
  jct_status close(jct_handle handle) {
    BridgeRef bridge;
    const jct_status status = find("bridge_close", handle, &bridge);
    if (status == JCT_OK) finish(bridge, JCT_E_CLOSED);
    return status;
  }

 private:
  jct_status find(const char* function, jct_handle handle, BridgeRef* out) {
    if (const jct_status status = loops_.need_loop(function); status != JCT_OK) return status;
    const auto at = std::find_if(bridges_.begin(), bridges_.end(),
                                 [&](const BridgeRef& b) { return b->handle == handle && !b->closed; });
    if (at == bridges_.end()) return JCT_E_CLOSED;
    *out = *at;
    return loops_.need_loop(function, (*at)->loop);
  }

  jct_bridge_stats stats_of(const BridgeState& bridge) const {
    return {sizeof(jct_bridge_stats),       0, bridge.bytes_ab, bridge.bytes_ba, loops_.now() - bridge.started,
            loops_.now() - bridge.last_byte};
  }

  void pump(const BridgeRef& bridge) {
    if (bridge->closed) return;
    move(*bridge, *bridge->a, *bridge->b, &bridge->bytes_ab);
    move(*bridge, *bridge->b, *bridge->a, &bridge->bytes_ba);
    if (bridge->a->peer_reset || bridge->b->peer_reset) return finish(bridge, JCT_E_RESET);
    if (bridge->a->server_ended && bridge->b->server_ended) finish(bridge, JCT_OK);
  }

  void move(BridgeState& bridge, StreamState& from, StreamState& to, uint64_t* count) const {
    if (to.stalled) return;
    to.sent += std::exchange(to.queued, {});
    if (!from.unread.empty()) bridge.last_byte = loops_.now();
    *count += from.unread.size();
    to.sent += std::exchange(from.unread, {});
    if (from.peer_ended) to.server_ended = true;
  }

  void watch(const BridgeRef& bridge) {
    uint64_t due = UINT64_MAX;
    const jct_bridge_policy& policy = bridge->policy;
    if (policy.idle_timeout_ns != 0) due = bridge->last_byte + policy.idle_timeout_ns;
    if (policy.max_lifetime_ns != 0) due = std::min(due, bridge->started + policy.max_lifetime_ns);
    if (due == UINT64_MAX) return;
    loops_.at(bridge->loop, due, [this, bridge] {
      if (bridge->closed) return;
      const uint64_t now = loops_.now();
      const jct_bridge_policy& p = bridge->policy;
      const bool idle = p.idle_timeout_ns != 0 && now - bridge->last_byte >= p.idle_timeout_ns;
      const bool old = p.max_lifetime_ns != 0 && now - bridge->started >= p.max_lifetime_ns;
      if (idle || old) return finish(bridge, JCT_E_TIMEOUT);
      watch(bridge);
    });
  }

  void finish(const BridgeRef& bridge, jct_status reason) {
    bridge->closed = bridge->a->closed = bridge->b->closed = reason;
    loops_.queue_last(bridge->loop, [this, bridge, reason] {
      const jct_bridge_stats stats = stats_of(*bridge);
      bridge->events->on_close(bridge->self, bridge->handle, reason, &stats);
    });
  }

  FakeLoops& loops_;
  std::vector<BridgeRef> bridges_;
  jct_status fail_next_ = JCT_OK;
};

}  // namespace junctor::testing
