// SPDX-License-Identifier: Apache-2.0
// Addresses as people write them.
#include <doctest/doctest.h>

#include "junctor/address.hpp"

using junctor::address_text;
using junctor::ip_text;
using junctor::parse_address;
using junctor::parse_ip;

namespace {

TEST_CASE("an address is what it was made from, in its shortest form") {
  const std::pair<const char*, const char*> kSame[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"::", "::"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"::ffff:c000:201", "192.0.2.1"},
      {"fe80::1%7", "fe80::1%7"},
      {"fe80::1%lo", "fe80::1%1"},
  };
  for (const auto& same : kSame) {
    CAPTURE(same.first);
    const auto parsed = parse_ip(same.first);
    REQUIRE(parsed);
    CHECK(ip_text(*parsed) == same.second);
    CHECK(parsed->port == 0);
  }
  CHECK(parse_ip("192.0.2.1")->family == 4);
  CHECK(parse_ip("::ffff:192.0.2.1")->family == 4);
  CHECK(parse_ip("::1")->family == 6);
}

TEST_CASE("with a port") {
  for (const char* text : {"192.0.2.1:80", "192.0.2.1:0", "[2001:db8::1]:65535", "[fe80::1%7]:1"}) {
    const auto parsed = parse_address(text);
    REQUIRE_MESSAGE(parsed, text);
    CHECK(address_text(*parsed) == text);
  }
  CHECK(address_text({}).empty());
  CHECK(ip_text({}).empty());
}

TEST_CASE("what is no address is not taken for one") {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "256.0.0.1"sv, "01.2.3.4 "sv, " 1.2.3.4"sv, "1.2.3.4\0"sv, "1.2.3.4%1"sv,
        "::1::"sv, "fe80::1%"sv, "fe80::1%no-such-zone"sv, "[::1]"sv, "example.org"sv, "12345::"sv}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ip(text));
  }
  CHECK_FALSE(parse_ip(std::string(100, '1')));
  for (const char* text : {"", ":80", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:80 ",
                           "::1:80", "[::1]", "[::1]:", "[192.0.2.1]:80", "[::1:80", "::1]:80", "[]:80"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
  }
}

}  // namespace
