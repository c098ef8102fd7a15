// SPDX-License-Identifier: Apache-2.0
// All exchanges that are open, by handle, and what their handlers may do with them: http/1's half of exchanges. Any
// thread; a loop's exchanges are behind its own mutex, which is never held across a call.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "exchange.hpp"
#include "junctor/host.hpp"
#include "junctor/loop.h"

namespace junctor::http {

/// Calls into a route's owner, inside its gate.
class Owners {
 public:
  explicit Owners(const Host& host);

  /// JCT_E_STATE where it is stopping.
  template <class Fn>
  jct_status call(const jct_host* owner, Fn&& fn) const {
    if (owner != nullptr && enter_(owner) != JCT_OK) return JCT_E_STATE;
    const jct_status status = fn();
    if (owner != nullptr) leave_(owner);
    return status;
  }

 private:
  jct_status (*enter_)(const jct_host*);
  void (*leave_)(const jct_host*);
};

class Exchanges {
 public:
  /// `stream_high`: what of a stream may wait to be sent.
  Exchanges(const Host& host, size_t stream_high);

  // ---- for carriers, on the exchange's loop ----
  /// Gives it its handle.
  void open(const ExchangePointer& exchange);
  /// The route's handler is called; what it does not take is answered.
  void dispatch(const ExchangePointer& exchange);
  /// The handler's answer to a piece of the body ("" for its end).
  jct_status give_body(const ExchangePointer& exchange, std::string_view piece);
  /// Nobody waits for the answer any more.
  void abandon(const ExchangePointer& exchange);
  /// A stream's bytes that are due, and whether that was all; on_writable follows where it was refused before.
  std::string take_outbox(const ExchangePointer& exchange, size_t most, bool* over);
  /// It has been carried out, or never will be: its handler hears the end of it.
  void settle(const ExchangePointer& exchange, jct_status reason);

  // ---- for handlers [any] ----
  jct_status respond(jct_handle handle, Response&& response);
  void release(jct_handle handle);
  bool is_gone(jct_handle handle);
  jct_status body_more(jct_handle handle);
  jct_status stream_begin(jct_handle handle, Response&& head, const jct_http_stream& events);
  jct_status stream_send(jct_handle handle, std::string_view piece);
  jct_status stream_end(jct_handle handle);
  jct_status take(jct_handle handle, Response&& head, jct_handle* stream);

  /// [control] The owner is stopping: its exchanges end now, and it hears of each before this returns. What it has not
  /// begun, and what may be asked twice (GET), goes to the heir; all else, and all where there is none, is answered
  /// 503.
  void end_route(const Route& route, const std::shared_ptr<Route>& heir);
  size_t count() const { return count_.load(std::memory_order_relaxed); }
  const Owners& owners() const { return owners_; }
  /// [any] By route, how many are open: for junctorctl.
  size_t open_of(const Route& route);

 private:
  bool waits_for_heir(OpenExchange& exchange);
  void pass_on(const ExchangePointer& exchange, const std::shared_ptr<Route>& heir);
  struct Slot {
    ExchangePointer exchange;
    uint32_t generation = 1;
  };
  struct Shard {
    std::mutex mutex;
    std::vector<Slot> slots;
    std::vector<uint32_t> free;
  };

  Shard* shard_of(jct_handle handle);
  ExchangePointer find(jct_handle handle);  // takes the shard's mutex for the look-up alone
  void keep_context(const ExchangePointer& exchange, void* context);
  void erase(const ExchangePointer& exchange);
  template <class Fn>
  void on_loop(const ExchangePointer& exchange, Fn fn);
  template <class Fn>
  void later(uint32_t loop, Fn fn);

  const Host& host_;
  const Owners owners_;
  const size_t stream_high_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<size_t> count_{0};
};

}  // namespace junctor::http
