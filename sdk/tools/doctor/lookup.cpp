// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/lookup.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <future>
#include <memory>
#include <thread>

namespace junctor::tools::doctor {
namespace {

Address address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, info.ai_addr, sizeof four);
    wire::Octets4 octets{};
    std::memcpy(octets.data(), &four.sin_addr, octets.size());
    return Address::v4(octets, 0);
  }
  if (info.ai_family != AF_INET6) return {};
  sockaddr_in6 six{};
  std::memcpy(&six, info.ai_addr, sizeof six);
  wire::Octets16 octets{};
  std::memcpy(octets.data(), &six.sin6_addr, octets.size());
  return Address::v6(octets, 0);
}

NameSeen ask_resolver(const std::string& host) {
  NameSeen seen;
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list);
  if (error != 0) {
    seen.error = ::gai_strerror(error);
    return seen;
  }
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    const Address address = address_of(*one);
    const auto end = seen.addresses.end();
    if (!address.is_none() && std::find(seen.addresses.begin(), end, address) == end) seen.addresses.push_back(address);
  }
  ::freeaddrinfo(list);
  return seen;
}

}  // namespace

NameSeen look_up(const std::string& host, Millis patience) {
  if (const auto literal = Address::parse_ip(host)) return {{*literal}, "", Millis{0}};
  const auto start = std::chrono::steady_clock::now();
  // The resolver knows no deadline: where it takes too long its thread is left to itself.
  const auto promise = std::make_shared<std::promise<NameSeen>>();
  std::future<NameSeen> answer = promise->get_future();
  std::thread{[promise, host] { promise->set_value(ask_resolver(host)); }}.detach();
  NameSeen seen;
  if (answer.wait_for(patience) == std::future_status::ready) {
    seen = answer.get();
  } else {
    seen.error = "the resolver does not answer";
  }
  seen.took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start);
  return seen;
}

}  // namespace junctor::tools::doctor
