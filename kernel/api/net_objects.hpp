// SPDX-License-Identifier: Apache-2.0
// Sockets that plugins hold handles of: each turns the kernel's events into calls of the plugin's table. A stream or
// bridge lives on its loop and owns itself; a listener or datagram socket belongs to its handle.
#pragma once

#include <cstring>
#include <memory>
#include <optional>

#include "api/host.hpp"
#include "config/fault.hpp"
#include "junctor/net.h"
#include "net/bridge.hpp"
#include "net/datagram.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"

namespace junctor::api {

/// A record of the plugin, cut to what both sides know.
template <class Record>
Record copy_record(const Record* theirs) {
  Record mine{};
  uint32_t size = 0;
  std::memcpy(&size, theirs, sizeof size);
  std::memcpy(&mine, theirs, size < sizeof(Record) ? size : sizeof(Record));
  return mine;
}

/// The other way: fills as much as the plugin's record holds.
template <class Record>
void fill_record(Record* theirs, Record mine) {
  const uint32_t size = theirs->size;
  mine.size = size;
  std::memcpy(theirs, &mine, size < sizeof(Record) ? size : sizeof(Record));
}

/// A table that a plugin gives for a stream.
inline bool usable(const jct_stream_events* events) {
  return events != nullptr && events->size >= sizeof(uint32_t) * 2;
}

static_assert(sizeof(net::Address) == sizeof(jct_addr));
inline const net::Address& address_of(const jct_addr& addr) { return reinterpret_cast<const net::Address&>(addr); }
inline jct_addr addr_of(const net::Address& address) {
  jct_addr out;
  std::memcpy(&out, &address, sizeof out);
  return out;
}

inline net::Status net_status(jct_status status) { return static_cast<net::Status>(status); }
inline jct_status abi_status(net::Status status) { return static_cast<jct_status>(status); }

struct StreamObject final : net::StreamEvents {
  explicit StreamObject(Kernel& the_kernel) : kernel{the_kernel} {}

  net::Status on_data(net::Stream&, std::span<const std::byte> data, size_t& consumed) override;
  net::Status on_writable(net::Stream&) override;
  net::Status on_end(net::Stream& from) override;
  void on_close(net::Stream&, net::Status reason) override;

  jct_conn_info info();
  /// The handle becomes stale; the object goes when nothing of it is on the stack any more.
  void retire();

  Kernel& kernel;
  Host* host = nullptr;  ///< whose table is called
  jct_stream_events events{};
  void* self = nullptr;
  net::Stream* stream = nullptr;
  jct_handle handle = 0;
  bool moving = false;

 private:
  loop::EventLoop& here() const { return *loop::EventLoop::current(); }
};

struct BridgeObject final : net::BridgeEvents {
  BridgeObject(Host& the_host, const jct_bridge_events& the_events, void* the_self)
      : host{the_host}, events{the_events}, self{the_self} {}

  void on_close(net::Bridge&, net::Status reason, const net::BridgeStats& stats) override;

  Host& host;
  jct_bridge_events events;
  void* self;
  net::Bridge* bridge = nullptr;
  jct_handle handle = 0;
};

struct ListenerObject final : net::AcceptEvents {
  ListenerObject(Host& the_host, const jct_listen_events& the_events, void* the_self)
      : host{the_host}, events{the_events}, self{the_self} {}
  ~ListenerObject() {
    for (const auto& group : groups) host.kernel().issued.leave(group->entrance());
  }

  void on_accept(net::ListenerGroup&, net::Stream& stream) override;
  void on_refused(net::ListenerGroup&, const net::Address& peer, net::Refusal reason, const char* detail) override;

  Host& host;
  jct_listen_events events;
  void* self;
  std::vector<std::unique_ptr<net::ListenerGroup>> groups;  ///< one an element of the option
  std::vector<config::Listener> described;                  ///< and what each was opened from
  jct_handle handle = 0;
  std::atomic<bool> closed{false};       ///< by the plugin; the control thread gives the sockets back
  ops::Metric* refused_total = nullptr;  ///< over [kernel] max_connections
};

struct DatagramObject final : net::DatagramEvents {
  DatagramObject(Host& the_host, const jct_dgram_events& the_events, void* the_self)
      : host{the_host}, events{the_events}, self{the_self} {}

  void on_datagrams(net::DatagramGroup&, std::span<const net::Datagram> batch) override;

  Host& host;
  jct_dgram_events events;
  void* self;
  std::vector<std::unique_ptr<net::DatagramGroup>> groups;
  jct_handle handle = 0;
  std::atomic<bool> closed{false};
  bool handed_over = false;  ///< to a successor: it receives nothing, and sends until it goes; [control]
};

/// What a bridge looks like across the boundary.
jct_bridge_stats stats_of(const net::BridgeStats& stats);

// ---- listen.cpp: LISTENER options -----------------------------------------------------------------------------------

/// The listener descriptions behind a LISTENER option, a LIST or one. Empty when it is none.
std::vector<config::Listener> listeners_of(const config::Instance& values, const std::string& option);

/// [control] Why a start could not open it as whoever runs this; "": it could, unless somebody has the port.
std::string listen_fault(const config::Listener& listener, bool datagram);

/// [control] Opens the sockets of every LISTENER option of `values` that are not open yet, and leaves them in the
/// store, so that a refusal comes before anything is touched.
bool prepare_sockets(Kernel& kernel, const config::Instance& values, std::string* why);

/// [control] Closes listeners and datagram sockets of the host; the sockets stay in the store.
enum class Release {
  kClosed,    ///< those that are marked closed
  kHandOver,  ///< all, but that answers to datagrams that have come can be sent still
  kAll,
};
void release_listeners(Host& host, Release which);

jct_status open_listener(Host& host, const char* option, const jct_listen_events* events, void* self, jct_handle* out);
jct_status open_datagrams(Host& host, const char* option, const jct_dgram_events* events, void* self, jct_handle* out);
jct_status close_listener(Host& host, jct_handle handle);
jct_status listener_addresses(Host& host, jct_handle handle, jct_addr* out, uint64_t capacity, uint64_t* count);

/// [control] What is bound, for people.
struct Listening {
  std::string instance;
  std::string protocol;  ///< "tcp" or "udp"
  std::string address;
  uint64_t open = 0;                      ///< connections of the whole listener; 0 for udp
  uint64_t refused = 0;                   ///< connections that were closed before the plugin heard of them
  std::vector<std::string> reasons;       ///< of these: "max_per_source=3"
  std::string tls;                        ///< the day on which its certificate ends; empty: plain
  int64_t tls_end = 0;                    ///< the same in seconds since 1970
  std::vector<std::string> tls_doubts{};  ///< what clients may think of it
};
std::vector<Listening> listening(const Kernel& kernel);

}  // namespace junctor::api
