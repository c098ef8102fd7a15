// SPDX-License-Identifier: Apache-2.0
#include "dial.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace junctor::login_ldap {
namespace {

struct AddressFree {
  void operator()(addrinfo* all) const { ::freeaddrinfo(all); }
};

/// 0, or the errno.
int connect_within(int fd, const addrinfo& to, Clock::time_point end) {
  if (::connect(fd, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return ETIMEDOUT;
    pollfd wait{fd, POLLOUT, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return errno;
    if (ready <= 0) continue;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }
}

void give_patience(int fd, std::chrono::milliseconds patience) {
  timeval time{};
  time.tv_sec = patience.count() / 1000;
  time.tv_usec = patience.count() % 1000 * 1000;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

}  // namespace

int dial(const std::string& host, int port, Clock::time_point end, std::chrono::milliseconds patience,
         std::string* why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* raw = nullptr;
  const int found = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &raw);
  const std::unique_ptr<addrinfo, AddressFree> all{raw};
  if (found != 0) {
    *why = ::gai_strerror(found);
    return -1;
  }
  for (const addrinfo* at = raw; at != nullptr; at = at->ai_next) {
    const int fd = ::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
    if (fd < 0) continue;
    const int error = connect_within(fd, *at, end);
    if (error == 0) {
      ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
      give_patience(fd, patience);
      return fd;
    }
    *why = std::strerror(error);
    ::close(fd);
  }
  if (why->empty()) *why = "there is no socket for it";
  return -1;
}

Watchdog::Watchdog(int fd, Clock::time_point end)
    : thread_{[this, fd, end] {
        std::unique_lock lock{mutex_};
        if (!changed_.wait_until(lock, end, [this] { return over_; })) ::shutdown(fd, SHUT_RDWR);
      }} {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

}  // namespace junctor::login_ldap
