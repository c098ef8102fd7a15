// SPDX-License-Identifier: Apache-2.0
// signal/1: messages by kind over any transport.
#include "signal_service.hpp"

namespace junctor::rendezvous {

SignalService::SignalService(const Host& host, const Settings& settings, const Traffic& traffic)
    : host_{host}, settings_{settings}, traffic_{traffic} {
  for (uint32_t i = 0; i < host.loops(); ++i) loops_.push_back(std::make_unique<PerLoop>(i, *this));
}

SignalService::PerLoop* SignalService::here() const {
  const uint32_t loop = host_.current_loop();
  return loop < loops_.size() ? loops_[loop].get() : nullptr;
}

jct_status SignalService::handle(uint32_t kind, jct_signal_handler handler, void* context) {
  const jct_status status = handlers_.add(kind, handler, context);
  if (status == JCT_E_EXISTS) host_.error("rendezvous.kind_taken", {{"kind", kind}});
  return status;
}

// ---- out ------------------------------------------------------------------------------------------------------------

jct_status SignalService::send(const jct_channel& channel, uint32_t kind, std::string_view inner) {
  if (!wire::is_kind(kind)) return JCT_E_ARG;
  PerLoop* loop = here();
  std::string own;
  std::string& message = loop != nullptr ? loop->out : own;
  message.clear();
  wire::wrap(kind, inner, message);
  return send_whole(channel, message);
}

jct_status SignalService::send_whole(const jct_channel& channel, std::string_view message) {
  if (channel.transport == JCT_CHANNEL_UDP) return send_datagram(channel, message);
  const uint32_t owner = Channels::loop_of(channel.handle);
  if (channel.handle == 0 || owner >= loops_.size()) return JCT_E_CLOSED;
  PerLoop* loop = here();
  if (loop == loops_[owner].get()) return send_here(*loop, channel.handle, message);
  return host_.post(owner, [this, owner, handle = channel.handle, copy = std::string{message}] {
    send_here(*loops_[owner], handle, copy);
  });
}

jct_status SignalService::send_datagram(const jct_channel& channel, std::string_view message) {
  if (message.empty()) return JCT_E_ARG;
  if (here() == nullptr) {
    return host_.post(host_.home_loop(),
                      [this, channel, copy = std::string{message}] { send_datagram(channel, copy); });
  }
  const jct_dgram datagram{channel.socket, channel.peer, channel.local, bytes(message)};
  return host_.net().udp_send(host_.raw(), &datagram);
}

jct_status SignalService::send_here(PerLoop& loop, jct_handle handle, std::string_view message) {
  Channels::Entry* entry = loop.channels.find(handle);
  if (entry == nullptr) return JCT_E_CLOSED;
  if (message.empty()) entry->asked_for_echo = true;
  return entry->transport.send(entry->self, bytes(message));
}

jct_status SignalService::close(const jct_channel& channel) {
  if (channel.transport == JCT_CHANNEL_UDP) return JCT_OK;
  const uint32_t owner = Channels::loop_of(channel.handle);
  if (channel.handle == 0 || owner >= loops_.size()) return JCT_E_CLOSED;
  const auto shut = [this, owner, handle = channel.handle] {
    Channels::Entry* entry = loops_[owner]->channels.find(handle);
    if (entry == nullptr) return JCT_E_CLOSED;
    entry->transport.close(entry->self);
    return JCT_OK;
  };
  if (here() == loops_[owner].get()) return shut();
  return host_.post(owner, shut);
}

// ---- in -------------------------------------------------------------------------------------------------------------

jct_status SignalService::attach(const jct_transport& transport, void* self, const jct_addr& peer,
                                 const jct_addr& local, jct_channel& out) {
  PerLoop* loop = here();
  if (loop == nullptr) return JCT_E_THREAD;
  if (self == nullptr || transport.send == nullptr || transport.close == nullptr) return JCT_E_ARG;
  jct_channel channel{};
  channel.transport = transport.transport;
  channel.peer = peer;
  channel.local = local;
  const Channels::Entry* entry = loop->channels.attach(channel, transport, self);
  if (entry == nullptr) {
    traffic_.refused(Refusal::kChannelsFull, channel);
    return JCT_E_LIMIT;
  }
  out = entry->channel;
  return JCT_OK;
}

jct_status SignalService::deliver(const jct_channel& channel, std::string_view message, KindSet served) {
  PerLoop* loop = here();
  if (loop == nullptr) return JCT_E_THREAD;
  if (message.empty()) {
    echo(*loop, channel);
    return JCT_OK;
  }
  const auto peeled = wire::peel(message, loop->joined);
  if (!peeled) {
    traffic_.refused(Refusal::kMalformed, channel);
    return JCT_E_ARG;
  }
  if ((served & kind_bit(peeled->kind)) == 0) {
    traffic_.refused(Refusal::kUnhandled, channel);
    return JCT_OK;
  }
  return dispatch(channel, peeled->kind, peeled->inner);
}

/// Whoever gets a heartbeat that it did not just ask for sends one back (protocol.md 2).
void SignalService::echo(PerLoop& loop, const jct_channel& channel) {
  Channels::Entry* entry = loop.channels.find(channel.handle);
  if (entry == nullptr) return;
  if (entry->asked_for_echo) {
    entry->asked_for_echo = false;
    return;
  }
  entry->transport.send(entry->self, {});
}

jct_status SignalService::dispatch(const jct_channel& channel, uint32_t kind, std::string_view inner) {
  traffic_.received(kind);
  const jct_status status = handlers_.dispatch(channel, kind, inner);
  if (status == JCT_E_NOT_FOUND) {  // a newer client's message, or a plugin that is switched off
    traffic_.refused(Refusal::kUnhandled, channel);
    return JCT_OK;
  }
  if (status != JCT_OK) traffic_.refused(Refusal::kHandlerRefused, channel);
  return status;
}

void SignalService::detach(const jct_channel& channel) {
  if (PerLoop* loop = here()) loop->channels.detach(channel.handle);
}

// ---- the C table ----------------------------------------------------------------------------------------------------

namespace {

SignalService& of(void* self) { return *static_cast<SignalService*>(self); }

template <class Fn>
jct_status barrier(Fn&& fn) noexcept {
  jct_status answer = JCT_E_FAULT;
  const jct_status status = detail::guard(nullptr, [&] { answer = fn(); });
  return status == JCT_OK ? answer : status;
}

}  // namespace

const jct_signal_service& SignalService::table() {
  static constexpr jct_signal_service kTable{
      sizeof(jct_signal_service),
      0,
      [](void* self, uint32_t kind, jct_signal_handler handler, void* context) {
        return barrier([&] { return of(self).handle(kind, handler, context); });
      },
      [](void* self, uint32_t kind, void* context) { of(self).unhandle(kind, context); },
      [](void* self, const jct_channel* channel, uint32_t kind, jct_bytes message) {
        return barrier([&] { return of(self).send(*channel, kind, view(message)); });
      },
      [](void* self, const jct_channel* channel) { return barrier([&] { return of(self).close(*channel); }); },
      [](void* self, const jct_transport* transport, void* transport_self, const jct_addr* peer, const jct_addr* local,
         jct_channel* out) {
        return barrier([&] {
          return of(self).attach(detail::adopt<jct_transport>(transport), transport_self, *peer, *local, *out);
        });
      },
      [](void* self, const jct_channel* channel, jct_bytes message) {
        return barrier([&] { return of(self).deliver(*channel, view(message)); });
      },
      [](void* self, const jct_channel* channel) { of(self).detach(*channel); }};
  return kTable;
}

}  // namespace junctor::rendezvous
