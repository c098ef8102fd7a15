// SPDX-License-Identifier: Apache-2.0
#include "ops/service_notice.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace junctor::ops {
namespace {

/// The kernel's own bound is 253 (SCM_MAX_FD).
constexpr size_t kMostAtOnce = 200;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

ServiceNotice::Duration watchdog_of(const std::string& usec, const std::string& pid) {
  if (!pid.empty() && pid != std::to_string(::getpid())) return {};
  return ServiceNotice::Duration{std::strtoll(usec.c_str(), nullptr, 10)};
}

}  // namespace

ServiceNotice ServiceNotice::from_environment() {
  return {variable("NOTIFY_SOCKET"), watchdog_of(variable("WATCHDOG_USEC"), variable("WATCHDOG_PID")),
          std::strtol(variable("FDSTORE").c_str(), nullptr, 10) > 0};
}

void ServiceNotice::reloading() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(std::chrono::duration_cast<Duration>(now).count()));
}

void ServiceNotice::stopping(Duration patience) const {
  send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(patience.count()));
}

void ServiceNotice::store(const std::string& name, const std::vector<int>& fds) const {
  // FDPOLL=0: a socket with an error on it is a socket all the same.
  const std::string text = "FDSTORE=1\nFDPOLL=0\nFDNAME=" + name;
  for (size_t at = 0; at < fds.size(); at += kMostAtOnce) {
    send(text, fds.data() + at, std::min(kMostAtOnce, fds.size() - at));
  }
}

void ServiceNotice::send(const std::string& text, const int* fds, size_t count) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  socket_.copy(address.sun_path, socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  iovec piece{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostAtOnce * sizeof(int))> control{};
  if (count > 0) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(head), fds, count * sizeof(int));
  }
  static_cast<void>(::sendmsg(fd, &message, MSG_NOSIGNAL));
  ::close(fd);
}

}  // namespace junctor::ops
