// SPDX-License-Identifier: Apache-2.0
// Tests of the parsers and printers of single values.
#include "config/values.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace junctor::config;

namespace {

constexpr int64_t kSecond = 1'000'000'000;

std::string why_not(std::optional<int64_t> (*parse)(std::string_view, std::string*), std::string_view text) {
  std::string why;
  return parse(text, &why) ? "parsed" : why;
}

std::string why_no_address(std::string_view text, uint16_t base_port = 21116) {
  std::string why;
  return parse_address(text, base_port, &why) ? "parsed" : why;
}

}  // namespace

TEST_CASE("a duration is a sum of falling units") {
  std::string why;
  CHECK(parse_duration("30s", &why) == 30 * kSecond);
  CHECK(parse_duration("500ms", &why) == kSecond / 2);
  CHECK(parse_duration("1h30m", &why) == 5400 * kSecond);
  CHECK(parse_duration("2d", &why) == 172'800 * kSecond);
  CHECK(parse_duration("0", &why) == 0);
  CHECK(parse_duration("0s", &why) == 0);
  CHECK(parse_duration("7us3ns", &why) == 7003);
  CHECK(parse_duration("106751d", &why) == 106'751 * (86'400 * kSecond));
}

TEST_CASE("a duration of any other shape is refused with both what was expected and what came") {
  CHECK(why_not(parse_duration, "30") == R"(expected a duration such as "30s", "500ms" or "1h30m", got "30")");
  for (const char* text : {"", "s", "-1s", "1.5s", "30 s", "1m1h", "1s1s", "1w", "30S", "1h30", " 1s", "106752d",
                           "9223372036854775808ns", "99999999999999999999s", "106751d24h"}) {
    CAPTURE(text);
    CHECK(why_not(parse_duration, text) != "parsed");
  }
}

TEST_CASE("a size counts by 1024 or by 1000 as its unit says") {
  std::string why;
  CHECK(parse_size("64KiB", &why) == 65'536);
  CHECK(parse_size("1MB", &why) == 1'000'000);
  CHECK(parse_size("1kB", &why) == 1000);
  CHECK(parse_size("4096", &why) == 4096);
  CHECK(parse_size("7B", &why) == 7);
  CHECK(parse_size("8388607TiB", &why) == int64_t{8'388'607} << 40);
  CHECK(why_not(parse_size, "64Kib") == R"(expected a size such as "64KiB", "1MB" or bytes, got "64Kib")");
  for (const char* text : {"", "KiB", "-1", "1.5MB", "1 MB", "8388608TiB", "1KiB1B", "0x10"}) {
    CAPTURE(text);
    CHECK(why_not(parse_size, text) != "parsed");
  }
}

TEST_CASE("a rate is in bits a second and needs its unit") {
  std::string why;
  CHECK(parse_rate("128Mbit", &why) == 128'000'000);
  CHECK(parse_rate("1Gbit", &why) == 1'000'000'000);
  CHECK(parse_rate("500kbit", &why) == 500'000);
  CHECK(parse_rate("0", &why) == 0);
  CHECK(why_not(parse_rate, "128") == R"(expected a rate such as "128Mbit" or "1Gbit", got "128")");
  CHECK(why_not(parse_rate, "128MiB") != "parsed");
  CHECK(why_not(parse_rate, "9223373Tbit") != "parsed");
}

TEST_CASE("an address names a host or none, and a port that may hang on base_port") {
  std::string why;
  CHECK(parse_address(":21116", 1000, &why) == Address{"", 21116});
  CHECK(parse_address("relay.example.com:1", 1000, &why) == Address{"relay.example.com", 1});
  CHECK(parse_address("192.0.2.1:P", 1000, &why) == Address{"192.0.2.1", 1000});
  CHECK(parse_address("[::]:P-1", 1000, &why) == Address{"::", 999});
  CHECK(parse_address("[fd00::1]:P+2", 1000, &why) == Address{"fd00::1", 1002});
  CHECK(parse_address("[fe80::1%eth0]:0", 1000, &why) == Address{"fe80::1%eth0", 0});
  CHECK(parse_address(":P", 65535, &why) == Address{"", 65535});
}

TEST_CASE("a malformed address is refused with its reason") {
  CHECK(why_no_address("21116") ==
        R"(expected an address such as ":21116", "host:21116", "[::]:21116" or ":P+1", got "21116": no port)");
  CHECK(why_no_address("::1:21116").find("an IPv6 address stands in brackets") != std::string::npos);
  CHECK(why_no_address("[::1]21116").find("no \"]:\" with a port after it") != std::string::npos);
  CHECK(why_no_address("[192.0.2.1]:1").find("no IPv6 address between the brackets") != std::string::npos);
  CHECK(why_no_address("192.0.2.256:1").find("not a host name or an IPv4 address") != std::string::npos);
  CHECK(why_no_address(":P+9", 65530).find("port 65539 with base_port 65530 is out of range") != std::string::npos);
  CHECK(why_no_address(":P-3", 3).find("port 0 with base_port 3 is out of range") != std::string::npos);
  CHECK(why_no_address(":65536").find("port 65536 is out of range") != std::string::npos);
  std::string nul("a\0b:1", 5);
  for (std::string text : {"", ":", "host:", ":+1", ":P*1", ":P+", ":Q", ":01", ":123456", "a b:1", "-a:1", "[:1",
                           "]:1", "[]:1", "[fe80::1%]:1", nul.c_str()}) {
    CAPTURE(text);
    CHECK(why_no_address(text) != "parsed");
  }
  CHECK(why_no_address(nul) != "parsed");
  CHECK(why_no_address(std::string(254, 'a') + ":1") != "parsed");
}

TEST_CASE("a host is a name or an address that others reach, with a port or without, or nobody") {
  std::string why;
  for (const char* text : {"", "rd.example.org", "rd.example.org:21116", "localhost", "192.0.2.7", "192.0.2.7:1",
                           "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:65535"}) {
    CAPTURE(text);
    CHECK(parse_host(text, &why) == std::string{text});
  }
  for (const char* text : {"https://rd.example.org", "rd.example.org/", "a b", "rd.example.org:", "rd:0", "rd:65536",
                           "rd:P", ":21116", "[2001:db8::1", "[192.0.2.7]:1", "[2001:db8::1]21116", "192.0.2.256"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host(text, &why));
  }
  CHECK_FALSE(parse_host("https://rd.example.org", &why));
  CHECK(why == R"(expected a name or an address such as "rd.example.org", "192.0.2.7" or "[2001:db8::1]", )"
               R"(got "https://rd.example.org": behind the host stands a port or nothing)");
}

TEST_CASE("a network is canonical, and a bare address is one host") {
  std::string why;
  CHECK(print_network(*parse_network("10.0.0.0/8", &why)) == "10.0.0.0/8");
  CHECK(print_network(*parse_network("2001:DB8:0::/32", &why)) == "2001:db8::/32");
  CHECK(print_network(*parse_network("192.0.2.7", &why)) == "192.0.2.7/32");
  CHECK(print_network(*parse_network("::1", &why)) == "::1/128");
  CHECK(print_network(*parse_network("0.0.0.0/0", &why)) == "0.0.0.0/0");
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0/8", "example.com", "10.0.0.0/-1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_network(text, &why));
  }
  CHECK_FALSE(parse_network("10.0.0.1/8", &why));
  CHECK(why == R"(expected a network such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7", got "10.0.0.1/8": )"
               "bits are set beyond the prefix, 10.0.0.0/8 is the network");
}

TEST_CASE("a network contains the addresses of its own family that share its prefix") {
  std::string why;
  const uint8_t inside[] = {10, 127, 255, 255}, outside[] = {10, 128, 0, 0};
  const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, 9};
  Network half = *parse_network("10.0.0.0/9", &why);
  CHECK(half.contains(inside, 4));
  CHECK_FALSE(half.contains(outside, 4));
  CHECK_FALSE(half.contains(v6, 16));
  CHECK(parse_network("2001:db8::/32", &why)->contains(v6, 16));
  CHECK(parse_network("0.0.0.0/0", &why)->contains(outside, 4));
}

