// SPDX-License-Identifier: Apache-2.0
// However the network cuts what it carries, one byte at a time included, a session over TCP, TLS, WS or WSS behind a
// PROXY header is the same. JUNCTOR_TEST_SEED repeats a run's choices. A thread chops.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <random>
#include <thread>

#include "party.hpp"
#include "wire/client.hpp"

namespace junctor::site {
namespace {

using testing::patient;
using testing::scaled;

const std::string kProxied = ", proxy_protocol = true, trusted_proxies = [\"127.0.0.9\"]";

/// Stands before the server as a proxy: says who the client is, and passes both directions on in pieces of random
/// sizes, each a segment of its own. Serves one connection.
class Chopper {
 public:
  Chopper(const wire::Address& server, uint32_t seed, std::string header)
      : listener_{ip("127.0.0.1")}, server_{server}, random_{seed}, header_{std::move(header)}, thread_{[this] {
          run();
        }} {}
  ~Chopper() {
    stopped_ = true;
    thread_.join();
  }
  Chopper(const Chopper&) = delete;
  Chopper& operator=(const Chopper&) = delete;

  wire::Address door() const { return listener_.local_address(); }

 private:
  void run() {
    auto client = listener_.accept(patient(wire::kPatience));
    if (!client) return;
    wire::TcpClient::Options options;
    options.local = ip("127.0.0.9");
    wire::TcpClient server = wire::TcpClient::connect(server_, options);
    const int on = 1;
    for (const int fd : {client->fd(), server.fd()}) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    chop(server.fd(), header_);
    std::array<pollfd, 2> both{{{client->fd(), POLLIN, 0}, {server.fd(), POLLIN, 0}}};
    while (!stopped_ && (both[0].fd >= 0 || both[1].fd >= 0)) {
      if (::poll(both.data(), both.size(), 20) <= 0) continue;
      if (both[0].revents != 0 && !pass(client->fd(), server.fd())) both[0].fd = -1;
      if (both[1].revents != 0 && !pass(server.fd(), client->fd())) both[1].fd = -1;
    }
  }
  /// False at the end, which is passed on.
  bool pass(int from, int to) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return true;
    if (got > 0) return chop(to, {buffer.data(), static_cast<size_t>(got)});
    ::shutdown(to, SHUT_WR);
    return false;
  }
  bool chop(int to, std::string_view bytes) {
    const bool single = random_() % 2 == 0;
    while (!bytes.empty()) {
      const size_t size = single ? 1 : std::min<size_t>(bytes.size(), 1 + random_() % 700);
      const ssize_t sent = ::send(to, bytes.data(), size, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return false;
      if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
      if (random_() % 8 == 0) std::this_thread::yield();  // the server sees what is there
    }
    return true;
  }

  wire::TcpListener listener_;
  const wire::Address server_;
  std::mt19937 random_;
  const std::string header_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

std::string v1(int host) { return "PROXY TCP4 198.51.100." + std::to_string(host) + " 203.0.113.1 4711 443\r\n"; }

std::string v2(int host) {
  std::string text{"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xC6\x33\x64", 19};
  return text + static_cast<char>(host) + std::string("\xCB\0\x71\x01\x12\x67\x01\xbb", 8);
}

/// Whether the session's row names both clients as their proxies did.
bool names_clients(FourWays& ways, int a, int b) {
  const std::string text = ways.server().ctl("sessions").text;
  return text.find("198.51.100." + std::to_string(a) + ":4711") != std::string::npos &&
         text.find("198.51.100." + std::to_string(b) + ":4711") != std::string::npos;
}

/// Pieces of a WebSocket message, pings in between, words of many sizes both ways, and an end.
void whole_session(FourWays& ways, uint32_t seed, Transport of_a, Transport of_b) {
  std::mt19937 random{seed};
  const int host_a = 1 + static_cast<int>(random() % 100), host_b = 101 + static_cast<int>(random() % 100);
  Chopper before_a{ways.at(of_a), seed + 1, random() % 2 == 0 ? v1(host_a) : v2(host_a)};
  Chopper before_b{ways.at(of_b), seed + 2, random() % 2 == 0 ? v1(host_b) : v2(host_b)};
  Party a{before_a.door(), of_a}, b{before_b.door(), of_b};
  const std::string uuid = "chopped-" + std::to_string(seed);
  REQUIRE(a.greet(ways, uuid, "123456789"));
  const std::string early = "early words";
  REQUIRE(a.send(early));
  REQUIRE(b.greet(ways, uuid));
  CHECK(b.receive() == early);
  CHECK(names_clients(ways, host_a, host_b));
  for (int i = 0; i < 4; ++i) {
    std::string word(1 + random() % (random() % 4 == 0 ? 3000 : 200), 'w');
    for (char& letter : word) letter = static_cast<char>(random());
    for (Party* from : {&a, &b}) {
      Party& to = from == &a ? b : a;
      std::string bytes;
      from->encode(word, bytes, random(), 1 + random() % 4);
      REQUIRE(from->send_bytes(bytes));
      CHECK((to.receive() == word));
    }
  }
  a.finish();
  CHECK(b.wait_end() == Party::End::kOrderly);
  if (!is_ws(of_b)) b.finish();
  CHECK(a.wait_end() == Party::End::kOrderly);
}

TEST_CASE("a session is the same in whatever pieces its bytes come") {
  FourWays ways;
  const std::string tls = "tls = { certificate = \"c.pem\", key = \"k.pem\" }";
  ways.server().conf("95-proxied", "[relay]\nlisten = [{ address = \":P+1\"" + kProxied + " }, { address = \":P-2\", " +
                                       tls + kProxied + " }]\n[ws_bridge]\nlisten_relay = [{ address = \":P+3\"" +
                                       kProxied + " }, { address = \":P+2\", " + tls + kProxied + " }]\n");
  ways.start();
  const char* given = std::getenv("JUNCTOR_TEST_SEED");
  uint32_t seed = given == nullptr ? std::random_device{}() : static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
  MESSAGE("seed ", seed, " (JUNCTOR_TEST_SEED)");
  for (int round = 0; round < scaled(3); ++round) {
    for (const Transport of_a : kTransports) {
      for (const Transport of_b : kTransports) {
        CAPTURE(name_of(of_a));
        CAPTURE(name_of(of_b));
        whole_session(ways, seed, of_a, of_b);
        seed += 3;
      }
    }
  }
  CHECK(testing::eventually([&] { return ways.idle(); }));
}

}  // namespace
}  // namespace junctor::site
