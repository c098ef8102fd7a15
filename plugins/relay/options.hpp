// SPDX-License-Identifier: Apache-2.0
// The relay's options, and the values that a reload may change. Values; any thread.
#pragma once

#include "junctor/config.hpp"

namespace junctor::relay {

// Longer times would only be mistakes; the bound keeps sums of times within range.
inline constexpr int64_t kYear = 365LL * 86'400 * 1'000'000'000;

inline constexpr auto kListen = opt::listener("listen", ":P+1").help("where both sides of a session connect");
inline constexpr auto kWait =
    opt::duration("wait", "30s").range(1'000'000, kYear).live().help("how long a first side waits for the second");
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
inline constexpr auto kIdle = opt::duration("idle", "30s")
                                  .range(0, kYear)
                                  .live()
                                  .help("ends a session without a byte in either direction; 0: never; new sessions");
inline constexpr auto kLifetime =
    opt::duration("lifetime", "0").range(0, kYear).live().help("ends a session that is older; 0: never; new sessions");
inline constexpr auto kRate =
    opt::rate("rate", "0").live().help("bits a second of a session, each direction; 0: no bound; new sessions");
inline constexpr auto kAuthTimeout = opt::duration("auth_timeout", "5s")
                                         .range(1'000'000, kYear)
                                         .help("how long an auth plugin may take before its silence is a denial");

/// What every loop has a copy of.
struct Settings {
  Duration wait;
  Duration greeting_timeout;
  size_t max_message;
  Duration idle;
  Duration lifetime;
  uint64_t rate;

  static Settings from(const Config& config) {
    return {config[kWait], config[kGreetingTimeout], static_cast<size_t>(config[kMaxMessage]),
            config[kIdle], config[kLifetime],        static_cast<uint64_t>(config[kRate])};
  }
};

}  // namespace junctor::relay