TEST_CASE("what the printers write, the parsers take") {
  std::string why;
  for (int64_t value : {int64_t{0}, int64_t{1}, int64_t{999}, int64_t{1000}, int64_t{1024}, int64_t{65'536},
                        int64_t{1'000'000}, int64_t{86'399'999'999'999}, INT64_MAX}) {
    CAPTURE(value);
    CHECK(parse_duration(print_duration(value), &why) == value);
    CHECK(parse_size(print_size(value), &why) == value);
    CHECK(parse_rate(print_rate(value), &why) == value);
  }
  for (std::string text : {":0", "host:1", "[::]:65535", "192.0.2.1:21116"}) {
    CHECK(print_address(*parse_address(text, 1, &why)) == text);
  }
}

TEST_CASE("the printers choose the form that a person would") {
  CHECK(print_duration(5'400 * kSecond) == "1h30m");
  CHECK(print_duration(1'500'000'000) == "1s500ms");
  CHECK(print_size(65'536) == "64KiB");
  CHECK(print_size(10'000'000'000) == "10GB");
  CHECK(print_size(777) == "777");
  CHECK(print_rate(128'000'000) == "128Mbit");
  CHECK(print_rate(7) == "7bit");
}

TEST_CASE("host and port name somebody who can be reached") {
  std::string why;
  CHECK(parse_host_port("relay.example.org:21120", 1, &why) == "relay.example.org:21120");
  CHECK(parse_host_port("[2001:db8::1]:P+4", 21116, &why) == "[2001:db8::1]:21120");
  CHECK(parse_host_port("", 1, &why) == "");
  for (const char* text : {"relay.example.org", ":21120", "host:0", "host:x", "2001:db8::1:21120", "host:65536",
                           "a b:1", "1.2.3:80", "host:P-30000"}) {
    CAPTURE(text);
    why.clear();
    CHECK_FALSE(parse_host_port(text, 21116, &why));
    CHECK(why.find("expected host and port") == 0);
  }
}

TEST_CASE("a key has the form of one") {
  std::string why;
  const std::string key = "5SYHd5e0AoXKNtb+Z/XISqmTsDTMfWfkPDTYi1QLs70=";
  CHECK(parse_key(key, &why) == key);
  CHECK(parse_key(" " + key + "\n", &why) == key);
  CHECK(parse_key(key.substr(0, 43), &why) == key.substr(0, 43));
  CHECK(parse_key("", &why) == "");
  for (const std::string& text : {std::string{"123456789"}, key + "=", key + key, "!" + key.substr(1)}) {
    CAPTURE(text);
    CHECK_FALSE(parse_key(text, &why));
  }
}
