// SPDX-License-Identifier: Apache-2.0
// How requests come in. Lives on the stream's loop.
#include "connection.hpp"

#include <utility>

namespace junctor::http {
namespace {

// Whoever asks without a pause is told to come anew; a close between two requests would cost one of them its answer.
constexpr Duration kParting = std::chrono::milliseconds{500};
constexpr size_t kWorthReading = 64 * 1024;  // of a body that nobody wants: more ends the connection

uint32_t flags_of(const jct_conn_info& info) { return (info.flags & JCT_CONN_TLS) != 0 ? JCT_HTTP_TLS : 0; }

}  // namespace

Connection::Connection(Core& core, const jct_conn_info& info, bool redirects, std::string scope)
    : core_{core},
      info_{info},
      scope_{scope.empty() ? nullptr : std::make_unique<const std::string>(std::move(scope))},
      redirects_{redirects},
      keep_{true},
      chunks_{false},
      stream_over_{false},
      reading_{false},
      paused_{false},
      half_closed_{false},
      taken_{false} {}

Connection::~Connection() { stream_.release(); }

bool Connection::open(Stream stream) {
  stream_ = std::move(stream);
  if (stream_.attach(*this) != JCT_OK) return false;
  core_.connections.fetch_add(1);
  place_ = loop().connections.size();
  rules_ = loop().rules;
  loop().connections.push_back(this);
  core_.look_after(loop());
  wait(Phase::kIdle, loop().settings.idle_timeout);
  return true;
}

void Connection::leave_loop() {
  auto& all = loop().connections;
  all[place_] = all.back();
  all[place_]->place_ = place_;
  all.pop_back();
  if (core_.connections.fetch_sub(1) == 1) core_.last_gone();
}

void Connection::drain() {
  keep_ = false;
  if (phase_ == Phase::kIdle) wait(Phase::kIdle, kParting);
}

// ---- the stream's events --------------------------------------------------------------------------------------------

size_t Connection::on_data(std::string_view data) {
  size_t used = 0;
  reading_ = true;
  while (phase_ != Phase::kOver && !taken_) {
    const Phase before = phase_;
    const size_t more = step(data.substr(used));
    used += more;
    if (more == 0 && phase_ == before) break;
  }
  reading_ = false;
  if (taken_) {
    delete this;
    return used;
  }
  if (phase_ == Phase::kOver) return data.size();
  // What is left comes again with resume(): a client that sends ahead must not fill our memory.
  if (used < data.size() && waits_for_others() && !paused_) paused_ = stream_.pause() == JCT_OK;
  return used;
}

bool Connection::waits_for_others() const {
  return phase_ == Phase::kAnswer || phase_ == Phase::kStream || phase_ == Phase::kFlush ||
         (phase_ == Phase::kBody && body_->waits);
}

size_t Connection::step(std::string_view data) {
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
      return data.empty() ? 0 : read_head(data);
    case Phase::kBody:
      return data.empty() || body_->waits ? 0 : read_body(data);
    case Phase::kDiscard:
      return data.empty() ? 0 : discard_body(data);
    default:
      return 0;
  }
}

void Connection::on_end() {
  half_closed_ = true;
  keep_ = false;
  const bool whole = phase_ == Phase::kAnswer || phase_ == Phase::kStream || phase_ == Phase::kFlush;
  if (!whole && phase_ != Phase::kOver) shut();
}

void Connection::on_close(jct_status) {
  stream_.release();
  phase_ = Phase::kOver;
  lose_exchange();
  leave_loop();
  delete this;
}

// ---- heads ----------------------------------------------------------------------------------------------------------

size_t Connection::read_head(std::string_view data) {
  const Settings& settings = loop().settings;
  if (phase_ == Phase::kIdle) {
    // An empty line in front of a request is passed over (RFC 9112, 2.2).
    if (data.substr(0, 2) == "\r\n") return 2;
    if (data == "\r") return 0;
    wait(Phase::kHead, settings.head_timeout);
    scanned_ = 0;
  }
  const size_t size = head_size(data, scanned_);
  if (size > settings.head_max || (size == 0 && data.size() >= settings.head_max)) {
    refuse(own_response(431, "/", "the request's head is too long"), Refusal::kHeadTooLarge);
    return data.size();
  }
  scanned_ = data.size();
  if (size == 0) return 0;
  auto reading = std::make_unique<Reading>();
  const Fault fault = reading->read_head(data.substr(0, size), settings.fields_max);
  if (fault != Fault::kNone) {
    refuse(fault_answer(fault), Refusal::kBadRequest);
  } else {
    begin(std::move(reading));
  }
  return size;
}

