// SPDX-License-Identifier: Apache-2.0
// One connection to P/TCP or P-1/TCP. Lives on its stream's loop.
#include "signalling/tcp_connection.hpp"

#include <utility>

#include "wire/kinds.hpp"

namespace junctor::rendezvous {

TcpConnection::TcpConnection(TcpLoop& loop, const Terms& terms)
    : loop_{loop}, served_{terms.served}, decoder_{terms.message_max}, security_{terms.offer} {}

TcpConnection::~TcpConnection() {
  loop_.turns.leave(*this);
  if (handle_ != 0) loop_.signal.detach(handle_);
}

bool TcpConnection::open(Stream stream, const jct_conn_info& info, List& list, List::iterator place) {
  list_ = &list;
  place_ = place;
  jct_channel channel{};
  if (loop_.signal.attach(transport(), this, info.peer, info.local, channel) != JCT_OK) return false;
  handle_ = channel.handle;
  stream_ = std::move(stream);
  if (stream_.attach(*this) != JCT_OK) return false;
  if (const auto& offer = security_.offer()) stream_.send(offer->frame);
  return true;
}

size_t TcpConnection::on_data(std::string_view data) {
  reading_ = true;
  const std::string_view rest = take_some(data);
  reading_ = false;
  if (const size_t echoes = std::exchange(echoes_, 0); echoes > 0 && !shut_) {
    stream_.send(std::string(echoes, '\0'));  // a frame without payload is one zero byte
  }
  return shut_ ? data.size() : data.size() - rest.size();
}

/// What is left for another turn.
std::string_view TcpConnection::take_some(std::string_view data) {
  std::string_view rest = data, payload;
  while (!shut_ && !rest.empty()) {
    if (!loop_.turns.has_room()) {
      stream_.pause();
      loop_.turns.wait(*this);
      break;
    }
    const auto status = decoder_.next(rest, payload);
    if (status == wire::FrameDecoder::Status::kNeedMore) break;
    if (status == wire::FrameDecoder::Status::kTooLarge) {
      refuse(Refusal::kTooLong);
      break;
    }
    loop_.turns.took(payload.size());
    take(payload);
    if (shut_) break;
    if (!within_limits()) {
      hold_back();
      break;
    }
    holds_ = 0;
  }
  return rest;
}

bool TcpConnection::within_limits() {
  const Duration each = loop_.settings.message_time(), now = host().now();
  free_at_ = std::max(free_at_, now) + each;
  const bool own = free_at_ - now <= Settings::kMessageWindow;
  if (!own) free_at_ -= each;
  const jct_channel* channel = loop_.signal.channel(handle_);
  return own && (channel == nullptr || loop_.signal.allows(*channel));
}

void TcpConnection::hold_back() {
  if (++holds_ > kMostHolds) return refuse(Refusal::kMessageLimit);
  loop_.traffic.held_back();
  stream_.pause();
  loop_.turns.hold(*this);
}

void TcpConnection::take(std::string_view payload) {
  std::string_view plain;
  switch (security_.open(payload, loop_.opened, plain)) {
    case Security::Opened::kBadBox:
      return refuse(Refusal::kBadBox);
    case Security::Opened::kAnswered:
      loop_.traffic.received(wire::kKindOf<hbb::KeyExchange>);
      return loop_.signal.mark(handle_, JCT_CHANNEL_ENCRYPTED);
    case Security::Opened::kMessage:
      if (loop_.signal.deliver(handle_, plain, served_) < 0) shut();
  }
}

void TcpConnection::refuse(Refusal why) {
  if (const jct_channel* channel = loop_.signal.channel(handle_)) loop_.traffic.refused(why, *channel);
  shut();
}

void TcpConnection::on_close(jct_status) {
  loop_.turns.leave(*this);
  stream_.release();
  loop_.signal.detach(std::exchange(handle_, 0));
  list_->erase(place_);
}

jct_status TcpConnection::send(std::string_view message) {
  if (shut_) return JCT_E_CLOSED;
  if (message.empty() && reading_) {
    ++echoes_;
    return JCT_OK;
  }
  loop_.frame.clear();
  if (!wire::append_frame(security_.seal(message, loop_.sealed), loop_.frame)) return JCT_E_LIMIT;
  return stream_.send(loop_.frame);
}

/// Queued answers still leave; nothing that comes is looked at any more.
void TcpConnection::shut() {
  if (std::exchange(shut_, true)) return;
  host().net().close(host().raw(), stream_.handle(), 0);
}

const jct_transport& TcpConnection::transport() {
  static constexpr jct_transport kTransport{sizeof(jct_transport), JCT_CHANNEL_TCP,
                                            [](void* self, jct_bytes message) -> jct_status {
                                              auto* connection = static_cast<TcpConnection*>(self);
                                              jct_status answer = JCT_E_FAULT;
                                              const jct_status status = connection->host().guarded(
                                                  "send", [&] { answer = connection->send(view(message)); });
                                              return status == JCT_OK ? answer : status;
                                            },
                                            [](void* self) { static_cast<TcpConnection*>(self)->shut(); }};
  return kTransport;
}

}  // namespace junctor::rendezvous
