// SPDX-License-Identifier: Apache-2.0
// The info column as stock servers and others leave it.
#include "storage_sqlite/info.hpp"

#include <doctest/doctest.h>

namespace junctor::storage {
namespace {

TEST_CASE("the address is found, an IPv4-mapped one as IPv4") {
  CHECK(ip_of_info(R"({"ip":"203.0.113.7"})") == "203.0.113.7");
  CHECK(ip_of_info(R"({ "os" : "x", "ip" : "::ffff:203.0.113.7" })") == "203.0.113.7");
  CHECK(ip_of_info(R"({"ip":"2001:db8::7"})") == "2001:db8::7");
  CHECK(ip_of_info(R"({"ip":"::ffff:1:2"})") == "::ffff:1:2");
  CHECK(ip_of_info(R"({"ip":"::ffff:203.0.113.7"})") == "203.0.113.7");
  CHECK(ip_of_info(R"({"ip":"203.0.113.7","ip":"203.0.113.8"})") == "203.0.113.8");
  CHECK(ip_of_info(R"({"ip":"fe80::1%eth0"})") == "fe80::1%eth0");
  CHECK(ip_of_info(R"({"ip":""})") == "");
}

TEST_CASE("an info without an address, or without JSON, has none") {
  for (const char* info : {"", "{}", "null", "[]", "7", "{", R"({"ip":7})", R"({"ip":null})", R"({"ip":{"a":1}})",
                           "\xff\xfe", R"({"ip":"203.0.113.7")"}) {
    CAPTURE(info);
    CHECK(ip_of_info(info) == "");
  }
  CHECK(ip_of_info(std::string(100'000, '[')) == "");
  CHECK(ip_of_info(std::string(100'000, '{')) == "");
}

TEST_CASE("an info that is no object is replaced") {
  for (const char* info : {"", "null", "[1]", "{", "\xff"}) CHECK(info_with_ip(info, "::1") == R"({"ip":"::1"})");
}

TEST_CASE("a new address replaces the old one, and what would need escaping is escaped") {
  CHECK(info_with_ip(R"({"ip":"203.0.113.7"})", "2001:db8::7") == R"({"ip":"2001:db8::7"})");
  CHECK(info_with_ip("", "") == R"({"ip":""})");
  CHECK(ip_of_info(info_with_ip("", "fe80::1%a\"b")) == "fe80::1%a\"b");
}

TEST_CASE("other members keep their values and order") {
  CHECK(info_with_ip(R"({"os":"Windows \"10\"","ip":"203.0.113.7","n":1.5,"deep":{"a":[1,null,true]}})", "::1") ==
        R"({"os":"Windows \"10\"","ip":"::1","n":1.5,"deep":{"a":[1,null,true]}})");
  CHECK(info_with_ip(R"({"os":"x"})", "") == R"({"os":"x","ip":""})");
}

TEST_CASE("the same address leaves the text as it is, in whatever form it was written") {
  for (const char* info : {R"({ "ip" : "203.0.113.7" })", R"({"ip":"::ffff:203.0.113.7","x":1})"}) {
    CHECK(info_with_ip(info, "203.0.113.7") == info);
  }
}

}  // namespace
}  // namespace junctor::storage
