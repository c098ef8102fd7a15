// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/target.hpp"

#include <charconv>

#include "wire/address.hpp"

namespace junctor::tools::doctor {
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
  if (wire::Address::parse_ip(text)) return HostPort{text, default_port};
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
    const auto literal = wire::Address::parse_ip(host);
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

}  // namespace junctor::tools::doctor
