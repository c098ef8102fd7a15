// SPDX-License-Identifier: Apache-2.0
// For tests: addresses from their texts.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include "auth_key/network.hpp"

namespace junctor::auth {

inline Address address(const char* text) {
  Address made;
  if (inet_pton(AF_INET, text, made.ip.data()) == 1) {
    made.family = 4;
  } else {
    REQUIRE(inet_pton(AF_INET6, text, made.ip.data()) == 1);
    made.family = 6;
  }
  return made;
}

}  // namespace junctor::auth
