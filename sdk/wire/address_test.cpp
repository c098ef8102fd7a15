// SPDX-License-Identifier: Apache-2.0
// Addresses: the vectors of protocol.md 4 both ways, text, networks.
#include "wire/address.hpp"

#include <doctest/doctest.h>

#include <unordered_set>

#include "wire/testdata/vectors.hpp"

namespace junctor::wire {
namespace {

Address addr(std::string_view text) {
  const auto parsed = Address::parse(text);
  REQUIRE_MESSAGE(parsed, text);
  return *parsed;
}

Network net(std::string_view text) {
  const auto parsed = Network::parse(text);
  REQUIRE_MESSAGE(parsed, text);
  return *parsed;
}

TEST_CASE("the vectors of both families are written and read") {
  const auto vectors = vectors::load();
  size_t checked = 0;
  for (const char* family : {"ipv4", "ipv6"}) {
    const auto list = vectors->getArray(family);
    for (unsigned i = 0; i < list->size(); ++i, ++checked) {
      const auto vector = list->getObject(i);
      const auto address = Address::parse_ip(vector->getValue<std::string>("ip"), vector->getValue<uint16_t>("port"));
      const auto hex = vector->getValue<std::string>("hex");
      CAPTURE(hex);
      REQUIRE(address);
      CHECK(vectors::to_hex(encode_address(*address, vector->optValue<uint32_t>("time_us_low32", 0))) == hex);
      CHECK(decode_address(vectors::from_hex(hex)) == *address);
    }
  }
  CHECK(checked == 7);
}

TEST_CASE("what the vectors call no address is refused") {
  const auto list = vectors::load()->getArray("not_an_address_hex");
  REQUIRE(list->size() == 4);
  for (unsigned i = 0; i < list->size(); ++i) {
    CHECK_FALSE(decode_address(vectors::from_hex(list->getElement<std::string>(i))));
  }
}

TEST_CASE("an empty field is none, and none is an empty field") {
  REQUIRE(decode_address(""));
  CHECK(decode_address("")->is_none());
  CHECK(encode_address(Address{}, 7).empty());
}

TEST_CASE("every moment gives the same address back") {
  for (const char* text : {"255.255.255.255:65535", "0.0.0.0:1", "198.51.100.9:443", "127.0.0.1:32768"}) {
    for (uint32_t tm = 3; tm < 0xF0000000; tm = tm * 5 + 1)
      CHECK(decode_address(encode_address(addr(text), tm)) == addr(text));
  }
}

TEST_CASE("a mapped address is IPv4 wherever it comes from") {
  CHECK(addr("[::ffff:1.2.3.4]:5") == addr("1.2.3.4:5"));
  const std::string mapped = vectors::from_hex("00000000000000000000ffff010203040500");
  CHECK(decode_address(mapped) == addr("1.2.3.4:5"));
}

TEST_CASE("text goes both ways") {
  for (const char* text : {"1.2.3.4:5", "[::1]:5", "[2001:db8::1]:65535", "0.0.0.0:0"})
    CHECK(addr(text).text() == text);
  CHECK(addr("[::1]:5").ip_text() == "::1");
  CHECK(Address{}.text().empty());
}

TEST_CASE("what is not an address is not parsed") {
  for (const char* text : {"", ":", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:+1", "1.2.3:4",
                           "::1:5", "[1.2.3.4]:5", "[::1]", "[]:5", "host:5", "1.2.3.4:5 ", "[fe80::1%eth0]:5"}) {
    CHECK_FALSE_MESSAGE(Address::parse(text), text);
  }
  CHECK_FALSE(Address::parse_ip(std::string_view{"1.2.3.4\0x", 9}));
}

TEST_CASE("loopback, any and equal addresses are told") {
  CHECK(addr("127.9.9.9:1").is_loopback());
  CHECK(addr("[::1]:1").is_loopback());
  CHECK(addr("[::ffff:127.0.0.1]:1").is_loopback());
  CHECK_FALSE(addr("128.0.0.1:1").is_loopback());
  CHECK_FALSE(Address{}.is_loopback());
  CHECK(addr("0.0.0.0:9").is_unspecified());
  CHECK_FALSE(Address{}.is_unspecified());
  CHECK(addr("1.2.3.4:5").same_ip(addr("1.2.3.4:6")));
  CHECK_FALSE(addr("0.0.0.0:5").same_ip(addr("[::]:5")));
  CHECK(addr("1.2.3.4:5").with_port(7) == addr("1.2.3.4:7"));
  CHECK(addr("1.2.3.4:5") < addr("1.2.3.4:6"));
}

TEST_CASE("a network holds its own and nobody else") {
  CHECK(net("10.0.0.0/8").contains(addr("10.255.0.1:1")));
  CHECK_FALSE(net("10.0.0.0/8").contains(addr("11.0.0.0:1")));
  CHECK(net("192.168.1.130/25").contains(addr("192.168.1.255:1")));
  CHECK_FALSE(net("192.168.1.130/25").contains(addr("192.168.1.127:1")));
  CHECK(net("0.0.0.0/0").contains(addr("8.8.8.8:1")));
  CHECK_FALSE(net("0.0.0.0/0").contains(addr("[::1]:1")));
  CHECK_FALSE(net("::/0").contains(Address{}));
  CHECK(net("fd00::/7").contains(addr("[fc00::1]:1")));
  CHECK_FALSE(net("fd00::/8").contains(addr("[fc00::1]:1")));
  CHECK(net("::1").contains(addr("[::1]:1")));
  CHECK(net("::ffff:10.0.0.0/104") == net("10.0.0.0/8"));
  CHECK(net("10.1.2.3/8").text() == "10.0.0.0/8");
}

TEST_CASE("what is not a network is not parsed") {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/8/8", "10.0.0.0/-1", "::ffff:1.2.3.4/95"}) {
    CHECK_FALSE_MESSAGE(Network::parse(text), text);
  }
}

TEST_CASE("neighbouring addresses hash apart") {
  std::unordered_set<size_t> hashes;
  for (uint16_t port = 1; port <= 10'000; ++port)
    hashes.insert(std::hash<Address>{}(addr("1.2.3.4:1").with_port(port)));
  CHECK(hashes.size() == 10'000);
}

}  // namespace
}  // namespace junctor::wire
