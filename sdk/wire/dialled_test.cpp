// SPDX-License-Identifier: Apache-2.0
#include "wire/dialled.hpp"

#include <doctest/doctest.h>

using junctor::wire::dialling_fault;

TEST_CASE("an address that no client elsewhere can dial is told apart, by its reason") {
  for (const char* address : {"127.0.0.1:21117", "[::1]:21117", "localhost:21117"}) {
    CHECK(dialling_fault(address).find("loopback") != std::string::npos);
  }
  for (const char* address : {"0.0.0.0:21117", "[::]:21117"}) {
    CHECK(dialling_fault(address).find("no address at all") != std::string::npos);
  }
  for (const char* address : {"10.1.2.3:21117", "192.168.1.1:1", "172.31.0.1:1", "100.64.0.1:1", "[fd00::1]:21117"}) {
    CHECK(dialling_fault(address).find("private") != std::string::npos);
  }
  CHECK(dialling_fault("[fe80::1]:1").find("link-local") != std::string::npos);
  CHECK(dialling_fault("hbbr:21117").find("name without a dot") != std::string::npos);
}

TEST_CASE("public addresses and names are left alone") {
  for (const char* address : {"198.51.100.7:21117", "[2001:db8::1]:21117", "rd.example.org:21117", "172.32.0.1:1"}) {
    CHECK(dialling_fault(address).empty());
  }
}
