// SPDX-License-Identifier: Apache-2.0
#include "wire/host_port.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace junctor::wire {
namespace {

std::optional<uint16_t> parse_port(const std::string& text) {
  uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::optional<HostPort> parse_host_port(const std::string& text, uint16_t default_port) {
  if (Address::parse_ip(text)) return HostPort{text, default_port};
  const size_t colon = text.rfind(':');
  HostPort parsed{text, default_port};
  if (colon != std::string::npos && text.back() != ']') {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    parsed = {text.substr(0, colon), *port};
  }
  std::string& host = parsed.host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    const auto literal = Address::parse_ip(host);
    if (!literal || !literal->is_v6()) return std::nullopt;
    return parsed;
  }
  if (host.empty() || host.find_first_of(":[]/ ") != std::string::npos) return std::nullopt;
  return parsed;
}

std::string text_of(const HostPort& server) {
  const bool six = server.host.find(':') != std::string::npos;
  return (six ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port);
}

bool is_private(const Address& address) {
  static constexpr std::array<const char*, 9> kRanges{"10.0.0.0/8",    "172.16.0.0/12",  "192.168.0.0/16",
                                                      "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
                                                      "fc00::/7",      "fe80::/10",      "::1/128"};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [&](const char* range) { return Network::parse(range)->contains(address); });
}

}  // namespace junctor::wire
