// SPDX-License-Identifier: Apache-2.0
// Plain POSIX sockets for tools and tests. No thread of its own.
#include "wire/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace junctor::wire {
namespace {

constexpr size_t kMaxDatagram = 65536;
constexpr int kBacklog = 1024;

[[noreturn]] void fail(const std::string& what, int error = errno) {
  throw ClientError{what + ": " + std::strerror(error)};
}

struct RawAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

RawAddress to_raw(const Address& address) {
  RawAddress raw;
  if (address.is_v4()) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(address.port);
    std::memcpy(&four.sin_addr, address.ip.data(), sizeof four.sin_addr);
    std::memcpy(&raw.storage, &four, raw.size = sizeof four);
  } else {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address.port);
    std::memcpy(&six.sin6_addr, address.ip.data(), sizeof six.sin6_addr);
    std::memcpy(&raw.storage, &six, raw.size = sizeof six);
  }
  return raw;
}

Address from_raw(const RawAddress& raw) {
  if (raw.storage.ss_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &raw.storage, sizeof four);
    Octets4 octets{};
    std::memcpy(octets.data(), &four.sin_addr, octets.size());
    return Address::v4(octets, ntohs(four.sin_port));
  }
  if (raw.storage.ss_family != AF_INET6) return {};
  sockaddr_in6 six{};
  std::memcpy(&six, &raw.storage, sizeof six);
  Octets16 octets{};
  std::memcpy(octets.data(), &six.sin6_addr, octets.size());
  return Address::v6(octets, ntohs(six.sin6_port));
}

void switch_on(int fd, int level, int option, const char* name) {
  const int on = 1;
  if (setsockopt(fd, level, option, &on, sizeof on) != 0) fail(name);
}

bool wait_for(int fd, short events, const Deadline& deadline) {
  while (true) {
    pollfd entry{fd, events, 0};
    const auto left = deadline.left();
    const int ready = poll(&entry, 1, static_cast<int>(std::min<Millis::rep>(left.count(), 3'600'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) fail("poll");
    if (ready == 0 && deadline.left() == Millis{0}) return false;
  }
}

}  // namespace

Millis Deadline::left() const {
  const auto left = std::chrono::ceil<Millis>(at_ - std::chrono::steady_clock::now());
  return std::max(left, Millis{0});
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Socket Socket::open(Family family, Transport transport) {
  const int domain = family == Family::kV6 ? AF_INET6 : AF_INET;
  const int type = transport == Transport::kUdp ? SOCK_DGRAM : SOCK_STREAM;
  Socket socket{::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) fail("socket");
  if (domain == AF_INET6) switch_on(socket.fd_, IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY");
  if (transport == Transport::kTcp) {
    switch_on(socket.fd_, SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR");
    switch_on(socket.fd_, SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT");
    switch_on(socket.fd_, IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
  }
  return socket;
}

void Socket::close() {
  if (is_open()) ::close(std::exchange(fd_, -1));
}

void Socket::reset() {
  if (!is_open()) return;
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Socket::bind(const Address& local) {
  auto raw = to_raw(local);
  if (::bind(fd_, raw.get(), raw.size) != 0) fail("bind " + local.text());
}

void Socket::bind_ip(const Address& local) {
  switch_on(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, "IP_BIND_ADDRESS_NO_PORT");
  bind(local.with_port(0));
}

Address Socket::local_address() const {
  RawAddress raw;
  if (getsockname(fd_, raw.get(), &raw.size) != 0) fail("getsockname");
  return from_raw(raw);
}

int Socket::connect(const Address& peer, const Deadline& deadline) {
  auto raw = to_raw(peer);
  if (::connect(fd_, raw.get(), raw.size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait_writable(deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

void Socket::listen() {
  if (::listen(fd_, kBacklog) != 0) fail("listen");
}

std::pair<Socket, Address> Socket::accept(const Deadline& deadline) {
  while (wait_readable(deadline)) {
    RawAddress raw;
    const int fd = accept4(fd_, raw.get(), &raw.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) return {Socket{fd}, from_raw(raw)};
    if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) fail("accept");
  }
  return {};
}

bool Socket::wait_readable(const Deadline& deadline) const { return wait_for(fd_, POLLIN, deadline); }
bool Socket::wait_writable(const Deadline& deadline) const { return wait_for(fd_, POLLOUT, deadline); }

void Socket::send_to(const Address& to, std::string_view bytes) {
  auto raw = to_raw(to);
  if (sendto(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL, raw.get(), raw.size) < 0) fail("send to " + to.text());
}

bool Socket::receive_from(Address& from, std::string& bytes, const Deadline& deadline) {
  while (wait_readable(deadline)) {
    RawAddress raw;
    bytes.resize(kMaxDatagram);
    const ssize_t size = recvfrom(fd_, bytes.data(), bytes.size(), 0, raw.get(), &raw.size);
    if (size >= 0) {
      bytes.resize(static_cast<size_t>(size));
      from = from_raw(raw);
      return true;
    }
    if (errno != EAGAIN && errno != EINTR) fail("recvfrom");
  }
  bytes.clear();
  return false;
}

}  // namespace junctor::wire
