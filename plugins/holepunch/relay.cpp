// SPDX-License-Identifier: Apache-2.0
// A relay that clients are sent to. Any thread.
#include "relay.hpp"

#include <algorithm>
#include <charconv>

namespace junctor::holepunch {

namespace {

constexpr uint16_t kRelayPort = 21117;  // what a client adds to a name without one, whatever P is
constexpr size_t kLongestName = 253;    // of DNS

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_name(std::string_view host) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || static_cast<unsigned char>(c) >= 0x80;
  };
  return !host.empty() && host.size() <= kLongestName && std::all_of(host.begin(), host.end(), good);
}

}  // namespace

std::optional<Server> Server::parse(std::string_view text) {
  if (const auto bare = wire::Address::parse_ip(text)) return Server{std::string{text}, kRelayPort};
  std::string_view host = text, port;
  if (!text.empty() && text.front() == '[') {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!wire::Address::parse_ip(host)) return std::nullopt;
  } else if (const size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
    if (!is_name(host)) return std::nullopt;
  } else if (!is_name(text)) {
    return std::nullopt;
  }
  if (port.empty()) return Server{std::string{host}, kRelayPort};
  const auto number = port.front() == ':' ? parse_port(port.substr(1)) : std::nullopt;
  return number ? std::optional{Server{std::string{host}, *number}} : std::nullopt;
}

std::string Server::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string with_relay_port(std::string_view server) {
  const auto parsed = Server::parse(server);
  std::string out = parsed ? parsed->text() : std::string{server};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::optional<RelaySpec::AddressFor> RelaySpec::parse_address_for(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto network = wire::Network::parse(trimmed(text.substr(0, equals)));
  const auto server = Server::parse(trimmed(text.substr(equals + 1)));
  if (!network || !server) return std::nullopt;
  return AddressFor{*network, with_relay_port(server->text())};
}

Relay::Relay(RelaySpec spec) : Relay{std::move(spec), nullptr} {}

Relay::Relay(RelaySpec spec, const Relay* before) : spec_{std::move(spec)} {
  spec_.address = with_relay_port(spec_.address);
  const bool kept = before != nullptr && before->spec_.check_address == spec_.check_address;
  state_ = kept ? before->state_ : std::make_shared<State>();
  if (!kept || before->spec_.drain != spec_.drain) state_->drained = spec_.drain;
}

const std::string& Relay::address_for(const wire::Address& client) const {
  for (const auto& [network, address] : spec_.address_for) {
    if (network.contains(client)) return address;
  }
  return spec_.address;
}

bool Relay::suits(const wire::Address& client) const {
  const auto literal = wire::Address::parse(address_for(client));
  return !literal || literal->family == client.family;
}

bool Relay::has_address(std::string_view server) const {
  if (server.empty()) return false;
  return server == spec_.address || std::any_of(spec_.address_for.begin(), spec_.address_for.end(),
                                                [&](const auto& entry) { return entry.second == server; });
}

}  // namespace junctor::holepunch
