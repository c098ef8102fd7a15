// SPDX-License-Identifier: Apache-2.0
// One thread for each socket; they share a port (SO_REUSEPORT) and nothing else.
#include "echo.hpp"

#include <arpa/inet.h>

#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

#include "udp_batch.hpp"

namespace junctor::bench {
namespace {

constexpr int kReceiveBuffer = 4 << 20;  // at the default size a burst of 256 loses datagrams

int open_socket(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  return ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

[[noreturn]] void echo(int fd) {
  UdpBatch batch{true};
  while (true) batch.echo(fd, batch.receive(fd, MSG_WAITFORONE));
}

}  // namespace

int serve_echo(int threads) {
  const int first = open_socket(0);
  if (first < 0) return std::perror("bind"), 1;
  const uint16_t port = port_of(first);
  for (int i = 1; i < threads; ++i) {
    const int fd = open_socket(port);
    if (fd < 0) return std::perror("bind"), 1;
    std::thread{[fd] { echo(fd); }}.detach();
  }
  std::printf("%u\n", port);
  std::fflush(stdout);
  echo(first);
}

}  // namespace junctor::bench
