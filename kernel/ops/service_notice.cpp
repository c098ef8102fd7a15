// SPDX-License-Identifier: Apache-2.0
#include "ops/service_notice.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

namespace junctor::ops {
namespace {

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
  return {variable("NOTIFY_SOCKET"), watchdog_of(variable("WATCHDOG_USEC"), variable("WATCHDOG_PID"))};
}

void ServiceNotice::reloading() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(std::chrono::duration_cast<Duration>(now).count()));
}

void ServiceNotice::stopping(Duration patience) const {
  send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(patience.count()));
}

void ServiceNotice::send(const std::string& text) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  socket_.copy(address.sun_path, socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  static_cast<void>(
      ::sendto(fd, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length));
  ::close(fd);
}

}  // namespace junctor::ops
