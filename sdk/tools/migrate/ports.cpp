// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/ports.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace junctor::tools::migrate {
namespace {

bool is_taken(int type, uint16_t port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int on = 1;
  if (type == SOCK_STREAM) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // what lingers is nobody's
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const bool taken =
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == EADDRINUSE;
  ::close(fd);
  return taken;
}

}  // namespace

std::vector<std::string> taken_ports(uint16_t base) {
  std::vector<std::string> taken;
  for (const int offset : {-1, 0, 1}) {
    const auto port = static_cast<uint16_t>(base + offset);
    if (is_taken(SOCK_STREAM, port)) taken.push_back("TCP " + std::to_string(port));
  }
  if (is_taken(SOCK_DGRAM, base)) taken.push_back("UDP " + std::to_string(base));
  return taken;
}

}  // namespace junctor::tools::migrate
