// SPDX-License-Identifier: Apache-2.0
#include "api/net_objects.hpp"

namespace junctor::api {

static_assert(static_cast<int32_t>(net::Status::kReset) == JCT_E_RESET);
static_assert(static_cast<int32_t>(net::Status::kAgain) == JCT_E_AGAIN);
static_assert(static_cast<int32_t>(net::Status::kNoMemory) == JCT_E_NO_MEMORY);
static_assert(static_cast<int32_t>(net::Status::kUnsupported) == JCT_E_UNSUPPORTED);
static_assert(static_cast<int32_t>(net::Status::kTruncated) == JCT_E_TRUNCATED);
static_assert(static_cast<int32_t>(net::Status::kTimeout) == JCT_E_TIMEOUT);
static_assert(sizeof(net::Datagram) == sizeof(jct_dgram));
static_assert(offsetof(net::Datagram, peer) == offsetof(jct_dgram, peer));
static_assert(offsetof(net::Datagram, data) == offsetof(jct_dgram, data));
static_assert(offsetof(net::Address, port) == offsetof(jct_addr, port));

namespace {

/// A negative answer costs the connection, which a plugin may well intend; a fault inside it is told to the operator.
net::Status judged(Host& host, const char* callback, jct_status status) {
  if (status == JCT_E_FAULT) host.blame("plugin.callback_failed", "callback", callback);
  return net_status(status);
}

}  // namespace

net::Status StreamObject::on_data(net::Stream&, std::span<const std::byte> data, size_t& consumed) {
  const loop::BusyLabel busy{here(), host->label()};
  uint64_t taken = 0;
  const jct_bytes view{reinterpret_cast<const uint8_t*>(data.data()), data.size()};
  const jct_status status = events.on_data(self, handle, view, &taken);
  if (taken > data.size()) {
    host->blame("plugin.consumed_too_much", "bytes", std::to_string(taken));
    return net::Status::kFault;
  }
  consumed = static_cast<size_t>(taken);
  return judged(*host, "on_data", status);
}

net::Status StreamObject::on_writable(net::Stream&) {
  if (events.on_writable == nullptr) return net::Status::kOk;
  const loop::BusyLabel busy{here(), host->label()};
  return judged(*host, "on_writable", events.on_writable(self, handle));
}

net::Status StreamObject::on_end(net::Stream& from) {
  if (events.on_end == nullptr) return net::StreamEvents::on_end(from);
  const loop::BusyLabel busy{here(), host->label()};
  return judged(*host, "on_end", events.on_end(self, handle));
}

void StreamObject::on_close(net::Stream&, net::Status reason) {
  stream = nullptr;
  loop::EventLoop* loop = loop::EventLoop::current();
  const jct_handle closed = handle;
  kernel.streams.remove(handle);
  if (events.on_close != nullptr) {
    if (loop != nullptr) {
      const loop::BusyLabel busy{*loop, host->label()};
      events.on_close(self, closed, abi_status(reason));
    } else {
      events.on_close(self, closed, abi_status(reason));
    }
  }
  delete this;
}

jct_conn_info StreamObject::info() {
  jct_conn_info out{};
  out.size = sizeof out;
  out.flags = (stream->tls() ? JCT_CONN_TLS : 0U) | (stream->proxied() ? JCT_CONN_PROXIED : 0U);
  out.loop = current_loop();
  out.peer = addr_of(stream->peer());
  out.local = addr_of(stream->local());
  return out;
}

void StreamObject::retire() {
  kernel.streams.remove(handle);
  stream = nullptr;
  here().post([this] { delete this; });
}

void BridgeObject::on_close(net::Bridge&, net::Status reason, const net::BridgeStats& stats) {
  host.kernel().bridges.remove(handle);
  const jct_bridge_stats out = stats_of(stats);
  loop::EventLoop* loop = loop::EventLoop::current();
  if (loop != nullptr) {
    const loop::BusyLabel busy{*loop, host.label()};
    events.on_close(self, handle, abi_status(reason), &out);
  } else {
    events.on_close(self, handle, abi_status(reason), &out);
  }
  delete this;
}

jct_bridge_stats stats_of(const net::BridgeStats& stats) {
  return {sizeof(jct_bridge_stats),
          0,
          stats.bytes_ab,
          stats.bytes_ba,
          static_cast<uint64_t>(stats.age.count()),
          static_cast<uint64_t>(stats.idle.count())};
}

void ListenerObject::on_accept(net::ListenerGroup&, net::Stream& stream) {
  Kernel& kernel = host.kernel();
  if (kernel.full()) {
    refused_total->add(current_loop(), 1);
    return;  // not attached: the stream is closed
  }
  auto object = std::make_unique<StreamObject>(kernel);
  object->host = &host;
  object->stream = &stream;
  object->handle = kernel.streams.add(object.get(), current_loop());
  if (object->handle == 0) return;
  StreamObject* raw = object.release();  // its own from here on
  const jct_handle accepted = raw->handle;
  jct_conn_info info = raw->info();
  if (stream.spoken()) info.flags |= JCT_CONN_SPOKEN;
  const loop::BusyLabel busy{*loop::EventLoop::current(), host.label()};
  const jct_status status = events.on_accept(self, handle, accepted, &info);
  judged(host, "on_accept", status);
  uint32_t loop = 0;
  if (kernel.streams.find(accepted, &loop) != raw) return;  // closed and gone, or bridged
  if (raw->events.size == 0) {
    raw->retire();  // nobody attached it: the caller closes the stream
  } else if (status < 0 && loop == current_loop()) {
    stream.close(net_status(status));
  }
}

/// Anybody can bring these about, as often as they like: nothing of it is for the usual log.
void ListenerObject::on_refused(net::ListenerGroup&, const net::Address& peer, net::Refusal reason,
                                const char* detail) {
  ops::Log& log = host.kernel().log;
  const bool logged = log.enabled(ops::Level::kDebug) && host.may_log();
  if (!logged && !host.kernel().events.wanted()) return;
  const std::string address = peer.to_string();
  const std::string_view name = net::refusal_name(reason);
  const jct_field told[] = {{"reason", {name.data(), name.size()}}, {"peer", {address.data(), address.size()}}};
  host.kernel().events.publish(&host, "net.refused", told);
  if (!logged) return;
  const ops::Field fields[] = {{"reason", net::refusal_name(reason)}, {"peer", address}, {"detail", detail}};
  log.write(ops::Level::kDebug, host.instance(), "net.refused", fields);
}

void DatagramObject::on_datagrams(net::DatagramGroup&, std::span<const net::Datagram> batch) {
  const loop::BusyLabel busy{*loop::EventLoop::current(), host.label()};
  const jct_status status = events.on_datagrams(self, reinterpret_cast<const jct_dgram*>(batch.data()), batch.size());
  if (status < 0) host.blame("plugin.datagrams_failed", "status", std::to_string(status));
}

}  // namespace junctor::api
