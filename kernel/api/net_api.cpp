// SPDX-License-Identifier: Apache-2.0
// junctor.net/1: streams and bridges by handle. Listeners: listen.cpp.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "api/net_objects.hpp"
#include "api/tables.hpp"

namespace junctor::api {
namespace {

/// Limits of connections that plugins open themselves.
net::StreamOptions dial_options() { return {}; }

constexpr loop::Duration kLongestGather = std::chrono::milliseconds{1};

net::BridgePolicy policy_of(const jct_bridge_policy* theirs) {
  if (theirs == nullptr) return {};
  const jct_bridge_policy mine = copy_record(theirs);
  return {loop::Duration{mine.idle_timeout_ns}, loop::Duration{mine.max_lifetime_ns}, mine.rate,
          std::min<loop::Duration>(std::chrono::microseconds{mine.gather_us}, kLongestGather)};
}

/// Runs `fn(StreamObject&)` where the stream lives; JCT_E_STATE while it moves.
template <class Fn>
jct_status on_stream(const jct_host* raw, jct_handle handle, const char* function, Fn fn) {
  Host& host = Host::of(raw);
  return on_object(host, host.kernel().streams, handle, function,
                   [&](StreamObject& object) { return object.stream == nullptr ? JCT_E_CLOSED : fn(object); });
}

jct_status listen(const jct_host* host, const char* option, const jct_listen_events* events, void* self,
                  jct_handle* out) {
  return open_listener(Host::of(host), option, events, self, out);
}

jct_status udp_open(const jct_host* host, const char* option, const jct_dgram_events* events, void* self,
                    jct_handle* out) {
  return open_datagrams(Host::of(host), option, events, self, out);
}

jct_status close_any_listener(const jct_host* host, jct_handle handle) {
  return close_listener(Host::of(host), handle);
}

jct_status addresses(const jct_host* host, jct_handle handle, jct_addr* out, uint64_t capacity, uint64_t* count) {
  return listener_addresses(Host::of(host), handle, out, capacity, count);
}

jct_status udp_send(const jct_host* raw, const jct_dgram* datagram) {
  Host& host = Host::of(raw);
  if (datagram == nullptr) return JCT_E_ARG;
  if (current_loop() == JCT_NO_LOOP) return host.wrong_thread("udp_send");
  uint32_t unused = 0;
  DatagramObject* socket = host.kernel().datagrams.find(datagram->socket, &unused);
  if (socket == nullptr) return JCT_E_CLOSED;
  const std::span<const std::byte> data{reinterpret_cast<const std::byte*>(datagram->data.data),
                                        static_cast<size_t>(datagram->data.size)};
  net::Status status = net::Status::kState;
  for (const auto& group : socket->groups) {
    status = group->send(address_of(datagram->peer), address_of(datagram->local), data);
    if (status != net::Status::kState) break;
  }
  return abi_status(status);
}

/// Opens the connection for an object that has its handle already; what fails is told through on_close.
void dial(StreamObject& object, const jct_addr& peer, const std::optional<jct_addr>& local, uint64_t timeout_ns) {
  net::NetLoop& here = *object.kernel.net[current_loop()];
  const net::Address from = local ? address_of(*local) : net::Address{};
  const net::Stream::Dial dial = net::Stream::connect(here, address_of(peer), local ? &from : nullptr,
                                                      loop::Duration{timeout_ns}, dial_options(), object);
  object.stream = dial.stream;
  if (dial.stream != nullptr) {
    dial.stream->user = object.handle;
    return;
  }
  here.loop().post([&kernel = object.kernel, handle = object.handle, status = dial.status] {
    uint32_t loop = 0;
    StreamObject* failed = kernel.streams.find(handle, &loop);
    if (failed == nullptr) return;
    kernel.streams.remove(handle);
    if (failed->events.on_close != nullptr) failed->events.on_close(failed->self, handle, abi_status(status));
    delete failed;
  });
}

jct_status connect(const jct_host* raw, const jct_addr* peer, const jct_addr* local, uint64_t timeout_ns,
                   const jct_stream_events* events, void* self, jct_handle* out) {
  Host& host = Host::of(raw);
  if (peer == nullptr || out == nullptr || !usable(events) || timeout_ns > INT64_MAX) return JCT_E_ARG;
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  const uint32_t here = current_loop();
  if (here == JCT_NO_LOOP && !host.carries_over()) return host.wrong_thread("connect");
  auto object = std::make_unique<StreamObject>(host.kernel());
  object->host = &host;
  object->events = copy_record(events);
  object->self = self;
  object->handle = host.kernel().streams.add(object.get(), here == JCT_NO_LOOP ? host.home() : here);
  if (object->handle == 0) return JCT_E_LIMIT;
  *out = object->handle;
  const std::optional<jct_addr> from = local != nullptr ? std::optional{*local} : std::nullopt;
  StreamObject* made = object.release();
  if (here != JCT_NO_LOOP) {
    dial(*made, *peer, from, timeout_ns);
    return JCT_OK;
  }
  host.arm_later([&host, handle = *out, to = *peer, from, timeout_ns] {
    host.kernel().loops.at(host.home()).post([&host, handle, to, from, timeout_ns] {
      uint32_t loop = 0;
      if (StreamObject* waiting = host.kernel().streams.find(handle, &loop)) dial(*waiting, to, from, timeout_ns);
    });
  });
  return JCT_OK;
}

jct_status attach(const jct_host* raw, jct_handle stream, const jct_stream_events* events, void* self) {
  if (!usable(events)) return JCT_E_ARG;
  Host& host = Host::of(raw);
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  return on_stream(raw, stream, "attach", [&](StreamObject& object) {
    object.host = &host;
    object.events = copy_record(events);
    object.self = self;
    object.stream->attach(object);
    return JCT_OK;
  });
}

jct_status send(const jct_host* raw, jct_handle stream, jct_bytes data) {
  if (data.data == nullptr && data.size > 0) return JCT_E_ARG;
  return on_stream(raw, stream, "send", [&](StreamObject& object) {
    return abi_status(object.stream->send({reinterpret_cast<const std::byte*>(data.data), data.size}));
  });
}

static_assert(JCT_SENDV_PIECES == net::Stream::kMostPieces);

jct_status sendv(const jct_host* raw, jct_handle stream, const jct_bytes* pieces, uint64_t count) {
  if (count > JCT_SENDV_PIECES || (pieces == nullptr && count > 0)) return JCT_E_ARG;
  std::array<std::span<const std::byte>, JCT_SENDV_PIECES> spans;
  for (uint64_t i = 0; i < count; ++i) {
    if (pieces[i].data == nullptr && pieces[i].size > 0) return JCT_E_ARG;
    spans[i] = {reinterpret_cast<const std::byte*>(pieces[i].data), pieces[i].size};
  }
  return on_stream(raw, stream, "sendv", [&](StreamObject& object) {
    return abi_status(object.stream->send(std::span{spans}.first(count)));
  });
}

jct_status pause(const jct_host* raw, jct_handle stream) {
  return on_stream(raw, stream, "pause", [](StreamObject& object) { return abi_status(object.stream->pause()); });
}

jct_status resume(const jct_host* raw, jct_handle stream) {
  return on_stream(raw, stream, "resume", [](StreamObject& object) { return abi_status(object.stream->resume()); });
}

jct_status end(const jct_host* raw, jct_handle stream) {
  return on_stream(raw, stream, "end", [](StreamObject& object) { return abi_status(object.stream->end()); });
}

jct_status close(const jct_host* raw, jct_handle stream, uint32_t abort) {
  return on_stream(raw, stream, "close", [abort](StreamObject& object) {
    return abi_status(abort != 0 ? object.stream->abort(net::Status::kOk) : object.stream->close());
  });
}

jct_status set_idle_timeout(const jct_host* raw, jct_handle stream, uint64_t timeout_ns) {
  if (timeout_ns > INT64_MAX) return JCT_E_ARG;
  return on_stream(raw, stream, "set_idle_timeout", [timeout_ns](StreamObject& object) {
    return abi_status(object.stream->set_idle_timeout(loop::Duration{timeout_ns}));
  });
}

jct_status info(const jct_host* raw, jct_handle stream, jct_conn_info* out) {
  if (out == nullptr || out->size < sizeof(uint32_t)) return JCT_E_ARG;
  return on_stream(raw, stream, "info", [out](StreamObject& object) {
    fill_record(out, object.info());
    return JCT_OK;
  });
}

/// On the new loop: the handle is good again, and the plugin goes on there unless it is being stopped.
void arrive(Kernel& kernel, jct_handle handle, uint32_t loop, OwnedTask& arrived) {
  uint32_t before = 0;
  StreamObject* object = kernel.streams.find(handle, &before);
  if (object == nullptr) return;
  kernel.streams.set_loop(handle, loop);
  if (object->host->phase() == Phase::kQuiet) {
    object->stream->abort(net::Status::kClosed);
    return;
  }
  arrived.run(*object->host);
}

jct_status migrate(const jct_host* raw, jct_handle stream, uint32_t target, jct_task arrived) {
  OwnedTask task{arrived};
  Host& host = Host::of(raw);
  if (target >= host.kernel().loops.count()) return JCT_E_ARG;
  return on_stream(raw, stream, "migrate", [&](StreamObject& object) {
    Kernel& kernel = object.kernel;
    const uint32_t from = current_loop();
    kernel.streams.set_loop(stream, HandleTable<StreamObject>::kMoving);
    const net::Status status = object.stream->migrate(
        *kernel.net[target],
        [&kernel, stream, target, held = std::move(task)]() mutable { arrive(kernel, stream, target, held); });
    if (status != net::Status::kOk) kernel.streams.set_loop(stream, from);
    return abi_status(status);
  });
}

jct_status bridge(const jct_host* raw, jct_handle a, jct_handle b, const jct_bridge_policy* policy,
                  const jct_bridge_events* events, void* self, jct_handle* out) {
  Host& host = Host::of(raw);
  if (events == nullptr || events->on_close == nullptr || out == nullptr || a == b) return JCT_E_ARG;
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  return on_stream(raw, a, "bridge", [&](StreamObject& first) {
    return on_stream(raw, b, "bridge", [&](StreamObject& second) -> jct_status {
      auto object = std::make_unique<BridgeObject>(host, copy_record(events), self);
      object->handle = host.kernel().bridges.add(object.get(), current_loop());
      if (object->handle == 0) return JCT_E_LIMIT;
      const net::Bridge::Join joined = net::Bridge::join(*first.stream, *second.stream, policy_of(policy), *object);
      if (joined.bridge == nullptr) {
        host.kernel().bridges.remove(object->handle);
        return abi_status(joined.status);
      }
      object->bridge = joined.bridge;
      *out = object->handle;
      static_cast<void>(object.release());
      first.retire();
      second.retire();
      return JCT_OK;
    });
  });
}

template <class Fn>
jct_status on_bridge(const jct_host* raw, jct_handle handle, const char* function, Fn fn) {
  Host& host = Host::of(raw);
  return on_object(host, host.kernel().bridges, handle, function, fn);
}

jct_status bridge_stats(const jct_host* raw, jct_handle bridge, jct_bridge_stats* out) {
  if (out == nullptr || out->size < sizeof(uint32_t)) return JCT_E_ARG;
  return on_bridge(raw, bridge, "bridge_stats", [out](BridgeObject& object) {
    fill_record(out, stats_of(object.bridge->stats()));
    return JCT_OK;
  });
}

jct_status bridge_set_policy(const jct_host* raw, jct_handle bridge, const jct_bridge_policy* policy) {
  return on_bridge(raw, bridge, "bridge_set_policy", [policy](BridgeObject& object) {
    object.bridge->set_policy(policy_of(policy));
    return JCT_OK;
  });
}

jct_status bridge_close(const jct_host* raw, jct_handle bridge) {
  return on_bridge(raw, bridge, "bridge_close", [](BridgeObject& object) {
    object.bridge->close();
    return JCT_OK;
  });
}

}  // namespace

const jct_net_api& net_api() {
  static constexpr jct_net_api kApi{sizeof(jct_net_api),
                                    0,
                                    listen,
                                    udp_open,
                                    close_any_listener,
                                    addresses,
                                    udp_send,
                                    connect,
                                    attach,
                                    send,
                                    pause,
                                    resume,
                                    end,
                                    close,
                                    set_idle_timeout,
                                    info,
                                    migrate,
                                    bridge,
                                    bridge_stats,
                                    bridge_set_policy,
                                    bridge_close,
                                    sendv};
  return kApi;
}

}  // namespace junctor::api
