// SPDX-License-Identifier: Apache-2.0
// Names to addresses without blocking a loop. Lives on the home loop.
#include "resolver.hpp"

#include <algorithm>
#include <utility>

namespace junctor::holepunch {

namespace {

Addresses with_port(Addresses addresses, uint16_t port) {
  for (wire::Address& address : addresses) address.port = port;
  return addresses;
}

}  // namespace

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
