// SPDX-License-Identifier: Apache-2.0
#include "support/clients.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace junctor::testing {
namespace {

socklen_t fill_address(const std::string& host, uint16_t port, sockaddr_storage* out) {
  auto* four = reinterpret_cast<sockaddr_in*>(out);
  auto* six = reinterpret_cast<sockaddr_in6*>(out);
  if (::inet_pton(AF_INET, host.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    return sizeof *four;
  }
  if (::inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    return sizeof *six;
  }
  throw std::runtime_error{"not an address: " + host};
}

std::string print_address(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
    return std::string{text.data()} + ":" + std::to_string(ntohs(four.sin_port));
  }
  const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
  ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
  return "[" + std::string{text.data()} + "]:" + std::to_string(ntohs(six.sin6_port));
}

bool wait_for(int fd, short events, SteadyTime until) {
  while (true) {
    const auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now()).count();
    pollfd waiting{fd, events, 0};
    const int n = ::poll(&waiting, 1, left > 0 ? static_cast<int>(left) : 0);
    if (n > 0) return true;
    if (n == 0 || errno != EINTR) return false;
  }
}

SteadyTime deadline(Millis patience) { return std::chrono::steady_clock::now() + patient(patience); }

/// Connected and blocking-free, or -1 with errno.
int dial(const std::string& host, uint16_t port, const std::string& from) {
  sockaddr_storage peer{};
  const socklen_t size = fill_address(host, port, &peer);
  const int fd = ::socket(peer.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int error = 0;
  if (!from.empty()) {
    sockaddr_storage local{};
    const socklen_t local_size = fill_address(from, 0, &local);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&local), local_size) != 0) error = errno;
  }
  if (error == 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&peer), size) != 0) error = errno;
  if (error == EINPROGRESS) {
    socklen_t length = sizeof error;
    error = ETIMEDOUT;
    if (wait_for(fd, POLLOUT, deadline(kPatience))) ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  }
  // A server that turned it away at once has taken it before: only the one who uses it finds out.
  if (error == 0 || error == ECONNRESET) return fd;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

LineClient::LineClient(const std::string& host, uint16_t port, const std::string& from) : fd_{dial(host, port, from)} {
  if (fd_ < 0) throw std::runtime_error{host + ":" + std::to_string(port) + ": " + std::strerror(errno)};
}

LineClient LineClient::local(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd);
    throw std::runtime_error{path + ": " + std::strerror(error)};
  }
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return LineClient{fd};
}

std::optional<LineClient> LineClient::try_connect(const std::string& host, uint16_t port, const std::string& from) {
  const int fd = dial(host, port, from);
  if (fd < 0) return std::nullopt;
  return LineClient{fd};
}

LineClient::LineClient(LineClient&& other) noexcept : fd_{std::exchange(other.fd_, -1)}, in_{std::move(other.in_)} {}

LineClient::~LineClient() { close(); }

void LineClient::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void LineClient::send(std::string_view bytes) {
  const SteadyTime until = deadline(kPatience);
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
    } else if (errno != EAGAIN || !wait_for(fd_, POLLOUT, until)) {
      throw std::runtime_error{std::string{"send: "} + std::strerror(errno)};
    }
  }
}

bool LineClient::try_send(std::string_view bytes) {
  return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool LineClient::more(SteadyTime until) {
  std::array<char, 65536> buffer;
  if (!wait_for(fd_, POLLIN, until)) return false;
  const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (n <= 0) return false;
  in_.append(buffer.data(), static_cast<size_t>(n));
  return true;
}

std::optional<std::string> LineClient::read_line(Millis patience) {
  const SteadyTime until = deadline(patience);
  size_t end = in_.find('\n');
  while (end == std::string::npos) {
    if (!more(until)) return std::nullopt;
    end = in_.find('\n');
  }
  std::string line = in_.substr(0, end);
  in_.erase(0, end + 1);
  return line;
}

std::optional<std::string> LineClient::read(size_t count, Millis patience) {
  const SteadyTime until = deadline(patience);
  while (in_.size() < count) {
    if (!more(until)) return std::nullopt;
  }
  std::string bytes = in_.substr(0, count);
  in_.erase(0, count);
  return bytes;
}

std::string LineClient::ask(const std::string& line, Millis patience) {
  send(line + "\n");
  return read_line(patience).value_or("");
}

LineClient::End LineClient::wait_end(Millis patience) {
  const SteadyTime until = deadline(patience);
  std::array<char, 4096> buffer;
  while (wait_for(fd_, POLLIN, until)) {
    const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n == 0) return End::kClosed;
    if (n < 0 && errno != EAGAIN && errno != EINTR) return End::kReset;
  }
  return End::kOpen;
}

void LineClient::finish() { ::shutdown(fd_, SHUT_WR); }

uint16_t LineClient::local_port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);  // the port lies at the same place in both
}

UdpClient::UdpClient(const std::string& host, uint16_t port, const std::string& from)
    : peer_size_{fill_address(host, port, &peer_)} {
  fd_ = ::socket(peer_.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw std::runtime_error{std::string{"socket: "} + std::strerror(errno)};
  if (from.empty()) return;
  sockaddr_storage local{};
  const socklen_t size = fill_address(from, 0, &local);
  if (::bind(fd_, reinterpret_cast<sockaddr*>(&local), size) != 0) {
    throw std::runtime_error{"bind " + from + ": " + std::strerror(errno)};
  }
}

UdpClient::~UdpClient() { ::close(fd_); }

void UdpClient::send(std::string_view bytes) {
  ::sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&peer_), peer_size_);
}

std::optional<UdpClient::Datagram> UdpClient::receive(Millis patience) {
  if (!wait_for(fd_, POLLIN, deadline(patience))) return std::nullopt;
  std::array<char, 65536> buffer;
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const ssize_t n = ::recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
  if (n < 0) return std::nullopt;
  return Datagram{std::string{buffer.data(), static_cast<size_t>(n)}, print_address(from)};
}

}  // namespace junctor::testing
