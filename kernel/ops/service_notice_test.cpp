// SPDX-License-Identifier: Apache-2.0
#include "ops/service_notice.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

using namespace junctor::ops;
using namespace std::chrono_literals;

namespace {

/// What a service manager has: a datagram socket, in the abstract namespace.
class Manager {
 public:
  Manager() : name_{"@junctor-notice-" + std::to_string(::getpid())} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, name_.size());
    address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
  }
  ~Manager() { ::close(fd_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  const std::string& name() const { return name_; }
  std::string read() const {
    char buffer[256];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    return n < 0 ? "" : std::string(buffer, static_cast<size_t>(n));
  }

 private:
  std::string name_;
  int fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

ServiceNotice with_environment(const char* usec, const std::string& pid) {
  ::setenv("WATCHDOG_USEC", usec, 1);
  ::setenv("WATCHDOG_PID", pid.c_str(), 1);
  ServiceNotice notice = ServiceNotice::from_environment();
  ::unsetenv("WATCHDOG_USEC");
  ::unsetenv("WATCHDOG_PID");
  return notice;
}

}  // namespace

TEST_CASE("a service manager hears of each state in its own words") {
  const Manager manager;
  const ServiceNotice notice{manager.name(), 0us};
  notice.ready();
  CHECK(manager.read() == "READY=1");
  notice.reloading();
  CHECK(manager.read().rfind("RELOADING=1\nMONOTONIC_USEC=", 0) == 0);
  notice.stopping(40s);
  CHECK(manager.read() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000");
  notice.alive();
  CHECK(manager.read() == "WATCHDOG=1");
}

TEST_CASE("nobody is told where nobody listens") {
  ServiceNotice{"", 0us}.ready();
  ServiceNotice{"/nowhere/notify", 0us}.ready();
  ServiceNotice{std::string(200, 'x'), 0us}.ready();
}

TEST_CASE("a watchdog counts when it is for this process") {
  CHECK(with_environment("30000000", std::to_string(::getpid())).watchdog() == 30s);
  CHECK(with_environment("30000000", "1").watchdog() == 0s);
  CHECK(ServiceNotice::from_environment().watchdog() == 0s);
}
