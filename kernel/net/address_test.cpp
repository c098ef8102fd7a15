// SPDX-License-Identifier: Apache-2.0
// Addresses and networks as text and as values.
#include "net/address.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>

#include <unordered_set>

using namespace junctor::net;

TEST_CASE("addresses survive the way through text and through the system's form") {
  for (const char* text : {"1.2.3.4:80", "0.0.0.0:0", "[::]:21116", "[2001:db8::1]:65535", "[fe80::1%3]:9"}) {
    const auto address = Address::parse(text);
    REQUIRE(address.has_value());
    CHECK(address->to_string() == text);
    sockaddr_storage storage{};
    const socklen_t size = address->to(storage);
    CHECK(Address::from(reinterpret_cast<sockaddr*>(&storage), size) == *address);
  }
}

TEST_CASE("an IPv4-mapped address is IPv4, in text and from the system") {
  CHECK(Address::parse("[::ffff:10.1.2.3]:5") == Address::v4(10, 1, 2, 3, 5));
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(5);
  in.sin6_addr.s6_addr[10] = in.sin6_addr.s6_addr[11] = 0xff;
  in.sin6_addr.s6_addr[12] = 10;
  CHECK(Address::from(reinterpret_cast<sockaddr*>(&in), sizeof in) == Address::v4(10, 0, 0, 0, 5));
  CHECK_FALSE(Address::from(reinterpret_cast<sockaddr*>(&in), 4).valid());
}

TEST_CASE("text that is no address is refused") {
  for (const char* text : {"", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3:80", "::1:80", "[::1]", "[1.2.3.4]:80",
                           "[::1%nosuchif]:1", "1.2.3.4:+8", "host:80", ":80", "[]:80"}) {
    CAPTURE(text);
    CHECK_FALSE(Address::parse(text).has_value());
  }
  CHECK(Address::parse_listen(":80")->family == 0);
  CHECK(Address::parse_listen("*:80")->port == 80);
  CHECK(Address::parse_listen("127.0.0.1:80")->family == 4);
  CHECK_FALSE(Address::parse_listen(":http").has_value());
}

TEST_CASE("a network contains exactly its addresses") {
  const auto ten = Network::parse("10.1.2.3/9");
  REQUIRE(ten.has_value());
  CHECK(ten->to_string() == "10.0.0.0/9");
  CHECK(ten->contains(Address::v4(10, 127, 255, 255, 1)));
  CHECK_FALSE(ten->contains(Address::v4(10, 128, 0, 0, 1)));
  CHECK_FALSE(ten->contains(*Address::parse_ip("::1")));
  CHECK(Network::parse("2001:db8::/33")->contains(*Address::parse_ip("2001:db8:7fff::1")));
  CHECK_FALSE(Network::parse("2001:db8::/33")->contains(*Address::parse_ip("2001:db8:8000::1")));
  CHECK(Network::parse("0.0.0.0/0")->contains(Address::v4(255, 1, 1, 1, 0)));
  CHECK(Network::parse("192.0.2.1")->bits() == 32);
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "x/8", "::/129", "10.0.0.0/8x"}) {
    CAPTURE(text);
    CHECK_FALSE(Network::parse(text).has_value());
  }
}

TEST_CASE("what an address is used for can be asked of it, and it hashes by value") {
  CHECK(Address::any(6, 1).is_any());
  CHECK(Address::parse_ip("::1")->is_loopback());
  CHECK(Address::v4(127, 9, 9, 9, 0).is_loopback());
  CHECK(Address::parse_ip("fe80::1")->is_link_local());
  CHECK(Address::v4(224, 0, 0, 1, 0).is_multicast());
  std::unordered_set<Address> set{Address::v4(1, 2, 3, 4, 5), Address::v4(1, 2, 3, 4, 5), Address::v4(1, 2, 3, 4, 6)};
  CHECK(set.size() == 2);
}
