// SPDX-License-Identifier: Apache-2.0
// How answers go out. Lives on the stream's loop.
#include <array>
#include <charconv>
#include <utility>

#include "connection.hpp"

namespace junctor::http {
namespace {

constexpr size_t kSlice = 64 * 1024;

std::optional<uint64_t> take_length(Response* response) {
  auto& headers = response->headers;
  for (auto at = headers.begin(); at != headers.end(); ++at) {
    if (!same_text(at->first, "content-length")) continue;
    uint64_t length = 0;
    std::from_chars(at->second.data(), at->second.data() + at->second.size(), length);
    headers.erase(at);
    return length;
  }
  return std::nullopt;
}

std::string chunk(std::string&& piece) {
  std::array<char, 20> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), piece.size(), 16).ptr;
  std::string out;
  out.reserve(piece.size() + 24);
  return out.append(size.data(), end).append("\r\n").append(piece).append("\r\n");
}

}  // namespace

// ---- whole answers --------------------------------------------------------------------------------------------------

void Connection::answer(const ExchangePointer& exchange, Response&& response) {
  if (exchange != exchange_) return core_.exchanges.settle(exchange, JCT_E_RESET);
  const Head& head = exchange->reading->head();
  if (phase_ == Phase::kBody) keep_ = false;  // the rest of its body is not read
  finish_answer(*exchange, loop(), &response);
  account(core_.host, *exchange, response.status);
  say(std::move(response), head.method == JCT_HTTP_HEAD, head.is_11);
  core_.exchanges.settle(exchange, JCT_OK);
  exchange_.reset();
  finish_request();
}

void Connection::say(Response&& response, bool head_only, bool is_11) {
  core_.traffic.answered(response.status);
  LoopState& here = loop();
  Wire wire;
  wire.keep_alive = keep_;
  wire.is_11 = is_11;
  wire.length = take_length(&response).value_or(response.body.size());
  wire.framing = bodiless(response.status) ? Framing::kNone : Framing::kLength;
  wire.date = core_.date(here);
  if ((info_.flags & JCT_CONN_TLS) != 0) wire.transport = here.settings.transport;
  std::string head = write_head(response, wire);
  if (head_only || bodiless(response.status)) response.body.clear();
  write(std::move(head), std::move(response.body));
}

void Connection::refuse(Response&& response, Refusal reason) {
  core_.traffic.refused(reason, info_.peer, exchange_ ? view(exchange_->request.path) : std::string_view{});
  keep_ = false;
  lose_exchange();
  say(std::move(response), false, true);
  finish_request();
}

void Connection::write(std::string&& head, std::string&& body) {
  if (out_.empty() && head.size() + body.size() <= kSlice) {
    const std::array<jct_bytes, 2> pieces{bytes(head), bytes(body)};
    if (stream_.send(std::span{pieces.data(), body.empty() ? size_t{1} : size_t{2}}) != JCT_E_AGAIN) return;
  }
  if (out_.empty() && stream_.send(head) == JCT_OK) {
    out_ = std::move(body);
  } else {
    out_.append(head).append(body);
  }
  pump();
}

/// True where nothing is left to send. What a reset connection does not take is dropped: on_close is due.
bool Connection::pump() {
  while (out_sent_ < out_.size()) {
    const jct_status status = stream_.send(std::string_view{out_}.substr(out_sent_, kSlice));
    if (status == JCT_E_AGAIN) return false;
    if (status != JCT_OK) break;
    out_sent_ += std::min(kSlice, out_.size() - out_sent_);
  }
  std::string{}.swap(out_);
  out_sent_ = 0;
  return true;
}

/// The answer is said; the next request, or the end, comes when it has left.
void Connection::finish_request() {
  body_.reset();
  if (!out_.empty()) return wait(Phase::kFlush, loop().settings.write_timeout);
  if (!keep_) return shut();
  wait(Phase::kIdle, loop().settings.idle_timeout);
  if (!reading_) resume();
}

