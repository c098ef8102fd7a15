// SPDX-License-Identifier: Apache-2.0
// Under a service manager: what it is told, in which order, and that a loop which is held up is no sign of life.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <vector>

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

  /// Names of what it keeps.
  std::string kept() const {
    forget();
    std::string names;
    for (const auto& [name, fds] : kept_) names += (names.empty() ? "" : " ") + name;
    return names;
  }
  /// For the start of the next process: hands over what is kept, as sd_listen_fds(3) says.
  std::vector<std::string> handing_over() const {
    constexpr int kHigh = 300;  // Process closes what lies below
    std::string script = "export LISTEN_PID=$$; exec ";
    int count = 0;
    for (const auto& [name, fds] : kept_) {
      for (const int fd : fds) {
        ::dup2(fd, kHigh + count);
        script += std::to_string(3 + count) + "<&" + std::to_string(kHigh + count) + " ";
        script += std::to_string(kHigh + count) + "<&- ";
        ++count;
      }
    }
    return {"env", "NOTIFY_SOCKET=" + path(), "FDSTORE=99", "LISTEN_FDS=" + std::to_string(count), "bash",
            "-c",  script + "\"$0\" \"$@\""};
  }

 private:
  /// What is stored goes into `kept`, what is forgotten leaves it.
  std::string read() const {
    char buffer[256];
    alignas(cmsghdr) char control[CMSG_SPACE(256 * sizeof(int))];
    iovec piece{buffer, sizeof buffer};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = ::recvmsg(fd_, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0) return "";
    const std::string text(buffer, static_cast<size_t>(n));
    const size_t at = text.find("FDNAME=");
    const std::string name = at == std::string::npos ? "" : text.substr(at + 7);
    if (text.rfind("FDSTOREREMOVE=1", 0) == 0) {
      for (const int fd : kept_[name]) ::close(fd);
      kept_.erase(name);
    }
    const cmsghdr* head = CMSG_FIRSTHDR(&message);
    if (head == nullptr || head->cmsg_type != SCM_RIGHTS) return text;
    std::vector<int> fds((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(fds.data(), CMSG_DATA(head), fds.size() * sizeof(int));
    kept_[name].insert(kept_[name].end(), fds.begin(), fds.end());
    return text;
  }

  mutable std::map<std::string, std::vector<int>> kept_;

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

TEST_CASE("a restart closes no socket: connections and datagrams that come meanwhile wait for the new process") {
  const Manager manager;
  ServerOptions options = supervised(manager);
  options.wrapper = manager.handing_over();
  Server server{options};
  add_probe(server);
  server.start();
  CHECK(manager.hears("READY=1"));
  const std::string port = std::to_string(server.port());
  CHECK(manager.kept() == "tcp-0.0.0.0-" + port + " tcp-[__]-" + port + " udp-0.0.0.0-" + port + " udp-[__]-" + port);
  CHECK(server.stop() == 0);
  CHECK(manager.kept() == "tcp-0.0.0.0-" + port + " tcp-[__]-" + port + " udp-0.0.0.0-" + port + " udp-[__]-" + port);

  LineClient waiting = connect(server);  // nobody runs, and nobody refuses
  UdpClient datagrams{"127.0.0.1", server.port()};
  datagrams.send("are you there");
  server.wrap(manager.handing_over());
  server.start();
  CHECK(waiting.ask("echo served by the next") == "served by the next");
  const auto answer = datagrams.receive();
  REQUIRE(answer);
  CHECK(answer->bytes == "are you there");
  CHECK(server.stop() == 0);
}

TEST_CASE("what is not configured any more is not kept") {
  const Manager manager;
  ServerOptions options = supervised(manager);
  options.wrapper = manager.handing_over();
  Server server{options};
  add_probe(server);
  server.start();
  const std::string port = std::to_string(server.port());
  const std::string other = std::to_string(server.port(2));
  add_probe(server, "listen = [\"127.0.0.1:P+2\"]\n");
  server.reload();
  CHECK(eventually(
      [&] { return manager.kept() == "tcp-127.0.0.1-" + other + " udp-0.0.0.0-" + port + " udp-[__]-" + port; }));
  CHECK(server.stop() == 0);
  add_probe(server, "listen = [\"127.0.0.1:P+2\"]\nudp = \"127.0.0.1:P+2\"\n");
  server.wrap(manager.handing_over());
  server.start();
  CHECK(eventually([&] { return manager.kept() == "tcp-127.0.0.1-" + other + " udp-127.0.0.1-" + other; }));
  CHECK(connect(server, 2).ask("echo x") == "x");
  CHECK_FALSE(LineClient::try_connect("127.0.0.1", server.port()));
  CHECK(server.stop() == 0);
}
