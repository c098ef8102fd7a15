// SPDX-License-Identifier: Apache-2.0
// Under a service manager: what it is told, in which order, and that a loop which is held up is no sign of life.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "site.hpp"

using namespace junctor::testing;

namespace {

/// The manager's end: a datagram socket in the file system.
class Manager {
 public:
  Manager() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~Manager() { ::close(fd_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string path() const { return dir_.file("notify"); }

  /// True once a message has begun with `text`; messages before it are taken off.
  bool hears(const std::string& text, Millis patience = kPatience) const {
    return eventually(
        [&] {
          for (std::string message = read(); !message.empty(); message = read()) {
            if (message.rfind(text, 0) == 0) return true;
          }
          return false;
        },
        patience);
  }
  void forget() const {
    while (!read().empty()) continue;
  }

 private:
  std::string read() const {
    char buffer[256];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    return n < 0 ? "" : std::string(buffer, static_cast<size_t>(n));
  }

  TempDir dir_;
  int fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

ServerOptions supervised(const Manager& manager, const std::string& watchdog_usec = "") {
  ServerOptions options = fixtures("drain_timeout = \"5s\"\n");
  options.wrapper = {"env", "NOTIFY_SOCKET=" + manager.path()};
  if (!watchdog_usec.empty()) options.wrapper.push_back("WATCHDOG_USEC=" + watchdog_usec);
  return options;
}

}  // namespace

TEST_CASE("a service manager hears that the server is ready, reloads and stops, with the time that it may take") {
  const Manager manager;
  Server server{supervised(manager)};
  add_probe(server);
  server.start();
  CHECK(manager.hears("READY=1"));
  server.signal(SIGHUP);
  CHECK(manager.hears("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(manager.hears("READY=1"));
  server.signal(SIGTERM);
  CHECK(manager.hears("STOPPING=1\nEXTEND_TIMEOUT_USEC=20000000"));
  CHECK(server.wait_exit() == 0);
}

TEST_CASE("a reload that is refused ends as well") {
  const Manager manager;
  Server server{supervised(manager)};
  add_probe(server);
  server.start();
  CHECK(manager.hears("READY=1"));
  server.conf("20-wrong", "[prob]\n");
  CHECK_FALSE(server.ctl("reload").ok);
  CHECK(manager.hears("RELOADING=1"));
  CHECK(manager.hears("READY=1"));
  CHECK(server.stop() == 0);
}

TEST_CASE("a server that does not start never says that it is ready") {
  const Manager manager;
  Server server{supervised(manager)};
  server.conf("20-bad", "[start_fails]\n");
  server.launch();
  CHECK(server.wait_exit() == 2);
  CHECK_FALSE(manager.hears("READY=1", Millis{0}));
}

TEST_CASE("a watchdog sees signs of life, and none when nobody asked for them") {
  const Manager manager;
  Server server{supervised(manager, "300000")};
  add_probe(server);
  server.start();
  for (int i = 0; i < 3; ++i) CHECK(manager.hears("WATCHDOG=1"));
  CHECK(server.stop() == 0);
}

TEST_CASE("a loop that is held up for longer than the watchdog waits is no sign of life") {
  const Manager manager;
  Server server{supervised(manager, "300000")};
  add_probe(server);
  server.conf("20-bad", "[blocks_loop]\nhold = \"4s\"\n");
  server.start();
  CHECK(eventually([&] {
    manager.forget();
    return !manager.hears("WATCHDOG=1", Millis{900});
  }));
  CHECK(manager.hears("WATCHDOG=1"));
  CHECK(server.stop() == 0);
}
