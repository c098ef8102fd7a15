// SPDX-License-Identifier: Apache-2.0
// The plugin's options, as data.
#pragma once

#include "junctor/config.hpp"
#include "registration/registration_limits.hpp"
#include "settings.hpp"

namespace junctor::rendezvous {

inline constexpr auto kListenUdp = opt::datagrams("listen_udp", ":P").help("registration and heartbeats, UDP");
inline constexpr auto kListen = opt::listener("listen", ":P").help("signalling, TCP");
inline constexpr auto kListenNat = opt::listener("listen_nat", ":P-1").help("NAT test and online query, TCP");
inline constexpr auto kOnlineTimeout = opt::duration("online_timeout", "30s")
                                           .range(1'000'000'000, INT64_MAX)
                                           .live()
                                           .help("how long a registration counts");
inline constexpr auto kSilence =
    opt::duration("silence", "30s")
        .range(1'000'000'000, INT64_MAX)
        .live()
        .help("a connection that has not registered is closed after so long without a byte");
inline constexpr auto kKeepAlive =
    opt::duration("keep_alive", "30s")
        .range(5'000'000'000, 3'600'000'000'000)
        .live()
        .help(
            "a registered connection gets a heartbeat within this time and is dropped after "
            "one and a half of it without a sign of life");
inline constexpr auto kEncrypt =
    opt::flag("encrypt", "true").live().help("offer encryption on P/TCP; clients that register there ask for it");
inline constexpr auto kBoxRenewal = opt::duration("box_renewal", "10m")
                                        .range(1'000'000'000, 86'400'000'000'000)
                                        .help("a new key pair for that offer so often");
inline constexpr auto kChangeId = opt::flag("change_id", "true").live().help("devices may take another id");
inline constexpr auto kForget =
    opt::duration("forget", "24h").live().help("a peer that is unseen for so long is dropped from memory, not storage");
inline constexpr auto kMessageMax =
    opt::size("message_max", "64KiB").range(256, 16 << 20).live().help("longest message on a connection");
inline constexpr auto kMaxPeers =
    opt::count("max_peers", "5000000").range(1, UINT32_MAX).live().help("peers in memory at once; more are refused");
inline constexpr auto kMaxUnproven =
    opt::count("max_unproven", "100000")
        .range(1, UINT32_MAX)
        .live()
        .help("new ids of addresses that have not shown that they receive; beyond, the oldest that is gone gives way");
inline constexpr auto kKeepUnproven =
    opt::duration("keep_unproven", "7d")
        .live()
        .help("such an id that does not prove itself or come back by then is removed again; 0: never");
inline constexpr auto kMaxChannels =
    opt::count("max_channels", "1000000").range(1, UINT32_MAX).live().help("signalling connections at once");
inline constexpr auto kMaxLookups = opt::count("max_lookups", "4096")
                                        .range(1, 1 << 20)
                                        .live()
                                        .help("questions to storage in flight at once, of a kind");
inline constexpr auto kMaxOnlineQuery =
    opt::count("max_online_query", "1000").range(1, 1 << 20).live().help("ids in one online query");
inline constexpr const char* kOnlineQueries[] = {"all", "allowed", "off", nullptr};
inline constexpr auto kOnlineQuery =
    opt::choice("online_query", "all", kOnlineQueries)
        .live()
        .help("who is told whether a device is online: all who ask, whom auth/1 allows it, or nobody");
inline constexpr auto kMessages = opt::count("limit_messages", "6000")
                                      .range(0, 1'000'000'000)
                                      .live()
                                      .help(
                                          "messages a minute on one connection; over it, it is not read for a second, "
                                          "and closed the fourth time in a row; 0: no limit");
inline constexpr auto kRegisterLimit =
    opt::count("register_limit", "3").range(1, 1000).live().help("registrations of one id in register_window");
inline constexpr auto kRegisterWindow =
    opt::duration("register_window", "6s").range(1'000'000, 3'600'000'000'000).live().help("see register_limit");
inline constexpr auto kLimitAttempts = opt::count("limit_registrations_per_address", "6000")
                                           .live()
                                           .help("RegisterPk from one address (IPv6: one /64) a minute; 0: no limit");
inline constexpr auto kLimitLookups = opt::count("limit_lookups_per_address", "12000")
                                          .live()
                                          .help("questions to storage that heartbeats from one address cause a minute");
inline constexpr auto kLimitQueries =
    opt::count("limit_queries_per_address", "3000").live().help("online queries from one address a minute");
inline constexpr auto kLimitQueryIds = opt::count("limit_query_ids_per_address", "30000")
                                           .live()
                                           .help("ids that one address may ask for in online queries a minute");
inline constexpr auto kLimitMessages = opt::count("limit_messages_per_address", "60000")
                                           .live()
                                           .help(
                                               "messages a minute from one address; heartbeats and RegisterPk by UDP "
                                               "have limits of their own");
inline constexpr auto kLimitNewPerAddress =
    opt::count("limit_new_per_address", "1000").live().help("new ids, or others' ids, from one address a minute");
inline constexpr auto kLimitNew =
    opt::count("limit_new", "60000").live().help("the same from all addresses that have made a TCP connection lately");
inline constexpr auto kLimitUnproven =
    opt::count("limit_new_unproven", "3000").live().help("the same from all other addresses: anybody may write those");
inline constexpr auto kLimitExempt =
    opt::network("limit_exempt", "").list().live().help("networks that no limit of these is for");
inline constexpr auto kConfigSerial =
    opt::count("config_serial", "0")
        .range(0, INT32_MAX)
        .live()
        .help("raise it to send config_servers to every client that has an older serial; 0: clients are sent nothing");
inline constexpr auto kConfigServers =
    opt::host("config_servers", "")
        .list()
        .live()
        .help("the ID servers that clients are to use from then on, HOST or HOST:PORT");
inline constexpr auto kConfigInterval = opt::duration("config_interval", "10s")
                                            .range(1'000'000'000, 3'600'000'000'000)
                                            .live()
                                            .help("a client that has not taken it is told again after so long");
inline constexpr auto kConfigPerAddress =
    opt::count("config_per_address", "100")
        .range(0, 1 << 20)
        .live()
        .help("clients behind one address that are told over UDP in config_interval; 0: no limit");
inline constexpr auto kPublicHost =
    opt::host("public_host", "")
        .live()
        .help("how clients reach this site, HOST or HOST:PORT; what they must enter is then told at the start");
inline constexpr auto kWarnOneGateway =
    opt::count("warn_one_gateway", "5")
        .range(0, 1000)
        .live()
        .help("so many devices from one private address and none from elsewhere are warned of; 0: never");
inline constexpr auto kAuthTimeout =
    opt::duration("auth_timeout", "5s").range(1'000'000, 60'000'000'000).help("silence of an auth/1 provider is a no");

inline constexpr auto kAllOptions =
    options(kListenUdp, kListen, kListenNat, kOnlineTimeout, kSilence, kKeepAlive, kEncrypt, kBoxRenewal, kChangeId,
            kForget, kMessageMax, kMaxPeers, kMaxUnproven, kKeepUnproven, kMaxChannels, kMaxLookups, kMaxOnlineQuery,
            kOnlineQuery, kRegisterLimit, kRegisterWindow, kLimitAttempts, kLimitLookups, kLimitQueries, kLimitQueryIds,
            kMessages, kLimitMessages, kLimitNewPerAddress, kLimitNew, kLimitUnproven, kLimitExempt, kConfigSerial,
            kConfigServers, kConfigInterval, kConfigPerAddress, kPublicHost, kWarnOneGateway, kAuthTimeout);

/// The values that change while running.
void read_settings(const Config& config, Settings& settings);
RegistrationLimits::Rates read_limits(const Config& config);

}  // namespace junctor::rendezvous