void Connection::begin(std::unique_ptr<Reading> reading) {
  const Head& head = reading->head();
  keep_ = head.keep_alive && !half_closed_ && !loop().draining;
  if (head.first("expect") && !head.expects_continue) {
    return refuse(own_response(417, "/", "expected Expect: 100-continue, or none"), Refusal::kExpectation);
  }
  Admitted admitted = admit(
      core_, loop(), reading,
      {info_.peer, info_.local, flags_of(info_), redirects_, scope_ ? std::string_view{*scope_} : std::string_view{}});
  if (!admitted.exchange) return answer_at_once(std::move(reading), std::move(admitted.answer));
  begin_exchange(admitted.exchange);
}

/// Its body is read on where that is cheaper than another connection.
void Connection::answer_at_once(std::unique_ptr<Reading> reading, Response&& response) {
  const Head& head = reading->head();
  const bool short_body = !head.chunked && head.length <= kWorthReading && !head.expects_continue;
  if (head.has_body() && !short_body) keep_ = false;
  const bool discards = head.has_body() && keep_;
  say(std::move(response), head.method == JCT_HTTP_HEAD, head.is_11);
  if (!discards) return finish_request();
  body_ = std::make_unique<Body>(core_, info_.peer);
  body_->discarded = std::move(reading);
  wait(Phase::kDiscard, loop().settings.body_timeout);
}

void Connection::begin_exchange(const ExchangePointer& exchange) {
  const Head& head = exchange->reading->head();
  if (head.length > exchange->route->body_max) {
    return refuse(own_response(413, view(exchange->request.path)), Refusal::kBodyTooLarge);
  }
  exchange->carrier = this;
  exchange_ = exchange;
  core_.exchanges.open(exchange);
  if (head.has_body()) return begin_body(exchange);
  wait(Phase::kAnswer, exchange->route->deadline);
  const bool pieces = in_pieces();
  dispatch(exchange);
  if (pieces && exchange_ == exchange && phase_ == Phase::kAnswer) give_piece("");
}

void Connection::begin_body(const ExchangePointer& exchange) {
  body_ = std::make_unique<Body>(core_, exchange->request.client);
  if (exchange->reading->head().expects_continue) stream_.send("HTTP/1.1 100 Continue\r\n\r\n");
  wait(Phase::kBody, loop().settings.body_timeout);
  if (in_pieces()) dispatch(exchange);
}

void Connection::dispatch(const ExchangePointer& exchange) {
  if (exchange->route->files) {
    exchange->dispatched = true;
    return core_.files.serve(exchange);
  }
  core_.exchanges.dispatch(exchange);
}

// ---- bodies ---------------------------------------------------------------------------------------------------------

size_t Connection::read_body(std::string_view data) {
  const ExchangePointer exchange = exchange_;
  size_t taken = 0;
  Fault fault = exchange->reading->read_body(data, &taken);
  if (taken == 0 && data.size() >= loop().settings.head_max) fault = Fault::kSyntax;  // a chunk's line without an end
  if (fault != Fault::kNone) {
    refuse(fault_answer(fault), Refusal::kBadRequest);
    return data.size();
  }
  if (exchange->reading->body_size() > exchange->route->body_max) {
    refuse(own_response(413, view(exchange->request.path)), Refusal::kBodyTooLarge);
    return data.size();
  }
  const bool pieces = in_pieces();
  for (const std::string_view piece : exchange->reading->pieces()) {
    if (!pieces && !keep_piece(piece)) return data.size();
    if (pieces) give_piece(piece);
    if (phase_ != Phase::kBody) return taken;  // answered before its end
  }
  if (exchange->reading->complete() && !body_->waits) end_of_body();
  return taken;
}

