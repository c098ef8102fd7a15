// SPDX-License-Identifier: Apache-2.0
// What these tests share: a server with the fixture plugins, and a probe to see that it still answers. One thread.
#pragma once

#include <csignal>
#include <string>

#include "support/clients.hpp"
#include "support/server.hpp"

namespace junctor::testing {

inline ServerOptions fixtures(const std::string& kernel = "") {
  ServerOptions options;
  options.plugin_dir = JUNCTOR_TEST_FIXTURES;
  options.kernel = kernel;
  return options;
}

/// The probe listens on P for TCP and UDP, over IPv4 and IPv6.
inline void add_probe(const Server& server, const std::string& more = "") {
  server.conf("10-probe", "[probe]\n" + more);
}

inline LineClient connect(const Server& server, int offset = 0) { return {"127.0.0.1", server.port(offset)}; }

inline bool answers(const Server& server) {
  auto client = LineClient::try_connect("127.0.0.1", server.port());
  return client && client->ask("echo still here") == "still here";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace junctor::testing
