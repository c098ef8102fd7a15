// SPDX-License-Identifier: Apache-2.0
// For tests: addresses from their texts.
#pragma once

#include <algorithm>

#include "auth_key/network.hpp"
#include "junctor/address.hpp"

namespace junctor::auth {

inline Address address(const char* text) {
  const jct_addr parsed = parse_ip(text).value();
  Address made;
  std::copy(std::begin(parsed.ip), std::end(parsed.ip), made.ip.begin());
  made.family = parsed.family;
  return made;
}

}  // namespace junctor::auth
