// SPDX-License-Identifier: Apache-2.0
// Names to addresses without blocking a loop. Lives on the home loop.
#include "resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace junctor::holepunch {

namespace {

wire::Address address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(info.ai_addr);
    wire::Octets4 octets{};
    std::copy_n(reinterpret_cast<const uint8_t*>(&v4->sin_addr), octets.size(), octets.begin());
    return wire::Address::v4(octets, 0);
  }
  if (info.ai_family != AF_INET6) return {};
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(info.ai_addr);
  wire::Octets16 octets{};
  std::copy_n(reinterpret_cast<const uint8_t*>(&v6->sin6_addr), octets.size(), octets.begin());
  return wire::Address::v6(octets, 0);
}

Addresses with_port(Addresses addresses, uint16_t port) {
  for (wire::Address& address : addresses) address.port = port;
  return addresses;
}

}  // namespace

Addresses look_up_name(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  Addresses out;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return out;
  for (const addrinfo* info = list; info != nullptr; info = info->ai_next) {
    const wire::Address address = address_of(*info);
    if (!address.is_none()) out.push_back(address);
  }
  ::freeaddrinfo(list);
  return out;
}

void Resolver::resolve(const Server& server, Found found) {
  if (const auto literal = wire::Address::parse_ip(server.host, server.port)) return found(Addresses{*literal});
  auto with_its_port = [port = server.port, found = std::move(found)](const std::optional<Addresses>& addresses) {
    found(addresses ? std::optional{with_port(*addresses, port)} : std::nullopt);
  };
  const auto known = known_.find(server.host);
  if (known == known_.end()) return refresh(server.host, std::move(with_its_port));
  const Addresses last = known->second;
  refresh(server.host, nullptr);
  with_its_port(last);
}

void Resolver::keep_only(const std::vector<std::string>& hosts) {
  std::erase_if(known_,
                [&](const auto& entry) { return std::find(hosts.begin(), hosts.end(), entry.first) == hosts.end(); });
}

void Resolver::refresh(const std::string& host, Found found) {
  auto at = std::find_if(queue_.begin(), queue_.end(), [&](const Waiting& waiting) { return waiting.host == host; });
  if (at == queue_.end()) at = queue_.insert(queue_.end(), Waiting{host, {}});
  if (found) at->found.push_back(std::move(found));
  next();
}

void Resolver::next() {
  if (running_ || queue_.empty()) return;
  running_ = true;
  const auto result = std::make_shared<Addresses>();
  const bool started = offload_([look_up = look_up_, host = queue_.front().host, result] { *result = look_up(host); },
                                [this, result] { answered(*result); });
  if (!started) answered(std::nullopt);
}

void Resolver::answered(const std::optional<Addresses>& addresses) {
  running_ = false;
  Waiting done = std::move(queue_.front());
  queue_.pop_front();
  if (addresses && !addresses->empty()) known_[done.host] = *addresses;
  for (const Found& found : done.found) found(addresses);
  next();
}

}  // namespace junctor::holepunch
