// SPDX-License-Identifier: Apache-2.0
// Sessions through a subject, and what it costs. Any thread, one at a time for each session.
#include "subject.hpp"

#include <unistd.h>

#include <atomic>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include "ws_bridge/test_frames.hpp"

namespace junctor::bench {
namespace {

namespace ws = ws_bridge::testing;

std::string new_uuid() {
  static std::atomic<uint64_t> count{0};
  return "bench-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

wire::TcpClient upgraded(const wire::Address& address, const std::string& path) {
  wire::TcpClient client = wire::TcpClient::connect(address);
  client.send_raw(ws::upgrade(path));
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const std::string more = client.receive_raw();
    if (more.empty()) throw std::runtime_error{"no answer to the WebSocket upgrade: " + head};
    head += more;
  }
  if (head.compare(0, 12, "HTTP/1.1 101") != 0) throw std::runtime_error{"not upgraded: " + head};
  return client;
}

void expect(wire::TcpClient& client, const std::string& bytes) {
  if (client.receive_exactly(bytes.size()) != bytes) throw std::runtime_error{"a word did not pass through the relay"};
}

}  // namespace

std::string sent_form(Transport side, Transport partner, std::string_view payload) {
  if (side == Transport::kWebSocket) return ws::binary(std::string{payload});
  std::string out;
  if (partner == Transport::kTcp || !wire::append_frame(payload, out)) out = payload;
  return out;
}

std::string seen_form(Transport side, Transport partner, std::string_view payload) {
  if (partner == Transport::kTcp) return sent_form(Transport::kTcp, side, payload);
  ws::ClientFrame frame{2, std::string{payload}};
  frame.masked = false;
  return frame.bytes();
}

double Subject::cpu_seconds() const {
  clockid_t clock{};
  timespec time{};
  if (!pid || ::clock_getcpuclockid(*pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

size_t Subject::memory_bytes() const {
  if (!pid) return 0;
  std::ifstream status{"/proc/" + std::to_string(*pid) + "/status"};
  for (std::string word; status >> word;) {
    size_t kib = 0;
    if (word == "RssAnon:" && status >> kib) return kib * 1024;
  }
  return 0;
}

std::string Subject::greeting(const std::string& uuid, bool controlling) const {
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_licence_key(key);
  if (controlling) request.set_id("123456789");
  return wire::wrap_message(request);
}

Session Subject::open(Kinds kinds) const {
  const std::string uuid = new_uuid();
  const auto side = [&](Transport transport, bool controlling) {
    const bool plain = transport == Transport::kTcp;
    wire::TcpClient client = plain ? wire::TcpClient::connect(tcp) : upgraded(web_socket, path);
    if (!greets) return client;
    // A relay's first message is framed, whatever its partner is.
    client.send_raw(sent_form(transport, Transport::kWebSocket, greeting(uuid, controlling)));
    return client;
  };
  wire::TcpClient a = side(kinds.a, true);
  wire::TcpClient b = side(kinds.b, false);
  a.send_raw(sent_form(kinds.a, kinds.b, "word of A"));
  b.send_raw(sent_form(kinds.b, kinds.a, "word of B"));
  expect(a, seen_form(kinds.b, kinds.a, "word of B"));
  expect(b, seen_form(kinds.a, kinds.b, "word of A"));
  return {std::move(a), std::move(b)};
}

std::vector<Session> Subject::open_many(size_t count, Kinds kinds) const {
  std::vector<Session> sessions;
  sessions.reserve(count);
  for (size_t i = 0; i < count; ++i) sessions.push_back(open(kinds));
  return sessions;
}

}  // namespace junctor::bench
