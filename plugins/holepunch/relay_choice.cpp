// SPDX-License-Identifier: Apache-2.0
// Which relay two peers meet at, and by which address each of them reaches it. Immutable; any thread.
#include "relay_choice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace junctor::holepunch {

bool is_private(const wire::Address& address) {
  constexpr std::array<std::string_view, 9> kNetworks = {"127.0.0.0/8",    "10.0.0.0/8",    "172.16.0.0/12",
                                                         "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
                                                         "::1/128",        "fc00::/7",      "fe80::/10"};
  return std::any_of(kNetworks.begin(), kNetworks.end(), [&](std::string_view text) {
    const auto network = wire::Network::parse(text);
    return network && network->contains(address);
  });
}

RelayPtr relay_of_this_host() {
  RelaySpec spec;
  spec.name = "this-host";
  return std::make_shared<Relay>(std::move(spec));
}

RelayChoice::RelayChoice(std::vector<RelayPtr> relays, std::vector<wire::Address> bound, uint16_t port)
    : relays_{std::move(relays)}, bound_{std::move(bound)}, port_{port} {
  if (relays_.empty()) relays_.push_back(relay_of_this_host());
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

/// -1: it takes no sessions; else how many of the two it suits.
int RelayChoice::rank(const Relay& relay, const Route& a, const Route& b) const {
  if (!relay.takes_sessions()) return -1;
  return (relay.suits(a.peer) ? 1 : 0) + (relay.suits(b.peer) ? 1 : 0);
}

Meeting RelayChoice::choose(size_t turn, const Route& a, const Route& b) const {
  std::vector<const RelayPtr*> best;
  int best_rank = 0;
  size_t weights = 0;
  for (const RelayPtr& relay : relays_) {
    const int rank_here = rank(*relay, a, b);
    if (rank_here > best_rank) {
      best_rank = rank_here;
      best.clear();
      weights = 0;
    }
    if (rank_here != best_rank) continue;
    best.push_back(&relay);
    weights += relay->spec().weight;
  }
  size_t left = weights == 0 ? 0 : turn % weights;
  for (const RelayPtr* relay : best) {
    if (left < (*relay)->spec().weight) return {*relay, ""};
    left -= (*relay)->spec().weight;
  }
  return {};
}

std::optional<Meeting> RelayChoice::named(std::string_view given, const Route& giver, const Route& receiver) const {
  const std::string server = with_relay_port(given);
  for (const RelayPtr& relay : relays_) {  // addresses of private networks may occur more than once: the giver's counts
    if (!server.empty() && server == address_for({relay, ""}, giver)) return Meeting{relay, ""};
  }
  for (const RelayPtr& relay : relays_) {
    const bool own =
        relay->is_this_host() && (server == own_address(giver.local) || server == own_address(receiver.local));
    if (own || relay->has_address(server)) return Meeting{relay, ""};
  }
  return std::nullopt;
}

std::string RelayChoice::address_for(const Meeting& meeting, const Route& client) const {
  if (!meeting.relay) return meeting.foreign;
  const std::string& configured = meeting.relay->address_for(client.peer);
  if (!configured.empty()) return configured;
  std::string own = own_address(client.local);
  const auto address = wire::Address::parse(own);
  if (!address || (is_private(*address) && !is_private(client.peer))) return "";
  return own;
}

Meeting RelayChoice::meant(std::string_view given, std::string_view pushed, const Meeting& meeting, const Route& giver,
                           const Route& receiver) const {
  if (given.empty() || given == pushed) return meeting;
  const auto ours = named(given, giver, receiver);
  return ours ? *ours : Meeting{nullptr, std::string{given}};
}

std::string RelayChoice::rewrite(std::string_view given, std::string_view pushed, const Meeting& meeting,
                                 const Route& giver, const Route& receiver) const {
  const Meeting where = meant(given, pushed, meeting, giver, receiver);
  std::string theirs = address_for(where, receiver);
  if (!theirs.empty()) return theirs;
  if (!where.relay) return "";
  return given.empty() ? own_address(receiver.local) : std::string{given};
}

}  // namespace junctor::holepunch
