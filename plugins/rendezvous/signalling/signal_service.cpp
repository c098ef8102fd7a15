// SPDX-License-Identifier: Apache-2.0
// signal/1: messages by kind over any transport.
#include "signalling/signal_service.hpp"

#include <utility>

#include "wire/kinds.hpp"

namespace junctor::rendezvous {

namespace {

/// How often a loop looks at its connections, a tenth of them at a time: each is seen once a second.
constexpr Duration kTick = std::chrono::milliseconds{100};
constexpr size_t kTurns = 10;

uint32_t ticks(Duration time) { return static_cast<uint32_t>(time / kTick); }

/// What is said to a client that tries its API calls here while no plugin serves them (protocol.md 6.9).
std::string no_api() {
  hbb::HttpProxyResponse response;
  response.set_status(404);
  response.set_error("this server has no API");
  return response.SerializeAsString();
}

}  // namespace

SignalService::SignalService(const Host& host, const Settings& settings, const Traffic& traffic, Gone gone,
                             Allows allows)
    : host_{host}, settings_{settings}, traffic_{traffic}, gone_{std::move(gone)}, allows_{std::move(allows)} {
  for (uint32_t i = 0; i < host.loops(); ++i) loops_.push_back(std::make_unique<PerLoop>(i, *this));
}

void SignalService::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  for (const auto& loop : loops_) loop->ticker.cancel();
}

/// While there are channels: an idle server sleeps.
void SignalService::look_after(PerLoop& loop) {
  if (std::exchange(loop.ticks, true) || stopped_.load(std::memory_order_relaxed)) return;
  loop.ticker = host_.every(kTick, [this, &loop] { pulse(loop); });
}

SignalService::PerLoop* SignalService::here() const {
  const uint32_t loop = host_.current_loop();
  return loop < loops_.size() ? loops_[loop].get() : nullptr;
}

Channels::Entry* SignalService::entry(jct_handle handle) const {
  PerLoop* loop = here();
  return loop != nullptr ? loop->channels.find(handle) : nullptr;
}

const jct_channel* SignalService::channel(jct_handle handle) const {
  const Channels::Entry* found = entry(handle);
  return found != nullptr ? &found->channel : nullptr;
}

void SignalService::mark(jct_handle handle, uint32_t flags) {
  if (Channels::Entry* found = entry(handle)) found->channel.flags |= flags;
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
  if (message.empty()) entry->echo_due = true;
  return entry->transport->send(entry->self, bytes(message));
}

