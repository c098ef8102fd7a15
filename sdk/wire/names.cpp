// SPDX-License-Identifier: Apache-2.0
// getaddrinfo and what it says.
#include "wire/names.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace junctor::wire {

namespace {

Address address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(info.ai_addr);
    Octets4 octets{};
    std::copy_n(reinterpret_cast<const uint8_t*>(&v4->sin_addr), octets.size(), octets.begin());
    return Address::v4(octets, 0);
  }
  if (info.ai_family != AF_INET6) return {};
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(info.ai_addr);
  Octets16 octets{};
  std::copy_n(reinterpret_cast<const uint8_t*>(&v6->sin6_addr), octets.size(), octets.begin());
  return Address::v6(octets, 0);
}

}  // namespace

Addresses look_up_name(const std::string& host, std::string* why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  Addresses out;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
    if (why != nullptr) *why = ::gai_strerror(error);
    return out;
  }
  for (const addrinfo* info = list; info != nullptr; info = info->ai_next) {
    const Address address = address_of(*info);
    if (!address.is_none()) out.push_back(address);
  }
  ::freeaddrinfo(list);
  return out;
}

}  // namespace junctor::wire
