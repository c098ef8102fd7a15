// SPDX-License-Identifier: Apache-2.0
// The plugin's options, and what becomes of them. Values; any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "junctor/config.hpp"
#include "wire/signing.hpp"

namespace junctor::relay_tickets {

// Longer times would only be mistakes; the bounds keep sums of times within range.
inline constexpr int64_t kMillisecond = 1'000'000;
inline constexpr int64_t kDay = 86'400'000 * kMillisecond;

inline constexpr auto kRelayName =
    opt::text("name", nullptr).required().help("its name in [[holepunch.relay]]; there, without one, its address");
inline constexpr auto kRelayAddress =
    opt::host_port("address", nullptr).required().help("HOST:PORT where that relay takes tickets, its `listen`");
inline constexpr auto kRelayKey =
    opt::key("key", nullptr).required().help("that relay's public key: `junctorctl tickets key` over there");
inline constexpr auto kRelayRequired =
    opt::flag("required", "true")
        .help(
            "no new sessions are sent there while its tickets do not get through; false: they are, for a relay that "
            "only prefers them");
inline constexpr auto kRelayFields = options(kRelayName, kRelayAddress, kRelayKey, kRelayRequired);
inline constexpr auto kRelays =
    opt::records<kRelayFields>("relay").live().help("relays on other hosts that are told of their sessions");

inline constexpr auto kListen =
    opt::listener("listen", "").list().help("where signalling on other hosts brings its tickets; none: nowhere");
inline constexpr auto kIssuers =
    opt::key("issuers", "").list().live().help("public keys of the hosts whose tickets are believed");
inline constexpr auto kSkew =
    opt::duration("skew", "10s")
        .range(0, kDay)
        .live()
        .help("how far the issuers' clocks may be from this one; by so much a ticket is good too early and too long");
inline constexpr auto kMaxTtl = opt::duration("max_ttl", "5m")
                                    .range(kMillisecond, kDay)
                                    .live()
                                    .help("the longest that a ticket counts, whatever it says");
inline constexpr auto kMaxLinks =
    opt::count("max_links", "64").range(1, 100'000).live().help("issuers' connections at once");
inline constexpr auto kMaxTickets = opt::count("max_tickets", "100000")
                                        .range(1, 1 << 24)
                                        .live()
                                        .help("taken tickets that are remembered until they expire; more are refused");
inline constexpr auto kGreetingTimeout = opt::duration("greeting_timeout", "5s")
                                             .range(kMillisecond, kDay)
                                             .live()
                                             .help("how long two hosts may take to connect and prove who they are");
inline constexpr auto kMaxQueue =
    opt::count("max_queue", "10000")
        .range(1, 1 << 24)
        .live()
        .help("tickets that may wait for one relay or for its answers; more are not taken, and counted");
inline constexpr auto kKeepAlive = opt::duration("keep_alive", "10s")
                                       .range(kMillisecond, kDay)
                                       .live()
                                       .help("how often a relay is asked for a sign of life");
inline constexpr auto kSilence = opt::duration("silence", "30s")
                                     .range(kMillisecond, kDay)
                                     .live()
                                     .help("after so long without a byte a connection counts as dead, on either side");
inline constexpr auto kRetryMin = opt::duration("retry_min", "100ms")
                                      .range(kMillisecond, kDay)
                                      .live()
                                      .help("until a lost relay is called again; doubled with each failure");
inline constexpr auto kRetryMax =
    opt::duration("retry_max", "5s").range(kMillisecond, kDay).live().help("but never longer than this");
inline constexpr auto kDownAfter = opt::duration("down_after", "2s")
                                       .range(0, kDay)
                                       .live()
                                       .help(
                                           "a relay that cannot be told for so long is sent no more sessions, where "
                                           "it is `required`; rather not above the relay's ticket_wait");

/// A relay on another host, as an operator names it.
struct Destination {
  std::string name;
  std::string host;  // a name or an IP address
  uint16_t port = 0;
  wire::PublicKey key{};
  bool required = true;

  friend bool operator==(const Destination&, const Destination&) = default;
  std::string address() const;
};

/// Of `[[relay_tickets.relay]]`. Throws Error where one is not what it should be.
std::vector<Destination> destinations_of(const Config& config);
/// Of `issuers`; the same.
std::vector<wire::PublicKey> issuers_of(const Config& config);

/// What a caller needs to know of times and bounds.
struct CallerSettings {
  Duration greeting_timeout, keep_alive, silence, retry_min, retry_max, down_after;
  size_t max_queue;

  static CallerSettings from(const Config& config) {
    return {config[kGreetingTimeout],
            config[kKeepAlive],
            config[kSilence],
            config[kRetryMin],
            config[kRetryMax],
            config[kDownAfter],
            static_cast<size_t>(config[kMaxQueue])};
  }
};

/// The same for the relay's side.
struct TakerSettings {
  std::vector<wire::PublicKey> issuers;
  uint64_t skew, max_ttl;  // microseconds
  Duration greeting_timeout, silence;
  size_t max_links, max_tickets;

  static TakerSettings from(const Config& config);
  bool lists(const wire::PublicKey& issuer) const {
    return std::find(issuers.begin(), issuers.end(), issuer) != issuers.end();
  }
};

}  // namespace junctor::relay_tickets
