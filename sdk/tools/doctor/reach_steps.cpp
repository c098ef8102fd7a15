// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/reach_steps.hpp"

#include <future>

#include "tools/doctor/ask.hpp"

namespace junctor::tools::doctor {

std::vector<PortSeen> reach(const std::vector<Address>& servers, Millis patience) {
  std::vector<std::future<PortSeen>> dials;
  for (const Address& server : servers) {
    dials.push_back(std::async(std::launch::async, [=] { return dial(server, patience).seen; }));
  }
  std::vector<PortSeen> seen;
  for (auto& one : dials) seen.push_back(one.get());
  return seen;
}

WebSocketSeen upgrade(const Address& server, const std::string& host, const std::string& path, Millis patience) {
  Dialled dialled = dial(server, patience);
  WebSocketSeen seen{dialled.seen, ""};
  if (!dialled.client) return seen;
  try {
    // The key is RFC 6455's own example: any 16 bytes do.
    dialled.client->send_raw("GET " + path + " HTTP/1.1\r\nHost: " + host +
                             "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    const std::string answer = dialled.client->receive_raw(512, patience);
    seen.status = answer.substr(0, answer.find_first_of("\r\n"));
  } catch (const wire::ClientError&) {
    seen.status.clear();  // it hung up
  }
  return seen;
}

}  // namespace junctor::tools::doctor
