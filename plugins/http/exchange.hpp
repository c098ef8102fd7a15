// SPDX-License-Identifier: Apache-2.0
// One request on its way to its answer. It is kept until it is answered and its client, or its carrier, knows. Members
// say whose they are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "head.hpp"
#include "response.hpp"
#include "route.hpp"

namespace junctor::http {

struct OpenExchange;
using ExchangePointer = std::shared_ptr<OpenExchange>;

/// The connection that a request came on, or the signalling channel. Lives on the exchange's loop, as all calls do.
class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual void answer(const ExchangePointer& exchange, Response&& response) = 0;
  virtual void begin_stream(const ExchangePointer& exchange, Response&& head) = 0;
  /// Its outbox has something, or all is in it.
  virtual void stream_due(const ExchangePointer& exchange) = 0;
  /// Its handler has given up.
  virtual void cut_off(const ExchangePointer& exchange) = 0;
  virtual jct_status take(const ExchangePointer& exchange, Response&& head, jct_handle* stream) = 0;
  virtual void more_body(const ExchangePointer& exchange) = 0;
  virtual bool can_stream() const { return true; }
};

struct OpenExchange {
  // ---- constant once it is open ----
  jct_handle handle = 0;
  uint32_t loop = 0;
  std::shared_ptr<Route> route;   // and whoever has its place when its owner stops
  std::shared_ptr<Route> former;  // then: names of parameters are views into it
  std::unique_ptr<Reading> reading;
  std::string body;
  std::vector<std::string> decoded;
  std::vector<jct_http_field> parameters;
  jct_http_request request{};
  uint64_t begun_ns = 0;

  // ---- under the table's mutex ----
  enum class State { kOpen, kStreaming, kEnded };
  State state = State::kOpen;
  bool gone = false;         // nobody waits any more
  bool stream_over = false;  // all of it is in the outbox
  bool flush_due = false;
  bool want_writable = false;
  bool begun = true;  // false: its owner was stopping and has not seen it
  std::string outbox;
  void* context = nullptr;
  jct_http_stream stream{};  // self null: none, or told already

  // ---- its loop's ----
  Carrier* carrier = nullptr;  // null once it has gone
  bool dispatched = false;     // whoever is to answer it has it
  bool settled = false;        // its handler's last calls are under way or made
};

}  // namespace junctor::http
