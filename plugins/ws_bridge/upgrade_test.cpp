// SPDX-License-Identifier: Apache-2.0
#include "upgrade.hpp"

#include <doctest/doctest.h>

#include "test_frames.hpp"

using namespace junctor::ws_bridge;
using namespace junctor::ws_bridge::testing;
namespace http = junctor::http;

namespace {

Upgrade judged(const std::string& bytes) {
  http::Reading reading;
  if (reading.read_head(bytes, kMaxHeaders) != http::Fault::kNone) return refusal(400, "no request");
  return judge(reading.head(), "a port");
}
uint32_t status_of(const std::string& bytes) { return judged(bytes).status; }

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
  CHECK(bytes_of(judged(upgrade())) ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
            accept_value(kTestKey) + "\r\n\r\n");
}

TEST_CASE("what is no upgrade is told so, with the status that says why") {
  CHECK(status_of("GET / HTTP/1.1\r\nHost: h\r\n\r\n") == 426);
  CHECK(status_of(replaced(upgrade(), "Version: 13", "Version: 8")) == 426);
  CHECK(status_of(replaced(upgrade(), "Sec-WebSocket-Version: 13\r\n", "")) == 426);
  CHECK(status_of(replaced(upgrade(), "GET", "POST")) == 405);
  CHECK(status_of(replaced(upgrade(), "HTTP/1.1", "HTTP/1.0")) == 400);
  CHECK(status_of(replaced(upgrade(), "Host: rd.example.org\r\n", "")) == 400);
  CHECK(status_of(replaced(upgrade(), "Upgrade: websocket", "Upgrade: websocket\r\nContent-Length: 3")) == 400);
  CHECK(status_of(replaced(upgrade(), kTestKey, "c2hvcnQ=")) == 400);
  CHECK(status_of(replaced(upgrade(), kTestKey, "not base64 at all!!!!!!!")) == 400);
  CHECK(status_of(replaced(upgrade(), "Upgrade: websocket\r\n", "")) == 426);
  const Upgrade old = judged(replaced(upgrade(), "Version: 13", "Version: 8"));
  CHECK(bytes_of(old).find("\r\nSec-WebSocket-Version: 13\r\n") != std::string::npos);
  CHECK(bytes_of(old).find("\r\nConnection: close\r\n") != std::string::npos);
}

TEST_CASE("where origins are given, a page of another one is refused, and a client that is no browser is not") {
  const std::vector<std::string> origins{"https://rd.example.org", "http://localhost:8080"};
  const auto status = [&](const std::string& line) {
    http::Reading reading;
    REQUIRE(reading.read_head(replaced(upgrade(), "Upgrade: websocket", line + "Upgrade: websocket"), kMaxHeaders) ==
            http::Fault::kNone);
    return judge(reading.head(), "a port", origins).status;
  };
  CHECK(status("") == 101);
  CHECK(status("Origin: https://rd.example.org\r\n") == 101);
  CHECK(status("Origin: HTTP://localhost:8080\r\n") == 101);
  CHECK(status("Origin: https://rd.example.org.evil.test\r\n") == 403);
  CHECK(status("Origin: https://rd.example.org:444\r\n") == 403);
  CHECK(status("Origin: null\r\n") == 403);
  CHECK(judged(replaced(upgrade(), "Upgrade: websocket", "Origin: https://any.test\r\nUpgrade: websocket")).status ==
        101);
  CHECK(reason_of(refusal(403, "")) == Refusal::kOrigin);
}

}  // namespace
