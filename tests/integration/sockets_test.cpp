// SPDX-License-Identifier: Apache-2.0
// What a plugin's sockets do in the real server: both families, big answers, moves, limits, and too few descriptors.
#include <doctest/doctest.h>

#include <vector>

#include "site.hpp"
#include "support/descriptors.hpp"

using namespace junctor::testing;

namespace {

struct Site {
  explicit Site(const std::string& probe = "", ServerOptions options = fixtures()) : server{std::move(options)} {
    add_probe(server, probe);
    server.start();
  }
  Server server;
};

int64_t listening(Server& server, const std::string& key) {
  int64_t sum = 0;
  const auto rows = server.ctl("status").object()->getArray("listening");
  for (unsigned i = 0; i < rows->size(); ++i) {
    const auto row = rows->getObject(i);
    if (contains(row->getValue<std::string>("address"), "0.0.0.0")) sum += row->getValue<int64_t>(key);
  }
  return sum;
}

int64_t network(Server& server, const std::string& key) {
  return server.ctl("status").object()->getObject("network")->getValue<int64_t>(key);
}

/// Which of them are still served.
size_t alive(std::vector<LineClient>& clients) {
  size_t count = 0;
  for (LineClient& client : clients) {
    if (client.try_send("echo yes\n") && client.read_line(Millis{2000}) == "yes") ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("TCP is served over IPv4 and IPv6, and a session knows both ends") {
  Site site;
  LineClient four{"127.0.0.2", site.server.port(), "127.0.0.3"};
  CHECK(four.ask("local") == "127.0.0.2");
  CHECK(four.ask("peer") == "127.0.0.3");
  LineClient six{"::1", site.server.port()};
  CHECK(six.ask("local") == "[::1]");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a datagram's answer leaves from the address that was hit") {
  Site site;
  const std::string port = std::to_string(site.server.port());
  for (const char* host : {"127.0.0.1", "127.0.0.2", "127.9.9.9"}) {
    UdpClient client{host, site.server.port()};
    client.send("ping");
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->bytes == "ping");
    CHECK(answer->from == std::string{host} + ":" + port);
  }
  UdpClient six{"::1", site.server.port()};
  six.send("ping");
  CHECK(six.receive().value_or(UdpClient::Datagram{}).from == "[::1]:" + port);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a large answer arrives whole and in order through a bounded queue") {
  Site site;
  LineClient client = connect(site.server);
  constexpr size_t kBytes = 20'000'000;
  client.send("big " + std::to_string(kBytes) + "\necho end\n");
  const auto bytes = client.read(kBytes, Millis{60'000});
  REQUIRE(bytes);
  CHECK(bytes->find_first_not_of('x') == std::string::npos);
  CHECK(client.read_line() == "end");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a session moves between loops with what it has not read yet") {
  Site site;
  LineClient client = connect(site.server);
  for (int i = 0; i < scaled(100); ++i) {
    const std::string loop = std::to_string(i % 2);
    client.send("migrate " + loop + "\nloop\necho " + std::to_string(i) + "\n");
    CHECK(client.read_line() == "on " + loop);
    CHECK(client.read_line() == "on " + loop);
    CHECK(client.read_line() == std::to_string(i));
  }
  CHECK(client.ask("migrate 7") == "failed -1");
  CHECK(client.ask("offload") == "done");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("sessions end as they are asked to") {
  Site site;
  LineClient closed = connect(site.server);
  closed.send("big 100000\nclose\n");
  CHECK(closed.read(100'000));
  CHECK(closed.wait_end() == LineClient::End::kClosed);
  LineClient aborted = connect(site.server);
  aborted.send("abort\n");
  CHECK(aborted.wait_end() == LineClient::End::kReset);
  LineClient half = connect(site.server);
  half.send("echo a\nend\n");
  CHECK(half.read_line() == "a");
  CHECK(half.wait_end() == LineClient::End::kClosed);
  half.close();
  LineClient finished = connect(site.server);
  finished.send("echo last\n");
  finished.finish();
  CHECK(finished.read_line() == "last");
  CHECK(finished.wait_end() == LineClient::End::kClosed);
  CHECK(eventually([&] { return site.server.ctl("probe").object()->getValue<int>("open") == 0; }));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a line without an end is bounded by the listener's receive buffer") {
  Site site{"listen = [{ address = \":P\", receive_buffer = \"8KiB\" }]\n"};
  LineClient client = connect(site.server);
  client.try_send(std::string(64 * 1024, 'x'));
  CHECK(client.wait_end() != LineClient::End::kOpen);
  CHECK(network(site.server, "receive_full") == 1);
  CHECK(answers(site.server));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a silent connection is closed by the listener's idle timeout") {
  Site site{"listen = [{ address = \":P\", idle_timeout = \"200ms\" }]\n"};
  LineClient client = connect(site.server);
  CHECK(client.wait_end() != LineClient::End::kOpen);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a listener's bound on connections refuses the rest, counts them, and takes new ones when there is room") {
  Site site{"listen = [{ address = \":P\", max_connections = 3 }]\n"};
  std::vector<LineClient> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connect(site.server));
  CHECK(alive(clients) == 3);
  LineClient late = connect(site.server);
  CHECK(late.wait_end() != LineClient::End::kOpen);
  CHECK(listening(site.server, "refused") == 1);
  CHECK(listening(site.server, "open") == 3);
  clients.pop_back();
  CHECK(eventually([&] { return answers(site.server); }));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a source's bound holds for that source alone") {
  Site site{"listen = [{ address = \":P\", max_per_source = 2 }]\n"};
  std::vector<LineClient> clients;
  for (int i = 0; i < 2; ++i) clients.emplace_back("127.0.0.1", site.server.port(), "127.0.0.5");
  CHECK(alive(clients) == 2);
  LineClient late{"127.0.0.1", site.server.port(), "127.0.0.5"};
  CHECK(late.wait_end() != LineClient::End::kOpen);
  LineClient other{"127.0.0.1", site.server.port(), "127.0.0.6"};
  CHECK(other.ask("echo yes") == "yes");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a source's rate of new connections is bounded") {
  Site site{"listen = [{ address = \":P\", accept_rate = 5 }]\n"};
  int served = 0;
  for (int i = 0; i < 40; ++i) {
    LineClient client{"127.0.0.1", site.server.port(), "127.0.0.5"};
    if (client.try_send("echo yes\n") && client.read_line() == "yes") ++served;
  }
  CHECK(served >= 5);
  CHECK(listening(site.server, "refused") > 0);
  LineClient other{"127.0.0.1", site.server.port(), "127.0.0.6"};
  CHECK(other.ask("echo yes") == "yes");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("the server's own bound on connections is counted against the listener that was hit") {
  Site site{"", fixtures("max_connections = 2\n")};
  std::vector<LineClient> clients;
  for (int i = 0; i < 2; ++i) clients.push_back(connect(site.server));
  CHECK(alive(clients) == 2);
  LineClient late = connect(site.server);
  CHECK(late.wait_end() != LineClient::End::kOpen);
  CHECK(contains(site.server.ctl("status").text, "connections_refused"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("out of descriptors, new connections are shed, old ones live, the processor rests, and it recovers" *
          doctest::skip(kNeedsDescriptors)) {
  ServerOptions options = fixtures();
  options.wrapper = {"prlimit", "--nofile=64:64"};
  Site site{"", options};
  std::vector<LineClient> old;
  for (int i = 0; i < 20; ++i) old.push_back(connect(site.server));
  REQUIRE(alive(old) == 20);
  std::vector<LineClient> flood;
  for (int i = 0; i < 100; ++i) {
    if (auto client = LineClient::try_connect("127.0.0.1", site.server.port())) flood.push_back(std::move(*client));
  }
  CHECK(
      eventually([&] { return network(site.server, "shed") > 0; }));  // the control socket has a descriptor of its own
  CHECK(alive(old) == 20);
  const double before = site.server.cpu_seconds();
  const auto began = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - began < std::chrono::seconds{2}) {
    if (auto client = LineClient::try_connect("127.0.0.1", site.server.port())) flood.push_back(std::move(*client));
    std::this_thread::sleep_for(Millis{10});
  }
  CHECK(site.server.cpu_seconds() - before < 0.5 * test_scale());
  CHECK(alive(old) == 20);
  flood.clear();
  CHECK(eventually([&] { return answers(site.server); }));
  CHECK(alive(old) == 20);
  CHECK(site.server.stop() == 0);
}

TEST_CASE("connections that come and go by the thousand leave nothing open") {
  Site site;
  const int rounds = scaled(3000);
  for (int i = 0; i < rounds; ++i) {
    LineClient client = connect(site.server);
    if (i % 3 == 0) client.try_send("abort\n");
    if (i % 3 == 1) client.try_send("big 100000\n");
  }
  CHECK(eventually([&] { return site.server.ctl("probe").object()->getValue<int>("open") == 0; }));
  CHECK(eventually([&] { return network(site.server, "streams_open") == 0; }));
  CHECK(site.server.stop() == 0);
}
