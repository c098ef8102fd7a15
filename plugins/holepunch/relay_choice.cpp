// SPDX-License-Identifier: Apache-2.0
// Which relay two peers meet at, and by which address each of them reaches it. Immutable; any thread.
#include "relay_choice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace junctor::holepunch {

namespace {

constexpr std::string_view kRelayPort = ":21117";  // what a client adds to a name without one, whatever P is

bool has_port(std::string_view server) {
  const size_t colon = server.rfind(':');
  if (colon == std::string_view::npos) return false;
  return server.find(':') == colon || server[colon - 1] == ']';
}

}  // namespace

bool is_private(const wire::Address& address) {
  constexpr std::array<std::string_view, 9> kNetworks = {"127.0.0.0/8",    "10.0.0.0/8",    "172.16.0.0/12",
                                                         "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
                                                         "::1/128",        "fc00::/7",      "fe80::/10"};
  return std::any_of(kNetworks.begin(), kNetworks.end(), [&](std::string_view text) {
    const auto network = wire::Network::parse(text);
    return network && network->contains(address);
  });
}

std::string with_relay_port(std::string_view server) {
  std::string out{server};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (out.empty() || has_port(out)) return out;
  if (out.front() != '[' && out.find(':') != std::string::npos) out = '[' + out + ']';
  return out.append(kRelayPort);
}

RelayChoice::RelayChoice(std::vector<std::string> advertised, std::vector<wire::Address> bound, uint16_t port)
    : advertised_{std::move(advertised)}, bound_{std::move(bound)}, port_{port} {
  for (std::string& server : advertised_) server = with_relay_port(server);
}

/// Where the relay listens that a client finds at `local`: on exactly this address, else on all of them, else on the
/// one that there is.
std::string RelayChoice::own_address(const wire::Address& local) const {
  for (const wire::Address& socket : bound_) {
    if (socket.same_ip(local)) return socket.text();
  }
  for (const wire::Address& socket : bound_) {
    const bool serves = socket.is_unspecified() && (socket.is_v6() || local.is_v4());
    if (serves && !local.is_none()) return local.with_port(socket.port).text();
  }
  for (const wire::Address& socket : bound_) {
    if (!socket.is_unspecified()) return socket.text();
  }
  return local.is_none() ? "" : local.with_port(port_).text();
}

std::string RelayChoice::address_for(size_t which, const Route& client) const {
  if (!advertised_.empty()) return advertised_[which % advertised_.size()];
  std::string own = own_address(client.local);
  const auto address = wire::Address::parse(own);
  if (!address || (is_private(*address) && !is_private(client.peer))) return "";
  return own;
}

std::optional<size_t> RelayChoice::named(std::string_view given, const Route& giver, const Route& receiver) const {
  const std::string server = with_relay_port(given);
  if (advertised_.empty()) {
    const bool ours = server == own_address(giver.local) || server == own_address(receiver.local);
    return ours ? std::optional<size_t>{0} : std::nullopt;
  }
  const auto at = std::find(advertised_.begin(), advertised_.end(), server);
  if (at == advertised_.end()) return std::nullopt;
  return static_cast<size_t>(at - advertised_.begin());
}

std::string RelayChoice::rewrite(std::string_view given, std::string_view pushed, size_t which, const Route& giver,
                                 const Route& receiver) const {
  std::optional<size_t> relay = which;
  if (!given.empty() && given != pushed) relay = named(given, giver, receiver);
  if (!relay) return std::string{given};
  std::string theirs = address_for(*relay, receiver);
  if (!theirs.empty()) return theirs;
  return given.empty() ? own_address(receiver.local) : std::string{given};
}

}  // namespace junctor::holepunch