jct_status SignalService::close(const jct_channel& channel) {
  if (channel.transport == JCT_CHANNEL_UDP) return JCT_OK;
  const uint32_t owner = Channels::loop_of(channel.handle);
  if (channel.handle == 0 || owner >= loops_.size()) return JCT_E_CLOSED;
  const auto shut = [this, owner, handle = channel.handle] {
    Channels::Entry* entry = loops_[owner]->channels.find(handle);
    if (entry == nullptr) return JCT_E_CLOSED;
    entry->transport->close(entry->self);
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
  const Channels::Entry* entry = loop->channels.attach(channel, transport, self, loop->tick);
  if (entry == nullptr) {
    traffic_.refused(Refusal::kChannelsFull, channel);
    return JCT_E_LIMIT;
  }
  look_after(*loop);
  out = entry->channel;
  return JCT_OK;
}

jct_status SignalService::deliver(jct_handle handle, std::string_view message, KindSet served) {
  PerLoop* loop = here();
  if (loop == nullptr) return JCT_E_THREAD;
  Channels::Entry* entry = loop->channels.find(handle);
  if (entry == nullptr) return JCT_E_CLOSED;
  const jct_channel& channel = entry->channel;
  loop->channels.pulse(*entry).heard = loop->tick;
  if (message.empty()) {
    echo(*entry);
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

/// Another plugin's transport cannot be held back, so it is asked to close.
jct_status SignalService::deliver_from_outside(const jct_channel& channel, std::string_view message) {
  const Channels::Entry* found = entry(channel.handle);
  if (found != nullptr && !allows(found->channel)) {
    traffic_.refused(Refusal::kMessageLimit, found->channel);
    return JCT_E_LIMIT;
  }
  return deliver(channel.handle, message);
}

/// Whoever gets a heartbeat that it did not just ask for sends one back (protocol.md 2).
void SignalService::echo(Channels::Entry& entry) {
  if (!std::exchange(entry.echo_due, false)) entry.transport->send(entry.self, {});
}

jct_status SignalService::dispatch(const jct_channel& channel, uint32_t kind, std::string_view inner) {
  traffic_.received(kind);
  const jct_status status = handlers_.dispatch(channel, kind, inner);
  if (status == JCT_E_NOT_FOUND && kind == wire::kKindOf<hbb::HttpProxyRequest> && channel.handle != 0) {
    return send(channel, wire::kKindOf<hbb::HttpProxyResponse>, no_api());
  }
  if (status == JCT_E_NOT_FOUND) {  // a newer client's message, or a plugin that is switched off
    traffic_.refused(Refusal::kUnhandled, channel);
    return JCT_OK;
  }
  if (status != JCT_OK) traffic_.refused(Refusal::kHandlerRefused, channel);
  return status;
}

void SignalService::detach(jct_handle handle) {
  Channels::Entry* entry = this->entry(handle);
  if (entry == nullptr) return;
  const std::string id = std::move(entry->id);
  here()->tokens.erase(handle);
  here()->channels.detach(handle);
  if (!id.empty()) gone_(id, handle);
}

// ---- connections that stay ------------------------------------------------------------------------------------------

bool SignalService::hold(const jct_channel& channel, std::string_view id) {
  PerLoop* loop = here();
  Channels::Entry* entry = loop != nullptr ? loop->channels.find(channel.handle) : nullptr;
  if (entry == nullptr) return false;
  if (!id.empty() && entry->id != id) {
    if (!entry->id.empty()) gone_(entry->id, channel.handle);
    entry->id = id;
    entry->channel.flags |= JCT_CHANNEL_REGISTERED;
  }
  Channels::Pulse& pulse = loop->channels.pulse(*entry);
  pulse.kept = true;
  pulse.beat = loop->tick;
  pulse.news = news_number_.load(std::memory_order_acquire);
  return true;
}

bool SignalService::hold_session(const jct_channel& channel, const std::string& token) {
  if (!hold(channel, "")) return false;
  here()->tokens[channel.handle] = token;
  return true;
}

bool SignalService::each_held(size_t first, size_t count, const Held& fn) const {
  static const std::string kNone;
  PerLoop* loop = here();
  if (loop == nullptr) return false;
  loop->channels.each(first, count, [&](const Channels::Entry& entry) {
    const auto token = loop->tokens.find(entry.channel.handle);
    fn(entry.channel, entry.id, token == loop->tokens.end() ? kNone : token->second);
  });
  return first + count < loop->channels.places();
}

/// Whoever is held gets a heartbeat within every keep_alive and is dropped after one and a half without a word, as it
/// drops us (protocol.md 6.2); anybody else after `silence`.
void SignalService::pulse(PerLoop& loop) {
  ++loop.tick;
  if (loop.channels.size() == 0) {
    loop.ticks = false;
    return loop.ticker.cancel();
  }
  const uint32_t keep_alive = ticks(settings_.keep_alive()), silence = ticks(settings_.silence());
  const uint32_t beat_after = keep_alive - kTurns;  // the next look comes a second later
  const uint32_t newest = news_number_.load(std::memory_order_acquire);
  const size_t turn = (loop.channels.places() + kTurns - 1) / kTurns;
  loop.channels.some(turn, [&](Channels::Entry& entry, Channels::Pulse& pulse) {
    if (pulse.news != newest && !entry.id.empty()) {
      const auto told = news();
      pulse.news = told->number;
      entry.transport->send(entry.self, bytes(told->message));
    }
    if (loop.tick - pulse.heard > (pulse.kept ? keep_alive + keep_alive / 2 : silence)) {
      if (pulse.kept) traffic_.refused(Refusal::kDead, entry.channel, entry.id);
      pulse.heard = loop.tick;  // asked once
      entry.transport->close(entry.self);
    } else if (pulse.kept && loop.tick - pulse.beat >= beat_after) {
      pulse.beat = loop.tick;
      entry.echo_due = true;
      entry.transport->send(entry.self, {});
    }
  });
}

void SignalService::announce(std::string message) {
  std::lock_guard lock{news_mutex_};
  news_ = std::make_shared<const News>(News{news_->number + 1, std::move(message)});
  news_number_.store(news_->number, std::memory_order_release);
}

std::shared_ptr<const SignalService::News> SignalService::news() const {
  std::lock_guard lock{news_mutex_};
  return news_;
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

/// What a table has at least: it is used in place, as its owner keeps it until detach.
constexpr uint32_t kTransportSize = offsetof(jct_transport, close) + sizeof(jct_transport::close);

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
          if (transport == nullptr || transport->size < kTransportSize) return jct_status{JCT_E_ARG};
          return of(self).attach(*transport, transport_self, *peer, *local, *out);
        });
      },
      [](void* self, const jct_channel* channel, jct_bytes message) {
        return barrier([&] { return of(self).deliver_from_outside(*channel, view(message)); });
      },
      [](void* self, const jct_channel* channel) { of(self).detach(channel->handle); }};
  return kTable;
}

}  // namespace junctor::rendezvous