bool Connection::keep_piece(std::string_view piece) {
  std::string& body = exchange_->body;
  const Settings& settings = loop().settings;
  if (body_->memory.grow(piece.size(), settings.body_memory, settings.body_memory_per_client)) {
    if (body.empty()) body.reserve(exchange_->reading->head().length);
    body += piece;
    return true;
  }
  refuse(own_response(503, view(exchange_->request.path)), Refusal::kNoBodyMemory);
  return false;
}

void Connection::give_piece(std::string_view piece) {
  if (body_ && body_->waits) {
    body_->kept += piece;
    return;
  }
  const ExchangePointer exchange = exchange_;
  if (phase_ == Phase::kBody) wait(Phase::kBody, loop().settings.body_timeout);
  const jct_status status = core_.exchanges.give_body(exchange, piece);
  if (exchange_ != exchange) return;
  if (status == JCT_E_AGAIN) {
    if (body_ && !piece.empty()) body_->waits = true;
  } else if (status < 0) {
    core_.exchanges.release(exchange->handle);
  }
}

void Connection::more_body(const ExchangePointer& exchange) {
  if (exchange != exchange_ || !body_ || !body_->waits) return;
  body_->waits = false;
  const std::string kept = std::exchange(body_->kept, {});
  if (!kept.empty()) give_piece(kept);
  if (exchange_ != exchange || phase_ != Phase::kBody || body_->waits) return;
  if (exchange->reading->complete()) return end_of_body();
  if (!reading_) resume();
}

void Connection::end_of_body() {
  const ExchangePointer exchange = exchange_;
  const bool pieces = in_pieces();
  exchange->reading->end_body();
  exchange->request.body = bytes(exchange->body);
  wait(Phase::kAnswer, exchange->route->deadline);
  if (pieces) {
    give_piece("");
  } else {
    dispatch(exchange);
  }
}

size_t Connection::discard_body(std::string_view data) {
  size_t taken = 0;
  if (body_->discarded->read_body(data, &taken) != Fault::kNone) {
    shut();
  } else if (body_->discarded->complete()) {
    finish_request();
  }
  return taken;
}

// ---- time -----------------------------------------------------------------------------------------------------------

void Connection::wait(Phase phase, Duration patience) {
  phase_ = phase;
  deadline_ = loop().now + patience;
}

/// Rules have changed: who may call the API no more is here no more.
void Connection::ask_again() {
  rules_ = loop().rules;
  const bool api = !exchange_ || Core::is_api(view(exchange_->request.path));
  const jct_addr client = exchange_ ? exchange_->request.client : info_.peer;
  if (!api || !core_.denies(client)) return;
  core_.traffic.refused(Refusal::kDenied, client);
  shut();
}

void Connection::look(Duration now) {
  if (phase_ != Phase::kOver && rules_ != loop().rules) ask_again();
  if (phase_ != Phase::kOver && now >= deadline_) late();
}

void Connection::late() {
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kDiscard:
      return shut();
    case Phase::kHead:
      return refuse(own_response(408, "/"), Refusal::kLateHead);
    case Phase::kBody:
      if (body_->waits) return wait(Phase::kBody, loop().settings.body_timeout);  // it is not the client that is slow
      return refuse(own_response(408, view(exchange_->request.path)), Refusal::kLateBody);
    case Phase::kAnswer: {
      const ExchangePointer exchange = exchange_;
      const Head& head = exchange->reading->head();
      core_.traffic.refused(Refusal::kLateAnswer, info_.peer, view(exchange->request.path));
      account(core_.host, *exchange, 504);
      lose_exchange();
      say(own_response(504, view(exchange->request.path)), head.method == JCT_HTTP_HEAD, head.is_11);
      return finish_request();
    }
    case Phase::kStream:
      if (out_.empty()) return wait(Phase::kStream, loop().settings.write_timeout);  // there is nothing to send
      [[fallthrough]];
    case Phase::kFlush:
      core_.traffic.refused(Refusal::kSlowReader, info_.peer);
      phase_ = Phase::kOver;
      lose_exchange();
      return stream_.abort();
    default:
      return;
  }
}

}  // namespace junctor::http
