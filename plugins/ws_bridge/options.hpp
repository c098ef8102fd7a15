// SPDX-License-Identifier: Apache-2.0
// The bridge's options, and the values that a reload may change. Values; any thread.
#pragma once

#include <string>
#include <vector>

#include "junctor/config.hpp"
#include "wire/frame.hpp"

namespace junctor::ws_bridge {

inline constexpr int64_t kYear = 365LL * 86'400 * 1'000'000'000;

inline constexpr auto kListen =
    opt::listener("listen", ":P+2").list().help("signalling over WebSocket, on any path; [] switches it off");
inline constexpr auto kListenRelay =
    opt::listener("listen_relay", ":P+3").list().help("relay sessions over WebSocket, on any path; [] switches it off");
inline constexpr auto kListenShared =
    opt::listener("listen_shared", "").list().help("both on one port, by path: /ws/id signalling, /ws/relay relay");
inline constexpr auto kUpgrades =
    opt::flag("upgrades", "true").help("/ws/id and /ws/relay on the site's HTTP server too, where there is one");
inline constexpr auto kTrustedProxies =
    opt::network("trusted_proxies", "")
        .list()
        .live()
        .help("on these ports: whose X-Real-IP, Forwarded or X-Forwarded-For names the client");
inline constexpr auto kHandshakeTimeout =
    opt::duration("handshake_timeout", "10s")
        .range(1'000'000, kYear)
        .live()
        .help("how long a connection may take to become a WebSocket and, on the relay, to say what it wants");
inline constexpr auto kCloseTimeout = opt::duration("close_timeout", "5s")
                                          .range(1'000'000, kYear)
                                          .live()
                                          .help("how long a close may take, from the first Close frame on");
inline constexpr auto kHeadMax = opt::size("head_max", "8KiB")
                                     .range(256, 32 * 1024)
                                     .live()
                                     .help("longest head of an HTTP request; longer ones are answered 431");
inline constexpr auto kMessageMax = opt::size("message_max", "64KiB")
                                        .range(1024, 1 << 24)
                                        .live()
                                        .help("longest signalling message, and first one of a relay side; else 1009");
inline constexpr auto kRelayMessageMax =
    opt::size("relay_message_max", "64MiB")
        .range(1024, static_cast<int64_t>(wire::kMaxFramePayload))
        .live()
        .help("longest message of a relay session; else 1009. Messages in one frame are never held in memory");
inline constexpr auto kGatherMax =
    opt::size("gather_max", "256MiB")
        .live()
        .help("memory for messages that come in several frames, of all sessions together; who needs more gets 1013");

inline constexpr auto kGatherPerClient = opt::size("gather_per_client", "64MiB")
                                             .live()
                                             .help("of these, what one client (an IPv4 address, an IPv6 /64) may take");
inline constexpr auto kGatherTime =
    opt::duration("gather_time", "5m")
        .range(1'000'000, kYear)
        .live()
        .help("how long a message in several frames may take; who holds memory makes progress, or gets 1013");
inline constexpr auto kOrigins =
    opt::text("origins", "")
        .list()
        .live()
        .help(
            "where given, browsers are served from pages of these origins alone, https://HOST[:PORT]; clients that "
            "are no browsers send none");

/// What every loop has a copy of.
struct Settings {
  std::vector<std::string> trusted_proxies;
  Duration handshake_timeout;
  Duration close_timeout;
  size_t head_max;
  size_t message_max;
  size_t relay_message_max;
  size_t gather_max;
  size_t gather_per_client;
  Duration gather_time;
  std::vector<std::string> origins;

  static Settings from(const Config& config) {
    const auto size = [&](const auto& option) { return static_cast<size_t>(config[option]); };
    return {config[kTrustedProxies], config[kHandshakeTimeout], config[kCloseTimeout], size(kHeadMax),
            size(kMessageMax),       size(kRelayMessageMax),    size(kGatherMax),      size(kGatherPerClient),
            config[kGatherTime],     config[kOrigins]};
  }
};

}  // namespace junctor::ws_bridge
