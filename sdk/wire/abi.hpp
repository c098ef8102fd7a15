// SPDX-License-Identifier: Apache-2.0
// Addresses between the plugin boundary (jct_addr) and the wire. For plugins; any thread.
#pragma once

#include <algorithm>

#include "junctor/abi.h"
#include "wire/address.hpp"

namespace junctor::wire {

/// The zone index (scope) has no place on the wire and is left out.
inline Address from_abi(const jct_addr& raw) {
  Octets16 octets{};
  std::copy_n(raw.ip, octets.size(), octets.begin());
  if (raw.family == 4) return Address::v4({octets[0], octets[1], octets[2], octets[3]}, raw.port);
  if (raw.family == 6) return Address::v6(octets, raw.port);
  return {};
}

inline jct_addr to_abi(const Address& address) {
  jct_addr raw{};
  std::copy(address.ip.begin(), address.ip.end(), raw.ip);
  raw.port = address.port;
  raw.family = static_cast<uint8_t>(address.family);
  return raw;
}

}  // namespace junctor::wire
