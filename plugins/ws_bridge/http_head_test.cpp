// SPDX-License-Identifier: Apache-2.0
#include "http_head.hpp"

#include <doctest/doctest.h>

#include "junctor/host.hpp"
#include "proxied.hpp"
#include "test_frames.hpp"
#include "wire/abi.hpp"

using namespace junctor::ws_bridge;
using namespace junctor::ws_bridge::testing;
using junctor::wire::Address;

namespace {

int status_of(const std::string& bytes) {
  const auto head = parse_head(bytes);
  return head ? answer_upgrade(*head, "a port").status : 400;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  REQUIRE(text.find(what) != std::string::npos);
  return text.replace(text.find(what), what.size(), by);
}

TEST_CASE("the RFC's own key gives the RFC's own answer") {
  CHECK(accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("an upgrade is answered 101, however its tokens and names are written") {
  CHECK(status_of(upgrade()) == 101);
  CHECK(status_of(upgrade("/any/path?with=query")) == 101);
  CHECK(status_of(replaced(upgrade(), "Connection: Upgrade", "connection:keep-alive ,  uPgRaDe")) == 101);
  CHECK(status_of(replaced(upgrade(), "Upgrade: websocket", "UPGRADE: WebSocket, h2c")) == 101);
  CHECK(status_of(replaced(upgrade(), "Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade")) == 101);
  const std::string bytes = upgrade("/ws/id?x=1");
  const auto head = parse_head(bytes);
  REQUIRE(head);
  CHECK(head->path == "/ws/id");
}

TEST_CASE("what is no upgrade is told so, with the status that says why") {
  CHECK(status_of("GET / HTTP/1.1\r\nHost: h\r\n\r\n") == 426);
  CHECK(status_of(replaced(upgrade(), "Version: 13", "Version: 8")) == 426);
  CHECK(status_of(replaced(upgrade(), "Sec-WebSocket-Version: 13\r\n", "")) == 426);
  CHECK(status_of(replaced(upgrade(), "GET", "POST")) == 405);
  CHECK(status_of(replaced(upgrade(), "Host: rd.example.org\r\n", "")) == 400);
  CHECK(status_of(replaced(upgrade(), kTestKey, "c2hvcnQ=")) == 400);
  CHECK(status_of(replaced(upgrade(), kTestKey, "not base64 at all!!!!!!!")) == 400);
  CHECK(status_of(replaced(upgrade(), "Upgrade: websocket\r\n", "")) == 426);
  const std::string outdated = replaced(upgrade(), "Version: 13", "Version: 8");
  const Answer old = answer_upgrade(*parse_head(outdated), "");
  CHECK(old.bytes.find("\r\nSec-WebSocket-Version: 13\r\n") != std::string::npos);
}

TEST_CASE("what is no HTTP/1.1 head is nothing") {
  for (const char* bad :
       {"\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
        "G(T / HTTP/1.1\r\n\r\n", "GET x HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nsp ace: x\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n", "GET / HTTP/1.1\r\n folded: x\r\n\r\n",
        "GET / HTTP/1.1\r\na: x\x01y\r\n\r\n", "GET /\x7f HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00\r\n\r\n"}) {
    CHECK_FALSE(parse_head(bad));
  }
  std::string many = "GET / HTTP/1.1\r\n";
  for (size_t i = 0; i < kMaxHeaders; ++i) many += "a: b\r\n";
  CHECK(parse_head(many + "\r\n"));
  CHECK_FALSE(parse_head(many + "a: b\r\n\r\n"));
}

TEST_CASE("a head ends with its empty line, and what is behind it is no part of it") {
  CHECK(head_size(upgrade() + "frames") == upgrade().size());
  CHECK(head_size(upgrade().substr(0, upgrade().size() - 1)) == 0);
}

std::string client_of(const std::string& more, const std::string& peer = "10.0.0.1:4711",
                      const std::vector<std::string>& trusted = {"10.0.0.0/8", "::1"}) {
  const std::string bytes = upgrade("/", more);
  const auto named = Proxies{trusted}.client(*parse_head(bytes), junctor::wire::to_abi(*Address::parse(peer)));
  return junctor::wire::from_abi(named).text();
}

TEST_CASE("a trusted proxy names the client, with the proxied connection's port") {
  CHECK(client_of("X-Real-IP: 198.51.100.7\r\n") == "198.51.100.7:4711");
  CHECK(client_of("x-real-ip: 2001:db8::7\r\n", "[::1]:9") == "[2001:db8::7]:9");
  CHECK(client_of("X-Forwarded-For: 198.51.100.8, 10.0.0.9\r\n") == "198.51.100.8:4711");
  CHECK(client_of("X-Forwarded-For: 198.51.100.8\r\nX-Real-IP: 198.51.100.7\r\n") == "198.51.100.7:4711");
  CHECK(client_of("X-Real-IP: nonsense\r\nX-Forwarded-For: 198.51.100.8 , 1.1.1.1\r\n") == "198.51.100.8:4711");
  CHECK(client_of("X-Forwarded-For: unknown\r\n") == "10.0.0.1:4711");
  CHECK(client_of("") == "10.0.0.1:4711");
}

TEST_CASE("nobody else is believed") {
  CHECK(client_of("X-Real-IP: 198.51.100.7\r\n", "192.0.2.1:1") == "192.0.2.1:1");
  CHECK(client_of("X-Real-IP: 198.51.100.7\r\n", "10.0.0.1:1", {}) == "10.0.0.1:1");
}

}  // namespace
