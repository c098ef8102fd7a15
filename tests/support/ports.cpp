// SPDX-License-Identifier: Apache-2.0
#include "support/ports.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>
#include <string>

namespace junctor::testing {
namespace {

// Below the system's own range for outgoing connections, which would make a free port busy at any time.
constexpr uint16_t kFirst = 12000;
constexpr uint16_t kBlocks = 2400;
constexpr uint16_t kBlock = 8;

bool free_for(int family, int type, uint16_t port) {
  const int fd = ::socket(family, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;  // a family that the host lacks
  const int on = 1;
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  if (family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (type == SOCK_STREAM) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool bound = family == AF_INET6 ? ::bind(fd, reinterpret_cast<sockaddr*>(&six), sizeof six) == 0
                                        : ::bind(fd, reinterpret_cast<sockaddr*>(&four), sizeof four) == 0;
  const bool good = bound && (type != SOCK_STREAM || ::listen(fd, 1) == 0);
  ::close(fd);
  return good;
}

bool block_free(uint16_t base) {
  for (int offset = -2; offset <= 3; ++offset) {
    const auto port = static_cast<uint16_t>(base + offset);
    for (const int family : {AF_INET, AF_INET6}) {
      if (!free_for(family, SOCK_STREAM, port) || !free_for(family, SOCK_DGRAM, port)) return false;
    }
  }
  return true;
}

}  // namespace

PortBlock::PortBlock() {
  std::random_device random;
  for (int attempt = 0; attempt < 200; ++attempt) {
    const auto base = static_cast<uint16_t>(kFirst + 2 + random() % kBlocks * kBlock);
    const std::string name = "/tmp/junctor-ports-" + std::to_string(::getuid()) + "-" + std::to_string(base);
    const int fd = ::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && block_free(base)) {
      base_ = base;
      lock_ = fd;
      return;
    }
    ::close(fd);
  }
  throw std::runtime_error{"no block of free ports"};
}

PortBlock::~PortBlock() {
  const std::string name = "/tmp/junctor-ports-" + std::to_string(::getuid()) + "-" + std::to_string(base_);
  ::unlink(name.c_str());
  ::close(lock_);
}

}  // namespace junctor::testing
