// SPDX-License-Identifier: Apache-2.0
// One connection to P/TCP or P-1/TCP. Lives on its stream's loop.
#include "tcp_connection.hpp"

#include <utility>

namespace junctor::rendezvous {

TcpConnection::TcpConnection(const Host& host, SignalService& signal, const Traffic& traffic, KindSet served,
                             size_t message_max, std::string& scratch)
    : host_{host}, signal_{signal}, traffic_{traffic}, served_{served}, scratch_{scratch}, decoder_{message_max} {}

TcpConnection::~TcpConnection() {
  if (channel_.handle != 0) signal_.detach(channel_);
}

bool TcpConnection::open(Stream stream, const jct_conn_info& info, Duration silence) {
  if (signal_.attach(transport(), this, info.peer, info.local, channel_) != JCT_OK) return false;
  stream_ = std::move(stream);
  if (stream_.attach(*this) != JCT_OK) return false;
  stream_.idle_timeout(silence);
  return true;
}

size_t TcpConnection::on_data(std::string_view data) {
  std::string_view rest = data, payload;
  reading_ = true;
  while (!shut_) {
    const auto status = decoder_.next(rest, payload);
    if (status == wire::FrameDecoder::Status::kNeedMore) break;
    if (status == wire::FrameDecoder::Status::kTooLarge) {
      traffic_.refused(Refusal::kTooLong, channel_);
      shut();
    } else if (signal_.deliver(channel_, payload, served_) < 0) {
      shut();
    }
  }
  reading_ = false;
  if (const size_t echoes = std::exchange(echoes_, 0); echoes > 0 && !shut_) {
    stream_.send(std::string(echoes, '\0'));  // a frame without payload is one zero byte
  }
  return data.size();
}

void TcpConnection::on_close(jct_status) {
  stream_.release();
  signal_.detach(std::exchange(channel_, {}));
  const auto gone = std::move(gone_);
  gone();
}

jct_status TcpConnection::send(std::string_view message) {
  if (shut_) return JCT_E_CLOSED;
  if (message.empty() && reading_) {
    ++echoes_;
    return JCT_OK;
  }
  return send_frame(message);
}

jct_status TcpConnection::send_frame(std::string_view payload) {
  scratch_.clear();
  if (!wire::append_frame(payload, scratch_)) return JCT_E_LIMIT;
  return stream_.send(scratch_);
}

/// Queued answers still leave; nothing that comes is looked at any more.
void TcpConnection::shut() {
  if (std::exchange(shut_, true)) return;
  host_.net().close(host_.raw(), stream_.handle(), 0);
}

const jct_transport& TcpConnection::transport() {
  static constexpr jct_transport kTransport{sizeof(jct_transport), JCT_CHANNEL_TCP,
                                            [](void* self, jct_bytes message) -> jct_status {
                                              auto* connection = static_cast<TcpConnection*>(self);
                                              jct_status answer = JCT_E_FAULT;
                                              const jct_status status = connection->host_.guarded(
                                                  "send", [&] { answer = connection->send(view(message)); });
                                              return status == JCT_OK ? answer : status;
                                            },
                                            [](void* self) { static_cast<TcpConnection*>(self)->shut(); }};
  return kTransport;
}

}  // namespace junctor::rendezvous
