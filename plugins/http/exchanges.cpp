// SPDX-License-Identifier: Apache-2.0
#include "exchanges.hpp"

#include <algorithm>
#include <utility>

namespace junctor::http {
namespace {

constexpr uint32_t kLoopShift = 24;  // a handle: generation, loop, index
constexpr uint32_t kIndexMask = (1U << kLoopShift) - 1;

jct_handle handle_of(uint32_t generation, uint32_t loop, uint32_t index) {
  return (static_cast<jct_handle>(generation) << 32) | (loop << kLoopShift) | index;
}

}  // namespace

Owners::Owners(const Host& host) {
  const auto table = detail::adopt<jct_loop_api>(host.raw()->api(host.raw(), JCT_LOOP_API));
  enter_ = table.enter;
  leave_ = table.leave;
}

Exchanges::Exchanges(const Host& host, size_t stream_high) : host_{host}, owners_{host}, stream_high_{stream_high} {
  for (uint32_t i = 0; i < host.loops(); ++i) shards_.push_back(std::make_unique<Shard>());
}

Exchanges::Shard* Exchanges::shard_of(jct_handle handle) {
  const uint32_t loop = static_cast<uint32_t>(handle) >> kLoopShift;
  return loop < shards_.size() ? shards_[loop].get() : nullptr;
}

ExchangePointer Exchanges::find(jct_handle handle) {
  Shard* shard = shard_of(handle);
  if (shard == nullptr) return nullptr;
  const uint32_t index = static_cast<uint32_t>(handle) & kIndexMask;
  const std::lock_guard lock{shard->mutex};
  if (index >= shard->slots.size() || shard->slots[index].generation != handle >> 32) return nullptr;
  return shard->slots[index].exchange;
}

/// At once where the caller is on that loop.
template <class Fn>
void Exchanges::on_loop(const ExchangePointer& exchange, Fn fn) {
  if (host_.current_loop() == exchange->loop) return fn();
  host_.post(exchange->loop, std::move(fn));
}

/// A last call: where this instance stops before its turn comes, it is made then.
template <class Fn>
void Exchanges::later(uint32_t loop, Fn fn) {
  struct LastCall {
    explicit LastCall(Fn f) : call{std::move(f)} {}
    LastCall(const LastCall&) = delete;
    LastCall& operator=(const LastCall&) = delete;
    ~LastCall() { call(); }
    Fn call;
  };
  host_.post(loop, [last = std::make_unique<LastCall>(std::move(fn))] {});
}

// ---- for carriers ---------------------------------------------------------------------------------------------------

void Exchanges::open(const ExchangePointer& exchange) {
  Shard& shard = *shards_[exchange->loop];
  const std::lock_guard lock{shard.mutex};
  uint32_t index = static_cast<uint32_t>(shard.slots.size());
  if (shard.free.empty()) {
    shard.slots.emplace_back();
  } else {
    index = shard.free.back();
    shard.free.pop_back();
  }
  exchange->handle = handle_of(shard.slots[index].generation, exchange->loop, index);
  shard.slots[index].exchange = exchange;
  count_.fetch_add(1, std::memory_order_relaxed);
}

void Exchanges::erase(const ExchangePointer& exchange) {
  Shard& shard = *shard_of(exchange->handle);
  const uint32_t index = static_cast<uint32_t>(exchange->handle) & kIndexMask;
  const std::lock_guard lock{shard.mutex};
  if (index >= shard.slots.size() || shard.slots[index].exchange != exchange) return;
  shard.slots[index].exchange.reset();
  ++shard.slots[index].generation;
  shard.free.push_back(index);
  count_.fetch_sub(1, std::memory_order_relaxed);
}

void Exchanges::dispatch(const ExchangePointer& exchange) {
  exchange->dispatched = true;
  const jct_http_route& calls = exchange->route->calls;
  void* context = nullptr;
  const jct_status status = owners_.call(
      calls.host, [&] { return calls.on_request(calls.self, exchange->handle, &exchange->request, &context); });
  if (context != nullptr) keep_context(exchange, context);
  if (status == JCT_E_STATE) {
    if (waits_for_heir(*exchange)) return;
    respond(exchange->handle, own_response(503, view(exchange->request.path)));
  } else if (status < 0) {
    release(exchange->handle);
  }
}

/// Its owner is stopping: end_route is about to find it, unless that was here already.
bool Exchanges::waits_for_heir(OpenExchange& exchange) {
  const std::lock_guard lock{shard_of(exchange.handle)->mutex};
  exchange.begun = exchange.route->removed.load();
  return !exchange.begun;
}

/// On the exchange's loop soon: the next instance's handler is called as if the first had not been.
void Exchanges::pass_on(const ExchangePointer& exchange, const std::shared_ptr<Route>& heir) {
  const auto again = [this, exchange, heir] {
    bool waited_for = false;
    {
      const std::lock_guard lock{shard_of(exchange->handle)->mutex};
      waited_for = exchange->state == OpenExchange::State::kOpen && !exchange->gone;
      if (waited_for) exchange->former = std::exchange(exchange->route, heir);
      exchange->begun = true;
    }
    if (!waited_for) {
      respond(exchange->handle, own_response(503, view(exchange->request.path)));
      return;
    }
    exchange->request.route = str(heir->pattern);
    dispatch(exchange);
  };
  if (host_.post(exchange->loop, again) != JCT_OK) {
    respond(exchange->handle, own_response(503, view(exchange->request.path)));
  }
}

void Exchanges::keep_context(const ExchangePointer& exchange, void* context) {
  if (exchange->settled) {  // answered inside the handler
    if (exchange->route->calls.on_end != nullptr) exchange->route->calls.on_end(context);
    return;
  }
  const std::lock_guard lock{shard_of(exchange->handle)->mutex};
  exchange->context = context;
}

jct_status Exchanges::give_body(const ExchangePointer& exchange, std::string_view piece) {
  const jct_http_route& calls = exchange->route->calls;
  if (calls.on_body == nullptr) return JCT_E_UNSUPPORTED;
  return owners_.call(calls.host, [&] { return calls.on_body(exchange->context, exchange->handle, bytes(piece)); });
}

void Exchanges::abandon(const ExchangePointer& exchange) {
  exchange->carrier = nullptr;
  Shard& shard = *shard_of(exchange->handle);
  OpenExchange::State state{};
  bool told = false;
  {
    const std::lock_guard lock{shard.mutex};
    // Its body never was whole: nobody else knows of it.
    if (!exchange->dispatched) exchange->state = OpenExchange::State::kEnded;
    state = exchange->state;
    told = std::exchange(exchange->gone, true);
  }
  if (state != OpenExchange::State::kOpen) return settle(exchange, JCT_E_RESET);
  const jct_http_route& calls = exchange->route->calls;
  if (told || exchange->context == nullptr || calls.on_gone == nullptr) return;
  owners_.call(calls.host, [&] {
    calls.on_gone(exchange->context, exchange->handle);
    return jct_status{JCT_OK};
  });
}

std::string Exchanges::take_outbox(const ExchangePointer& exchange, size_t most, bool* over) {
  Shard& shard = *shard_of(exchange->handle);
  std::string out;
  bool writable = false;
  {
    const std::lock_guard lock{shard.mutex};
    exchange->flush_due = false;
    out = exchange->outbox.substr(0, most);
    exchange->outbox.erase(0, out.size());
    *over = exchange->stream_over && exchange->outbox.empty();
    writable = exchange->outbox.size() <= stream_high_ / 4 && std::exchange(exchange->want_writable, false);
  }
  if (writable && exchange->stream.on_writable != nullptr) {
    host_.post(exchange->loop, [this, exchange] {
      if (exchange->state != OpenExchange::State::kStreaming || exchange->stream.self == nullptr) return;
      owners_.call(exchange->route->calls.host, [&] {
        exchange->stream.on_writable(exchange->stream.self, exchange->handle);
        return jct_status{JCT_OK};
      });
    });
  }
  return out;
}

/// The handler's last calls, each once: whoever takes the pointer out makes the call.
void Exchanges::settle(const ExchangePointer& exchange, jct_status reason) {
  exchange->carrier = nullptr;
  Shard& shard = *shard_of(exchange->handle);
  jct_http_stream stream{};
  bool ended = false;
  {
    const std::lock_guard lock{shard.mutex};
    exchange->gone = true;
    ended = exchange->state == OpenExchange::State::kEnded;
    stream = std::exchange(exchange->stream, {});
  }
  if (stream.on_close != nullptr) {
    later(exchange->loop, [this, exchange, stream, reason] {
      owners_.call(exchange->route->calls.host, [&] {
        stream.on_close(stream.self, exchange->handle, reason);
        return jct_status{JCT_OK};
      });
    });
  }
  if (!ended) return;  // its handler still has it
  exchange->settled = true;
  if (exchange->context == nullptr) return erase(exchange);
  later(exchange->loop, [this, exchange] {
    void* context = nullptr;
    {
      const std::lock_guard lock{shard_of(exchange->handle)->mutex};
      context = std::exchange(exchange->context, nullptr);
    }
    if (context != nullptr && exchange->route->calls.on_end != nullptr) exchange->route->calls.on_end(context);
    erase(exchange);
  });
}

// ---- for handlers ---------------------------------------------------------------------------------------------------

jct_status Exchanges::respond(jct_handle handle, Response&& response) {
  const ExchangePointer exchange = find(handle);
  if (!exchange) return JCT_E_CLOSED;
  {
    const std::lock_guard lock{shard_of(handle)->mutex};
    if (exchange->state != OpenExchange::State::kOpen) return JCT_E_CLOSED;
    exchange->state = OpenExchange::State::kEnded;
  }
  on_loop(exchange, [this, exchange, response = std::move(response)]() mutable {
    if (exchange->carrier != nullptr) return exchange->carrier->answer(exchange, std::move(response));
    settle(exchange, JCT_E_RESET);
  });
  return JCT_OK;
}

void Exchanges::release(jct_handle handle) {
  const ExchangePointer exchange = find(handle);
  if (!exchange) return;
  bool streaming = false;
  {
    const std::lock_guard lock{shard_of(handle)->mutex};
    if (exchange->state == OpenExchange::State::kEnded) return;
    streaming = exchange->state == OpenExchange::State::kStreaming;
    if (streaming) exchange->state = OpenExchange::State::kEnded;
  }
  if (!streaming) {
    respond(handle, own_response(500, view(exchange->request.path)));
    return;
  }
  on_loop(exchange, [this, exchange] {
    if (exchange->carrier != nullptr) return exchange->carrier->cut_off(exchange);
    settle(exchange, JCT_E_RESET);
  });
}

bool Exchanges::is_gone(jct_handle handle) {
  const ExchangePointer exchange = find(handle);
  if (!exchange) return true;
  const std::lock_guard lock{shard_of(handle)->mutex};
  return exchange->gone;
}

jct_status Exchanges::body_more(jct_handle handle) {
  const ExchangePointer exchange = find(handle);
  if (!exchange) return JCT_E_CLOSED;
  if (host_.current_loop() != exchange->loop) return JCT_E_THREAD;
  if (exchange->carrier == nullptr) return JCT_E_CLOSED;
  exchange->carrier->more_body(exchange);
  return JCT_OK;
}

jct_status Exchanges::stream_begin(jct_handle handle, Response&& head, const jct_http_stream& events) {
  const ExchangePointer exchange = find(handle);
  if (!exchange) return JCT_E_CLOSED;
  if ((exchange->request.flags & JCT_HTTP_SIGNAL) != 0) return JCT_E_UNSUPPORTED;
  {
    const std::lock_guard lock{shard_of(handle)->mutex};
    if (exchange->state != OpenExchange::State::kOpen) return JCT_E_CLOSED;
    exchange->state = OpenExchange::State::kStreaming;
    exchange->stream = events;
    exchange->outbox = std::move(head.body);
    exchange->flush_due = true;
  }
  head.body.clear();
  on_loop(exchange, [this, exchange, head = std::move(head)]() mutable {
    if (exchange->carrier != nullptr) return exchange->carrier->begin_stream(exchange, std::move(head));
    settle(exchange, JCT_E_RESET);
  });
  return JCT_OK;
}

jct_status Exchanges::stream_send(jct_handle handle, std::string_view piece) {
  const ExchangePointer exchange = find(handle);
  if (!exchange) return JCT_E_CLOSED;
  bool flush = false;
  {
    const std::lock_guard lock{shard_of(handle)->mutex};
    if (exchange->state != OpenExchange::State::kStreaming || exchange->gone) return JCT_E_CLOSED;
    if (!exchange->outbox.empty() && exchange->outbox.size() + piece.size() > stream_high_) {
      exchange->want_writable = true;
      return JCT_E_AGAIN;
    }
    exchange->outbox += piece;
    flush = !std::exchange(exchange->flush_due, true);
  }
  if (flush) {
    host_.post(exchange->loop, [exchange] {
      if (exchange->carrier != nullptr) exchange->carrier->stream_due(exchange);
    });
  }
  return JCT_OK;
}

jct_status Exchanges::stream_end(jct_handle handle) {
  const ExchangePointer exchange = find(handle);
  if (!exchange) return JCT_E_CLOSED;
  {
    const std::lock_guard lock{shard_of(handle)->mutex};
    if (exchange->state != OpenExchange::State::kStreaming) return JCT_E_CLOSED;
    exchange->state = OpenExchange::State::kEnded;
    exchange->stream_over = true;
  }
  host_.post(exchange->loop, [this, exchange] {
    if (exchange->carrier != nullptr) return exchange->carrier->stream_due(exchange);
    settle(exchange, JCT_E_RESET);
  });
  return JCT_OK;
}

jct_status Exchanges::take(jct_handle handle, Response&& head, jct_handle* stream) {
  const ExchangePointer exchange = find(handle);
  if (!exchange) return JCT_E_CLOSED;
  if (host_.current_loop() != exchange->loop) return JCT_E_THREAD;
  if (exchange->carrier == nullptr) return JCT_E_CLOSED;
  if (!exchange->carrier->can_stream()) return JCT_E_UNSUPPORTED;
  {
    const std::lock_guard lock{shard_of(handle)->mutex};
    if (exchange->state != OpenExchange::State::kOpen) return JCT_E_CLOSED;
    exchange->state = OpenExchange::State::kEnded;
  }
  const jct_status status = exchange->carrier->take(exchange, std::move(head), stream);
  if (status != JCT_OK && exchange->carrier != nullptr) {
    exchange->carrier->cut_off(exchange);
  } else {
    settle(exchange, status);
  }
  return status;
}

void Exchanges::end_route(const Route& route, const std::shared_ptr<Route>& heir) {
  for (const auto& shard : shards_) {
    std::vector<ExchangePointer> ours;
    {
      const std::lock_guard lock{shard->mutex};
      for (const Slot& slot : shard->slots) {
        if (slot.exchange && slot.exchange->route.get() == &route) ours.push_back(slot.exchange);
      }
    }
    for (const ExchangePointer& exchange : ours) {
      void* context = nullptr;
      jct_http_stream stream{};
      bool passes_on = false;
      {
        const std::lock_guard lock{shard->mutex};
        context = std::exchange(exchange->context, nullptr);
        stream = std::exchange(exchange->stream, {});
        const bool safe = (exchange->request.method & (JCT_HTTP_GET | JCT_HTTP_HEAD)) != 0;
        const bool whole = (route.flags & JCT_HTTP_ROUTE_PIECES) == 0;
        passes_on = heir && !heir->files && whole && !exchange->gone && (safe || !exchange->begun) &&
                    exchange->state == OpenExchange::State::kOpen;
      }
      if (stream.on_close != nullptr) stream.on_close(stream.self, exchange->handle, JCT_E_CLOSED);
      if (context != nullptr && route.calls.on_end != nullptr) route.calls.on_end(context);
      if (passes_on) {
        pass_on(exchange, heir);
        continue;
      }
      const jct_handle handle = exchange->handle;
      respond(handle, own_response(503, view(exchange->request.path)));
      release(handle);  // where it is a stream
    }
  }
}

size_t Exchanges::open_of(const Route& route) {
  size_t open = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock{shard->mutex};
    open += static_cast<size_t>(std::count_if(shard->slots.begin(), shard->slots.end(), [&](const Slot& slot) {
      return slot.exchange && slot.exchange->route.get() == &route;
    }));
  }
  return open;
}

}  // namespace junctor::http
