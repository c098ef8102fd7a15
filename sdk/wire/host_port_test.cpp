// SPDX-License-Identifier: Apache-2.0
#include "wire/host_port.hpp"

#include <doctest/doctest.h>

using namespace junctor::wire;

TEST_CASE("a server is a name or an address, with a port or without") {
  const auto check = [](const std::string& text, const std::string& host, uint16_t port) {
    const auto parsed = parse_host_port(text, kDefaultPort);
    REQUIRE(parsed);
    CHECK(parsed->host == host);
    CHECK(parsed->port == port);
  };
  check("rd.example.org", "rd.example.org", 21116);
  check("rd.example.org:22116", "rd.example.org", 22116);
  check("192.0.2.1:5", "192.0.2.1", 5);
  check("2001:db8::1", "2001:db8::1", 21116);
  check("[2001:db8::1]", "2001:db8::1", 21116);
  check("[2001:db8::1]:22116", "2001:db8::1", 22116);
}

TEST_CASE("what is no server is refused") {
  for (const char* text : {"", ":21116", "host:", "host:0", "host:70000", "host:1x", "[host]:1", "[]", "http://host",
                           "a b", "a:b:c", "[::1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host_port(text, kDefaultPort));
  }
}

TEST_CASE("an IPv6 address is shown in brackets") {
  CHECK(text_of({"::1", 5}) == "[::1]:5");
  CHECK(text_of({"host", 5}) == "host:5");
}

TEST_CASE("an address that only its own network reaches is private") {
  for (const char* text : {"172.17.0.1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "::1", "fd00::1"}) {
    CHECK_MESSAGE(is_private(*Address::parse_ip(text)), text);
  }
  for (const char* text : {"198.51.100.1", "172.32.0.1", "100.128.0.1", "2001:db8::1"}) {
    CHECK_MESSAGE(!is_private(*Address::parse_ip(text)), text);
  }
}
