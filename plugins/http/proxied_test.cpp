// SPDX-License-Identifier: Apache-2.0
#include "proxied.hpp"

#include <doctest/doctest.h>

#include "wire/abi.hpp"

namespace junctor::http {
namespace {

const std::vector<std::string> kTrusted{"127.0.0.1", "10.0.0.0/8", "fd00::/8"};

struct Seen {
  std::string client;
  std::string scheme;
  std::string host;
  std::string unread;
};

Seen seen(const std::string& fields, const std::string& peer = "127.0.0.1:4000", Naming naming = Naming::kAny,
          bool tls = false) {
  Reading reading;
  REQUIRE(reading.read_head("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n", 20) == Fault::kNone);
  const Proxies proxies{kTrusted, naming};
  const Origin origin = proxies.origin(reading.head(), wire::to_abi(*wire::Address::parse(peer)), tls);
  return {wire::from_abi(origin.client).text(), std::string{origin.scheme}, std::string{origin.host},
          std::string{origin.unread}};
}

TEST_CASE("a stranger's headers are not looked at") {
  const Seen got = seen(
      "X-Real-IP: 1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"
      "Forwarded: for=1.2.3.4;host=x\r\n",
      "198.51.100.1:5");
  CHECK(got.client == "198.51.100.1:5");
  CHECK(got.scheme == "http");
  CHECK(got.host == "h");
}

TEST_CASE("X-Forwarded-For: ports, brackets, and the last that is no proxy of ours") {
  CHECK(seen("X-Forwarded-For: 203.0.113.7\r\n").client == "203.0.113.7:4000");
  CHECK(seen("X-Forwarded-For: 203.0.113.7:99\r\n").client == "203.0.113.7:99");
  CHECK(seen("X-Forwarded-For: 2001:db8::1\r\n").client == "[2001:db8::1]:4000");
  CHECK(seen("X-Forwarded-For: [2001:db8::1]\r\n").client == "[2001:db8::1]:4000");
  CHECK(seen("X-Forwarded-For: [2001:db8::1]:99\r\n").client == "[2001:db8::1]:99");
  CHECK(seen("X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.1.1.1\r\n").client == "203.0.113.7:4000");
  CHECK(seen("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.7\r\n").client == "203.0.113.7:4000");
  CHECK(seen("X-Forwarded-For: 10.0.0.9, 10.1.1.1\r\n").client == "10.0.0.9:4000");
  CHECK(seen("X-Forwarded-For: ::ffff:203.0.113.7\r\n").client == "203.0.113.7:4000");
}

TEST_CASE("Forwarded, with quotes and ports, and what it says of scheme and host") {
  const Seen got = seen("Forwarded: for=6.6.6.6, for=\"[2001:db8::1]:99\";Proto=HTTPS;host=rd.example.org\r\n");
  CHECK(got.client == "[2001:db8::1]:99");
  CHECK(got.scheme == "https");
  CHECK(got.host == "rd.example.org");
  CHECK(seen("Forwarded: For=203.0.113.7\r\n").client == "203.0.113.7:4000");
}

TEST_CASE("scheme and host by the X-headers") {
  const Seen got =
      seen("X-Real-IP: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: rd.example.org:8443\r\n");
  CHECK(got.client == "203.0.113.7:4000");
  CHECK(got.scheme == "https");
  CHECK(got.host == "rd.example.org:8443");
  CHECK(seen("X-Forwarded-Host: a/b\r\n").host == "h");
  CHECK(seen("", "198.51.100.1:5", Naming::kAny, true).scheme == "https");
}

TEST_CASE("one header alone is believed where the operator says so") {
  const std::string both = "X-Real-IP: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.7\r\n";
  CHECK(seen(both, "127.0.0.1:1", Naming::kForwardedFor).client == "203.0.113.7:1");
  CHECK(seen(both, "127.0.0.1:1", Naming::kRealIp).client == "6.6.6.6:1");
  CHECK(seen(both, "127.0.0.1:1", Naming::kForwarded).client == "127.0.0.1:1");
}

TEST_CASE("what cannot be read is told and not believed") {
  const Seen got = seen("X-Forwarded-For: unknown\r\n");
  CHECK(got.client == "127.0.0.1:4000");
  CHECK(got.unread == "unknown");
  CHECK(seen("Forwarded: for=_hidden\r\n").unread == "_hidden");
  CHECK(seen("X-Forwarded-For: 1.2.3.4.5, 10.1.1.1\r\n").client == "10.1.1.1:4000");
}

}  // namespace
}  // namespace junctor::http
