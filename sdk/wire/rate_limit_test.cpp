// SPDX-License-Identifier: Apache-2.0
// Tests of the token buckets.
#include "wire/rate_limit.hpp"

#include <doctest/doctest.h>

#include <string>

namespace junctor::wire {
namespace {

using namespace std::chrono_literals;

Address ip(const char* text) { return Address::parse_ip(text, 1).value(); }

TEST_CASE("a bucket gives its count at once and then one by one as time passes") {
  TokenBucket bucket{{3, 6s}};
  for (int i = 0; i < 3; ++i) CHECK(bucket.allow(100s));
  CHECK_FALSE(bucket.allow(100s));
  CHECK_FALSE(bucket.allow(101s));
  CHECK(bucket.has(102s));
  CHECK(bucket.allow(102s));
  CHECK_FALSE(bucket.has(102s));
  CHECK_FALSE(bucket.allow(102s));
}

TEST_CASE("what was refused costs nothing, and quiet saves up one window at most") {
  TokenBucket bucket{{2, 2s}};
  for (int i = 0; i < 1000; ++i) bucket.allow(10s);
  CHECK(bucket.allow(11s));
  int allowed = 0;
  for (int i = 0; i < 10; ++i) allowed += bucket.allow(1000s) ? 1 : 0;
  CHECK(allowed == 2);
}

TEST_CASE("a count of 0 is no limit, and the rate follows the configuration at once") {
  TokenBucket bucket;
  for (int i = 0; i < 1000; ++i) REQUIRE(bucket.allow(1s));
  bucket.configure({1, 10s});
  CHECK(bucket.allow(1s));
  CHECK_FALSE(bucket.allow(1s));
  bucket.configure({});
  CHECK(bucket.allow(1s));
}

TEST_CASE("one key's use does not count against another's") {
  KeyedRate rate{{1}, {3, 6s}};
  for (int i = 0; i < 3; ++i) CHECK(rate.allow("a", 1s));
  CHECK_FALSE(rate.allow("a", 1s));
  CHECK_FALSE(rate.has("a", 1s));
  CHECK(rate.has("b", 1s));
  CHECK(rate.allow("b", 1s));
}

TEST_CASE("a flood of keys lets new ones in and does not wipe out who is at its limit") {
  KeyedRate rate{{1}, {100, 60s}};
  for (int i = 0; i < 100; ++i) rate.allow("heavy", 1s);
  for (int i = 0; i < 100'000; ++i) REQUIRE(rate.allow("flood-" + std::to_string(i), 1s));
  CHECK_FALSE(rate.allow("heavy", 1s));
}

TEST_CASE("a client is an IPv4 address, or the /64 of an IPv6 one") {
  ExemptNetworks exempt;
  AddressLimit limit{{1}, exempt};
  limit.configure({1, 60s});
  CHECK(limit.allow(ip("192.0.2.1"), 1s));
  CHECK_FALSE(limit.allow(ip("192.0.2.1").with_port(9), 1s));
  CHECK(limit.allow(ip("192.0.2.2"), 1s));
  CHECK(limit.allow(ip("2001:db8::1"), 1s));
  CHECK_FALSE(limit.allow(ip("2001:db8::2:3"), 1s));
  CHECK(limit.allow(ip("2001:db8:0:1::1"), 1s));
}

TEST_CASE("a client over its limit uses up nothing of what is there for all") {
  ExemptNetworks exempt;
  AddressLimit limit{{1}, exempt};
  limit.configure({2, 60s}, {3, 60s});
  for (int i = 0; i < 100; ++i) limit.allow(ip("192.0.2.1"), 1s);
  CHECK(limit.allow(ip("192.0.2.2"), 1s));
  CHECK_FALSE(limit.has(ip("192.0.2.3"), 1s));
  CHECK_FALSE(limit.allow(ip("192.0.2.3"), 1s));
}

TEST_CASE("exempt networks pass whatever was used up") {
  ExemptNetworks exempt;
  AddressLimit limit{{1}, exempt};
  limit.configure({1, 60s}, {1, 60s});
  exempt.set({Network::parse("10.0.0.0/8").value()});
  for (int i = 0; i < 50; ++i) CHECK(limit.allow(ip("10.1.2.3"), 1s));
  CHECK(limit.allow(ip("192.0.2.1"), 1s));
  CHECK_FALSE(limit.allow(ip("192.0.2.2"), 1s));
  CHECK(limit.allow(ip("10.1.2.3"), 1s));
}

TEST_CASE("an answer may cost more than one, and one that costs more than there is is refused whole") {
  KeyedRate rate{{1}, {100, 60s}};
  CHECK(rate.allow("a", 1s, 60));
  CHECK_FALSE(rate.allow("a", 1s, 60));
  CHECK(rate.allow("a", 1s, 40));
  CHECK_FALSE(rate.allow("a", 1s));
}

/// How many of `count` clients in a row, told apart by the octet `octet`, are let in once.
int let_in(AddressLimit& limit, const char* first, size_t octet, int count) {
  int allowed = 0;
  for (int i = 0; i < count; ++i) {
    Address client = ip(first);
    client.ip[octet] = static_cast<uint8_t>(i);
    client.ip[octet - 1] = static_cast<uint8_t>(client.ip[octet - 1] + i / 256);
    allowed += limit.allow(client, 1s) ? 1 : 0;
  }
  return allowed;
}

TEST_CASE("whoever has a whole network has no more than a share for it") {
  const ExemptNetworks exempt;
  AddressLimit limit{{1}, exempt};
  limit.configure({10, 60s});
  CHECK(let_in(limit, "2001:db8:1:100::1", 7, 256) == 40);  // the /64s of a /56
  CHECK(let_in(limit, "2001:db8:2::1", 7, 60'000) == 160);  // of a /48
  CHECK(let_in(limit, "198.51.100.0", 3, 256) == 160);      // an IPv4 /24
  CHECK(limit.allow(ip("2001:db8:3::1"), 1s));              // the /48 beside it
  CHECK_FALSE(limit.has(ip("2001:db8:2:ffff::1"), 1s));
  CHECK(limit.allow(ip("198.51.101.1"), 1s));
}

}  // namespace
}  // namespace junctor::wire
