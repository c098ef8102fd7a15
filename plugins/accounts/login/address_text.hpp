// SPDX-License-Identifier: Apache-2.0
// A client's address as logs and records have it: without its port. Values.
#pragma once

#include <junctor/abi.h>

#include <arpa/inet.h>

#include <string>

namespace junctor::accounts {

inline std::string address_text(const jct_addr& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const int family = address.family == 4 ? AF_INET : AF_INET6;
  if (address.family == 0 || inet_ntop(family, address.ip, text, sizeof text) == nullptr) return {};
  return text;
}

}  // namespace junctor::accounts
