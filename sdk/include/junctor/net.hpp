// SPDX-License-Identifier: Apache-2.0
// Listeners, streams, datagrams and bridges as move-only handles. Everything here lives on the loop of its object.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "host.hpp"
#include "net.h"

namespace junctor {

/// A connection. Move-only; closes (after what is queued) when destroyed. After migrate, bridge or release it is empty.
class Stream {
 public:
  Stream() = default;
  Stream(const Host& host, jct_handle handle) : host_{&host}, handle_{handle} {}
  Stream(Stream&& other) noexcept : host_{other.host_}, handle_{std::exchange(other.handle_, 0)} {}
  Stream& operator=(Stream&& other) noexcept {
    close();
    host_ = other.host_;
    handle_ = std::exchange(other.handle_, 0);
    return *this;
  }
  ~Stream() { close(); }

  explicit operator bool() const { return handle_ != 0; }
  jct_handle handle() const { return handle_; }
  jct_handle release() { return std::exchange(handle_, 0); }

  /// Owner: an object with host() -> const Host&, on_data(std::string_view) -> size_t consumed, on_writable(), on_end()
  /// and on_close(jct_status), which is the last call: the object may delete itself there. None comes from inside a
  /// call on the same stream; an exception closes the stream.
  template <class Owner>
  jct_status attach(Owner& owner) {
    return api().attach(host_->raw(), handle_, &events_of<Owner>(), &owner);
  }
  jct_status send(std::string_view data) { return api().send(host_->raw(), handle_, bytes(data)); }
  /// As if they were one; JCT_SENDV_PIECES at most.
  jct_status send(std::span<const jct_bytes> pieces) {
    return api().sendv(host_->raw(), handle_, pieces.data(), pieces.size());
  }
  jct_status pause() { return api().pause(host_->raw(), handle_); }
  jct_status resume() { return api().resume(host_->raw(), handle_); }
  jct_status end() { return api().end(host_->raw(), handle_); }
  jct_status idle_timeout(Duration timeout) {
    return api().set_idle_timeout(host_->raw(), handle_, static_cast<uint64_t>(timeout.count()));
  }
  jct_conn_info info() const {
    jct_conn_info out{};
    out.size = sizeof out;
    if (handle_ != 0) api().info(host_->raw(), handle_, &out);
    return out;
  }
  /// Sends what is queued, then closes; on_close follows.
  void close() { shut(0); }
  void abort() { shut(1); }
  /// Moves it to another loop and runs `arrived` there; events are held back until then.
  template <class Fn>
  jct_status migrate(uint32_t loop, Fn&& arrived) {
    return api().migrate(host_->raw(), handle_, loop, host_->task(std::forward<Fn>(arrived)));
  }

  /// The static table of a type of owners, for bare handles.
  template <class Owner>
  static const jct_stream_events& events_of() {
    static constexpr jct_stream_events kEvents{
        sizeof(jct_stream_events),
        0,
        [](void* self, jct_handle, jct_bytes data, uint64_t* consumed) -> jct_status {
          auto* owner = static_cast<Owner*>(self);
          return owner->host().guarded("on_data", [&] { *consumed = owner->on_data(view(data)); });
        },
        [](void* self, jct_handle) -> jct_status {
          auto* owner = static_cast<Owner*>(self);
          return owner->host().guarded("on_writable", [&] { owner->on_writable(); });
        },
        [](void* self, jct_handle) -> jct_status {
          auto* owner = static_cast<Owner*>(self);
          return owner->host().guarded("on_end", [&] { owner->on_end(); });
        },
        [](void* self, jct_handle, jct_status reason) {
          auto* owner = static_cast<Owner*>(self);
          const Host& host = owner->host();
          host.guarded("on_close", [&] { owner->on_close(reason); });
        }};
    return kEvents;
  }

 private:
  const jct_net_api& api() const { return host_->net(); }
  void shut(uint32_t abort) {
    if (handle_ != 0) api().close(host_->raw(), std::exchange(handle_, 0), abort);
  }

  const Host* host_ = nullptr;
  jct_handle handle_ = 0;
};

namespace detail {

/// What listeners and datagram sockets share: a handle that is closed with its owner, and a callback that another loop
/// may be in after close() still: it stays until the object goes.
template <class Callback>
class OpenSocket {
 public:
  OpenSocket() = default;
  OpenSocket(OpenSocket&&) noexcept = default;
  OpenSocket& operator=(OpenSocket&& other) noexcept {
    close();
    state_ = std::move(other.state_);
    return *this;
  }
  ~OpenSocket() { close(); }

  void close() {
    if (handle() != 0) state_->host->net().close_listener(state_->host->raw(), std::exchange(state_->handle, 0));
  }
  jct_handle handle() const { return state_ ? state_->handle : 0; }

 protected:
  struct State {
    const Host* host;
    Callback callback;
    jct_handle handle;
  };
  OpenSocket(const Host& host, Callback callback)
      : state_{std::make_unique<State>(State{&host, std::move(callback), 0})} {}

  std::unique_ptr<State> state_;
};

}  // namespace detail

/// [loop] Attach the stream before returning, or it is closed with the value.
using Accept = std::function<void(Stream stream, const jct_conn_info& info)>;

/// A LISTENER option's sockets. Stops accepting when destroyed.
class Listener : public detail::OpenSocket<Accept> {
 public:
  Listener() = default;
  Listener(const Host& host, const Option<ListenerValue>& option, Accept accept) : OpenSocket{host, std::move(accept)} {
    require(host.net().listen(host.raw(), option.raw.name, &kEvents, state_.get(), &state_->handle), option.raw.name);
  }

 private:
  static jct_status accepted(void* self, jct_handle, jct_handle stream, const jct_conn_info* info) {
    auto* state = static_cast<State*>(self);
    return state->host->guarded("on_accept", [&] { state->callback(Stream{*state->host, stream}, *info); });
  }
  static constexpr jct_listen_events kEvents{sizeof(jct_listen_events), 0, &accepted};
};

/// [loop] A batch, in the order of arrival.
using Receive = std::function<void(std::span<const jct_dgram> datagrams)>;

/// A LISTENER option's datagram sockets (opt::datagrams).
class UdpSocket : public detail::OpenSocket<Receive> {
 public:
  UdpSocket() = default;
  UdpSocket(const Host& host, const Option<ListenerValue>& option, Receive receive)
      : OpenSocket{host, std::move(receive)} {
    require(host.net().udp_open(host.raw(), option.raw.name, &kEvents, state_.get(), &state_->handle), option.raw.name);
  }

 private:
  static jct_status received(void* self, const jct_dgram* datagrams, uint64_t count) {
    auto* state = static_cast<State*>(self);
    return state->host->guarded("on_datagrams", [&] { state->callback({datagrams, static_cast<size_t>(count)}); });
  }
  static constexpr jct_dgram_events kEvents{sizeof(jct_dgram_events), 0, &received};
};

/// The bound addresses of a listener or datagram socket. [any]
inline std::vector<jct_addr> bound_addresses(const Host& host, jct_handle handle) {
  uint64_t count = 0;
  host.net().listener_addresses(host.raw(), handle, nullptr, 0, &count);
  std::vector<jct_addr> all(count);
  if (count > 0) host.net().listener_addresses(host.raw(), handle, all.data(), count, &count);
  all.resize(count < all.size() ? count : all.size());
  return all;
}

}  // namespace junctor