void Connection::on_writable() {
  if (phase_ != Phase::kFlush && phase_ != Phase::kStream) return;
  deadline_ = loop().now + loop().settings.write_timeout;
  if (!pump()) return;
  if (phase_ == Phase::kStream) return pump_stream();
  finish_request();
}

void Connection::resume() {
  if (!paused_) return;
  paused_ = false;
  stream_.resume();
}

void Connection::lose_exchange() {
  if (const ExchangePointer lost = std::exchange(exchange_, nullptr)) core_.exchanges.abandon(lost);
}

void Connection::shut() {
  phase_ = Phase::kOver;
  lose_exchange();
  stream_.close();
}

// ---- answers in pieces ----------------------------------------------------------------------------------------------

void Connection::begin_stream(const ExchangePointer& exchange, Response&& response) {
  if (exchange != exchange_) return core_.exchanges.settle(exchange, JCT_E_RESET);
  const Head& head = exchange->reading->head();
  if (phase_ == Phase::kBody) keep_ = false;
  body_.reset();
  const auto length = take_length(&response);
  Wire wire;
  wire.is_11 = head.is_11;
  wire.framing = length ? Framing::kLength : head.is_11 ? Framing::kChunked : Framing::kNone;
  if (wire.framing == Framing::kNone) keep_ = false;  // its end is the connection's
  wire.keep_alive = keep_;
  wire.length = length.value_or(0);
  wire.date = core_.date(loop());
  if ((info_.flags & JCT_CONN_TLS) != 0) wire.transport = loop().settings.transport;
  chunks_ = wire.framing == Framing::kChunked;
  stream_over_ = false;
  core_.traffic.answered(response.status);
  account(core_.host, *exchange, response.status);
  write(write_head(response, wire), {});
  wait(Phase::kStream, loop().settings.write_timeout);
  pump_stream();
}

void Connection::stream_due(const ExchangePointer& exchange) {
  if (exchange == exchange_ && phase_ == Phase::kStream) pump_stream();
}

void Connection::pump_stream() {
  while (out_.empty() && !stream_over_) {
    bool over = false;
    std::string piece = core_.exchanges.take_outbox(exchange_, kSlice, &over);
    stream_over_ = over;
    if (piece.empty() && !over) return;
    if (exchange_->reading->head().method == JCT_HTTP_HEAD) continue;  // read to its end, and said to nobody
    if (chunks_ && !piece.empty()) piece = chunk(std::move(piece));
    if (chunks_ && over) piece += "0\r\n\r\n";
    if (piece.empty()) continue;
    deadline_ = loop().now + loop().settings.write_timeout;
    out_ = std::move(piece);
    pump();
  }
  if (!stream_over_ || !out_.empty()) return;
  core_.exchanges.settle(exchange_, JCT_OK);
  exchange_.reset();
  finish_request();
}

/// The client sees that it is not whole: its end is missing.
void Connection::cut_off(const ExchangePointer& exchange) {
  core_.exchanges.settle(exchange, JCT_E_CLOSED);
  if (exchange != exchange_) return;
  exchange_.reset();
  shut();
}

// ---- the connection itself ------------------------------------------------------------------------------------------

jct_status Connection::take(const ExchangePointer& exchange, Response&& response, jct_handle* stream) {
  if (exchange != exchange_ || phase_ != Phase::kAnswer || !out_.empty() || half_closed_) return JCT_E_CLOSED;
  Wire wire;
  wire.framing = Framing::kNone;
  wire.date = core_.date(loop());
  if (stream_.send(write_head(response, wire)) != JCT_OK) return JCT_E_CLOSED;
  core_.traffic.answered(response.status);
  account(core_.host, *exchange, response.status);
  exchange_.reset();
  resume();
  stream_.attach(core_.nobody);
  *stream = stream_.release();
  taken_ = true;
  leave_loop();
  if (!reading_) delete this;
  return JCT_OK;
}

}  // namespace junctor::http
