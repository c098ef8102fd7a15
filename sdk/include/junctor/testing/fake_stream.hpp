// SPDX-License-Identifier: Apache-2.0
// The far end of a fake connection, datagram or bridge: what a test holds and acts with. What it does is noted at once
// and reaches the plugin when the host runs (run_until_idle, advance).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../net.h"
#include "../result.hpp"

namespace junctor::testing {

struct BridgeState;

/// One connection, both ends. Shared by the host and the test.
struct StreamState {
  jct_handle handle = 0;
  uint32_t loop = 0;
  jct_conn_info info{};
  const jct_stream_events* events = nullptr;
  void* self = nullptr;
  size_t receive_buffer = 64 * 1024;
  size_t high_mark = 256 * 1024;

  std::string unread;  ///< came, not consumed
  std::string queued;  ///< taken by send, while the peer does not read
  std::string sent;    ///< what the peer has
  bool fresh = false;  ///< unread has bytes that on_data has not seen
  bool paused = false;
  bool stalled = false;  ///< the peer does not read
  bool again = false;    ///< a send was refused: on_writable is owed
  bool writable_due = false;
  bool peer_ended = false;
  bool end_told = false;
  bool peer_reset = false;
  bool server_ended = false;
  bool moving = false;
  uint32_t moving_to = 0;
  bool answered = true;  ///< false while a connection that the plugin opens is under way
  bool aborted = false;
  std::optional<jct_status> closed;  ///< why; the handle is stale from then on
  uint64_t idle_timeout = 0;
  uint64_t heard = 0;  ///< when the last byte came
  std::shared_ptr<BridgeState> bridge;
};
using StreamRef = std::shared_ptr<StreamState>;

struct BridgeState {
  jct_handle handle = 0;
  uint32_t loop = 0;
  StreamRef a;
  StreamRef b;
  jct_bridge_policy policy{};
  const jct_bridge_events* events = nullptr;
  void* self = nullptr;
  uint64_t started = 0;
  uint64_t last_byte = 0;
  uint64_t bytes_ab = 0;
  uint64_t bytes_ba = 0;
  std::optional<jct_status> closed;
};
using BridgeRef = std::shared_ptr<BridgeState>;

/// A client that is connected to the plugin, or a server that it has called.
class FakeStream {
 public:
  FakeStream() = default;
  FakeStream(StreamRef state, std::function<void(const StreamRef&)> wake)
      : state_{std::move(state)}, wake_{std::move(wake)} {}

  // ---- what the peer does ----
  void deliver(std::string_view bytes) {
    if (state_->peer_ended || state_->peer_reset || state_->closed) return;
    state_->unread.append(bytes);
    state_->fresh = true;
    wake_(state_);
  }
  /// The peer sends its FIN; it still reads.
  void peer_closes() {
    state_->peer_ended = true;
    wake_(state_);
  }
  void reset() {
    state_->peer_reset = true;
    wake_(state_);
  }
  /// Stops reading: what the plugin sends piles up, and beyond the high mark send answers JCT_E_AGAIN.
  void stall() { state_->stalled = true; }
  /// Reads on, from what is piled up first.
  void unstall() {
    state_->stalled = false;
    state_->sent += std::exchange(state_->queued, {});
    state_->writable_due = std::exchange(state_->again, false);
    wake_(state_);
  }
  /// For a connection that the plugin has opened: the far side answers.
  void accept() {
    state_->answered = true;
    state_->writable_due = true;
    wake_(state_);
  }
  /// Bounds, as a listener's options would set them.
  void set_receive_buffer(size_t bytes) { state_->receive_buffer = bytes; }
  void set_high_mark(size_t bytes) { state_->high_mark = bytes; }

  // ---- what can be seen of the plugin ----
  const std::string& sent() const { return state_->sent; }
  /// What has come since the last call.
  std::string take_sent() { return std::exchange(state_->sent, {}); }
  const std::string& unread() const { return state_->unread; }
  bool connected() const { return !state_->closed; }
  /// By whichever side; after a reset by the plugin was_aborted says so.
  bool closed() const { return state_->closed.has_value(); }
  jct_status reason() const { return state_->closed.value_or(JCT_OK); }
  bool was_aborted() const { return state_->aborted; }
  /// The plugin has half-closed.
  bool ended() const { return state_->server_ended; }
  bool paused() const { return state_->paused; }
  uint32_t loop() const { return state_->loop; }
  jct_handle handle() const { return state_->handle; }
  const jct_addr& peer() const { return state_->info.peer; }
  bool bridged() const { return state_->bridge != nullptr; }
  explicit operator bool() const { return state_ != nullptr; }
  const StreamRef& state() const { return state_; }

 private:
  StreamRef state_;
  std::function<void(const StreamRef&)> wake_;
};

/// Two joined streams: what one peer delivers is what the other has sent().
class FakeBridge {
 public:
  FakeBridge() = default;
  explicit FakeBridge(BridgeRef state) : state_{std::move(state)} {}

  const jct_bridge_policy& policy() const { return state_->policy; }
  uint64_t bytes_ab() const { return state_->bytes_ab; }
  uint64_t bytes_ba() const { return state_->bytes_ba; }
  bool closed() const { return state_->closed.has_value(); }
  jct_status reason() const { return state_->closed.value_or(JCT_OK); }
  uint32_t loop() const { return state_->loop; }
  /// In whichever order.
  bool joins(const FakeStream& x, const FakeStream& y) const {
    return (state_->a == x.state() && state_->b == y.state()) || (state_->a == y.state() && state_->b == x.state());
  }

 private:
  BridgeRef state_;
};

}  // namespace junctor::testing
