// SPDX-License-Identifier: Apache-2.0
// A small blocking WebSocket client against a site.
#include "ws_client.hpp"

#include <algorithm>
#include <stdexcept>

namespace junctor::site {

using testing::patient;

WsClient::WsClient(const Site& site, const WsDial& dial) : tcp_{site.dial(dial.from, dial.offset)} {
  send_bytes(ws_bridge::testing::upgrade(dial.path, dial.headers));
  const wire::Deadline deadline{patient(wire::kPatience)};
  while (in_.find("\r\n\r\n") == std::string::npos) {
    const std::string more = tcp_.receive_raw(65536, deadline.left());
    if (more.empty()) throw std::runtime_error{"no answer to the upgrade: " + in_};
    in_ += more;
  }
  if (in_.compare(0, 12, "HTTP/1.1 101") != 0) throw std::runtime_error{"not upgraded: " + in_};
  in_.erase(0, in_.find("\r\n\r\n") + 4);
}

void WsClient::send_in_pieces(const std::string& payload, std::mt19937& random) {
  std::string bytes;
  size_t at = 0;
  do {
    const size_t size = std::min<size_t>(payload.size() - at, 1 + random() % (payload.size() + 1));
    ClientFrame frame{static_cast<uint8_t>(at == 0 ? 2 : 0), payload.substr(at, size), at + size == payload.size()};
    for (auto& byte : frame.mask) byte = static_cast<uint8_t>(random());
    bytes += frame.bytes();
    if (random() % 16 == 0) bytes += ws_bridge::testing::ping("p");
    at += size;
  } while (at < payload.size());
  send_bytes(bytes);
}

std::optional<ServerFrame> WsClient::receive_frame(Millis timeout) {
  const wire::Deadline deadline{timeout};
  while (true) {
    if (auto frame = ws_bridge::testing::take_frame(in_)) return frame;
    const std::string more = tcp_.receive_raw(1 << 18, deadline.left());
    if (more.empty()) return std::nullopt;
    in_ += more;
  }
}

std::optional<std::string> WsClient::receive(Millis timeout) {
  const wire::Deadline deadline{timeout};
  while (auto frame = receive_frame(deadline.left())) {
    if (frame->opcode == 2) return std::move(frame->payload);
    if (frame->opcode == 8) {
      close_code_ = frame->code();
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<hbb::RendezvousMessage> WsClient::receive_message(Millis timeout) {
  const wire::Deadline deadline{timeout};
  while (auto payload = receive(deadline.left())) {
    hbb::RendezvousMessage message;
    if (payload->empty()) {
      send("");
    } else if (message.ParseFromString(*payload)) {
      return message;
    }
  }
  return std::nullopt;
}

std::optional<uint16_t> WsClient::wait_close(Millis timeout) {
  const wire::Deadline deadline{timeout};
  while (!close_code_ && receive(deadline.left())) {
  }
  return close_code_;
}

std::string http_answer(const Site& site, const std::string& bytes, int offset, Millis timeout) {
  wire::TcpClient client = site.dial("127.0.0.1", offset);
  client.send_raw(bytes);
  const wire::Deadline deadline{patient(timeout)};
  std::string all, more;
  while (!(more = client.receive_raw(65536, deadline.left())).empty()) all += more;
  return all;
}

}  // namespace junctor::site
