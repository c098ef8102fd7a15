// SPDX-License-Identifier: Apache-2.0
// Socket calls that several files need. Any thread.
#include "net/socket.hpp"

#include <netinet/in.h>

#include <system_error>

namespace junctor::net {

namespace {

/// How much input close_softly() throws away at most: rounds, and bytes in each.
constexpr int kDiscardRounds = 16;
constexpr size_t kDiscardBytes = 64 * 1024;

}  // namespace

Fd open_socket(uint8_t family, int type) {
  Fd fd{::socket(family == 6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (fd && family == 6) set_int(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  return fd;
}

bool set_int(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

Address local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return Address::from(reinterpret_cast<const sockaddr*>(&storage), size);
}

Address peer_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return Address::from(reinterpret_cast<const sockaddr*>(&storage), size);
}

void reset_on_close(int fd) {
  const linger option{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, sizeof option);
}

void close_softly(Fd& fd) {
  if (!fd) return;
  ::shutdown(fd.get(), SHUT_WR);
  for (int i = 0; i < kDiscardRounds; ++i) {
    if (::recv(fd.get(), nullptr, kDiscardBytes, MSG_DONTWAIT | MSG_TRUNC) <= 0) break;
  }
  fd.reset();
}

std::string error_text(int error) { return std::generic_category().message(error); }

}  // namespace junctor::net
