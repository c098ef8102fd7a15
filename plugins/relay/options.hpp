// SPDX-License-Identifier: Apache-2.0
// The relay's options, and the values that a reload may change. Values; any thread.
#pragma once

#include "junctor/config.hpp"
#include "rules.hpp"

namespace junctor::relay {

// Longer times would only be mistakes; the bound keeps sums of times within range.
inline constexpr int64_t kYear = 365LL * 86'400 * 1'000'000'000;

inline constexpr auto kListen = opt::listener("listen", ":P+1").list().help("where both sides of a session connect");
inline constexpr auto kWait =
    opt::duration("wait", "30s").range(1'000'000, kYear).live().help("how long a first side waits for the second");
inline constexpr auto kEndedWait = opt::duration("ended_wait", "5s")
                                       .range(0, kYear)
                                       .live()
                                       .help(
                                           "how long a first side that has ended stays with what it said, for a "
                                           "partner that comes late");
inline constexpr auto kGreetingTimeout = opt::duration("greeting_timeout", "10s")
                                             .range(1'000'000, kYear)
                                             .live()
                                             .help("how long a connection may take to say what it wants");
inline constexpr auto kMaxMessage = opt::size("max_message", "16KiB")
                                        .range(256, 1 << 20)
                                        .live()
                                        .help("largest first message; a connection that promises more is closed");
inline constexpr auto kMaxWaiting =
    opt::count("max_waiting", "100000").live().help("first sides that wait at once; more are refused");
inline constexpr auto kMaxSessions =
    opt::count("max_sessions", "100000").live().help("sessions that run at once; more are refused");
inline constexpr auto kIdle =
    opt::duration("idle", "30m")
        .range(0, kYear)
        .live()
        .help("ends a session without a byte in either direction; dead sides are found sooner, by TCP; 0: never");
inline constexpr auto kLifetime =
    opt::duration("lifetime", "0").range(0, kYear).live().help("ends a session that is older; 0: never");
inline constexpr auto kRate =
    opt::rate("rate", "0").live().help("bits a second of a session, each direction; 0: no bound");
inline constexpr auto kGather =
    opt::duration("gather", "500us")
        .range(0, 1'000'000)
        .live()
        .help("small pieces that come often, one way only, collect for so long before they are passed on; 0: never");
inline constexpr auto kAuthTimeout = opt::duration("auth_timeout", "5s")
                                         .range(1'000'000, kYear)
                                         .help("how long an auth plugin may take before its silence is a denial");

inline constexpr auto kTotalRate =
    opt::rate("total_rate", "0")
        .live()
        .help("bits a second of all sessions and both directions, shared fairly among those that want it; 0: no bound");
inline constexpr auto kAddressRate =
    opt::rate("address_rate", "0").live().help("the same for the sessions of one address (IPv6: a /64); 0: no bound");
inline constexpr auto kIdRate =
    opt::rate("id_rate", "0").live().help("the same for the sessions with one id, the controlled side's; 0: no bound");
inline constexpr auto kAddressSessions =
    opt::count("address_sessions", "0").live().help("sessions of one address (IPv6: a /64) at once; 0: no bound");
inline constexpr auto kIdSessions =
    opt::count("id_sessions", "0").live().help("sessions with one id, the controlled side's, at once; 0: no bound");
inline constexpr auto kDowngradeRate =
    opt::rate("downgrade_rate", "0")
        .live()
        .help("rate of a session that has taken much for long, and of addresses in blacklist_file; 0: none is slowed");
inline constexpr auto kDowngradeAfter = opt::duration("downgrade_after", "30m")
                                            .range(1'000'000'000, kYear)
                                            .live()
                                            .help("age from which a session's mean is looked at");
inline constexpr auto kDowngradePercent = opt::count("downgrade_percent", "66")
                                              .range(1, 100)
                                              .live()
                                              .help("of its rate: a session whose mean is above it is slowed");
inline constexpr auto kBlacklistFile = opt::path("blacklist_file", "blacklist.txt")
                                           .read_file()
                                           .live()
                                           .help("addresses that get downgrade_rate, one a line");
inline constexpr auto kBlocklistFile =
    opt::path("blocklist_file", "blocklist.txt").read_file().live().help("addresses that are refused, one a line");
inline constexpr const char* kTicketChoices[] = {"off", "prefer", "require", nullptr};
inline constexpr auto kTickets =
    opt::choice("tickets", "off", kTicketChoices)
        .live()
        .help("sessions that signalling has not announced: as any other, at most half of max_sessions, or none");
inline constexpr auto kTicketWait =
    opt::duration("ticket_wait", "2s")
        .range(0, kYear)
        .live()
        .help("where they are required, how long a pair waits for its ticket from another host; 0: it must be there");
inline constexpr auto kMaxTickets =
    opt::count("max_tickets", "100000").range(1, 1 << 24).live().help("tickets kept at once; more are not taken");

inline constexpr auto kGroupName =
    opt::text("name", nullptr).required().help("what `junctorctl relay` and the log call it");
inline constexpr auto kGroupNetworks =
    opt::network("networks", "").list().help("its sessions are those with a side in one of these");
inline constexpr auto kGroupIds = opt::text("ids", "").list().help("or with an id that fits one of these: 77*");
inline constexpr auto kGroupRate = opt::rate("rate", "0").help("bits a second of all its sessions; 0: no bound");
inline constexpr auto kGroupSessionRate =
    opt::rate("session_rate", "0").help("bits a second of each, in place of the relay's rate; 0: that");
inline constexpr auto kGroupMaxSessions = opt::count("max_sessions", "0").help("its sessions at once; 0: no bound");
inline constexpr auto kGroupDeny = opt::flag("deny", "false").help("its sessions are refused");
inline constexpr auto kGroupFields =
    options(kGroupName, kGroupNetworks, kGroupIds, kGroupRate, kGroupSessionRate, kGroupMaxSessions, kGroupDeny);
inline constexpr auto kGroups =
    opt::records<kGroupFields>("group").live().help("limits of named groups; a session is in the first that fits");

/// The limits of a configuration, with the two files as they are now: a missing one is empty. Throws Error where a file
/// or a group is not what it should be.
Rules rules_of(const Config& config);

/// What every loop has a copy of.
struct Settings {
  enum class Tickets { kOff, kPrefer, kRequire };

  Duration wait;
  Duration ended_wait;
  Duration greeting_timeout;
  size_t max_message;
  Duration idle;
  Duration lifetime;
  Duration gather;
  Tickets tickets;
  Duration ticket_wait;

  static Settings from(const Config& config) {
    return {config[kWait],      config[kEndedWait], config[kGreetingTimeout], static_cast<size_t>(config[kMaxMessage]),
            config[kIdle],      config[kLifetime],  config[kGather],          tickets_of(config[kTickets]),
            config[kTicketWait]};
  }
  static Tickets tickets_of(const std::string& word) {
    if (word == "require") return Tickets::kRequire;
    return word == "prefer" ? Tickets::kPrefer : Tickets::kOff;
  }
};

}  // namespace junctor::relay
