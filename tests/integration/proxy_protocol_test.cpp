// SPDX-License-Identifier: Apache-2.0
// PROXY headers in front of a listener of the real server: who is believed, who is not, and what limits count.
#include <doctest/doctest.h>

#include <vector>

#include "site.hpp"
#include "support/certificate.hpp"
#include "support/tls_client.hpp"

using namespace junctor::testing;

namespace {

/// 127.0.0.2 is a trusted proxy; whoever else comes is not.
struct Site {
  explicit Site(const std::string& more = "") {
    const Certificate pair = make_certificate("proxied.example");
    server.files().write("data/c.pem", pair.certificate);
    server.files().write("data/k.pem", pair.key);
    const std::string proxied = "proxy_protocol = true, trusted_proxies = [\"127.0.0.2\", \"::1\"]" + more;
    add_probe(server, "listen = [{ address = \":P\", " + proxied + " }, { address = \":P+1\", " + proxied +
                          ", tls = { certificate = \"c.pem\", key = \"k.pem\" } }]\n");
    server.start();
  }
  LineClient proxy(int offset = 0) const { return {"127.0.0.1", server.port(offset), "127.0.0.2"}; }
  std::string status() { return server.ctl("status").text; }

  Server server{fixtures()};
};

std::string v1(const std::string& client) { return "PROXY TCP4 " + client + " 203.0.113.1 4711 443\r\n"; }

/// 2001:db8::7, port 4711.
std::string v2() {
  std::string text{"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24", 16};
  text += std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x07" + std::string(16, '\x01');
  return text + "\x12\x67\x01\xbb";
}

}  // namespace

TEST_CASE("a plugin sees the client that a trusted proxy names, by version 1 and 2") {
  Site site;
  LineClient one = site.proxy();
  one.send(v1("198.51.100.7") + "peer\n");
  CHECK(one.read_line() == "198.51.100.7");
  CHECK(one.ask("flags") == "2");
  CHECK(one.ask("local") == "127.0.0.1");
  LineClient two = site.proxy();
  two.send(v2() + "peer\n");
  CHECK(two.read_line() == "[2001:db8::7]");
  LineClient six{"::1", site.server.port()};
  six.send(v1("198.51.100.8") + "peer\n");
  CHECK(six.read_line() == "198.51.100.8");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a header that comes byte by byte is read like any other") {
  Site site;
  for (const std::string& header : {v1("198.51.100.7"), v2()}) {
    LineClient client = site.proxy();
    for (const char byte : header + "echo in\n") client.send({&byte, 1});
    CHECK(client.read_line() == "in");
    CHECK(client.ask("flags") == "2");
  }
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a stranger is served as who it is, and its header is a line like any other") {
  Site site;
  LineClient stranger{"127.0.0.1", site.server.port(), "127.0.0.3"};
  stranger.send(v1("198.51.100.7"));
  CHECK(contains(stranger.read_line().value_or(""), "? PROXY TCP4"));
  CHECK(stranger.ask("peer") == "127.0.0.3");
  CHECK(stranger.ask("flags") == "0");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a trusted proxy without a good header is refused and counted") {
  Site site;
  site.server.ctl("log", {"debug"});
  LineClient wrong = site.proxy();
  wrong.send("echo hello\n");
  CHECK(wrong.wait_end() == LineClient::End::kClosed);
  CHECK(contains(site.status(), "proxy_header=1"));
  CHECK(site.server.log_has("event=net.refused", "reason=proxy_header"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a header that does not come is waited for until the handshake timeout") {
  Site site{", handshake_timeout = \"300ms\""};
  LineClient silent = site.proxy();
  CHECK(silent.wait_end() == LineClient::End::kClosed);
  CHECK(contains(site.status(), "handshake_timeout=1"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a proxy's health check is its own connection") {
  Site site;
  LineClient check = site.proxy();
  check.send(std::string{"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16} + "peer\n");
  CHECK(check.read_line() == "127.0.0.2");
  CHECK(check.ask("flags") == "0");
  CHECK(site.server.stop() == 0);
}

TEST_CASE("a source's bound is that of the client behind the proxy") {
  Site site{", max_per_source = 1"};
  std::vector<LineClient> clients;
  for (int i = 1; i <= 5; ++i) {
    clients.push_back(site.proxy());
    clients.back().send(v1("198.51.100." + std::to_string(i)) + "echo in\n");
    CHECK(clients.back().read_line() == "in");
  }
  LineClient again = site.proxy();
  again.send(v1("198.51.100.3") + "echo in\n");
  CHECK(again.wait_end() != LineClient::End::kOpen);
  CHECK(contains(site.status(), "max_per_source=1"));
  CHECK(site.server.stop() == 0);
}

TEST_CASE("the header stands before TLS") {
  Site site;
  LineClient line = site.proxy(1);
  line.send(v1("198.51.100.7"));
  TlsClient client{std::move(line)};
  REQUIRE(client.handshake());
  CHECK(client.ask("peer") == "198.51.100.7");
  CHECK(client.ask("flags") == "3");
  CHECK(site.server.stop() == 0);
}
