// SPDX-License-Identifier: Apache-2.0
// [metrics] as data.
#pragma once

#include "junctor/config.hpp"

namespace junctor::metrics {

constexpr int64_t kSecond = 1'000'000'000;

inline constexpr auto kListen =
    opt::address("listen", "127.0.0.1:P+5").help("where Prometheus and health probes connect; plain HTTP");
inline constexpr auto kAllow = opt::network("allow", "127.0.0.0/8,::1")
                                   .list()
                                   .live()
                                   .help("networks whose connections are taken; all others are closed at once");
inline constexpr auto kTokenFile =
    opt::path("token_file", "").live().help("a file whose first line /metrics asks for as bearer token; empty: none");
inline constexpr auto kThreads = opt::count("threads", "2").range(1, 64).help("requests that are served at once");
inline constexpr auto kWaiting =
    opt::count("max_waiting", "8").range(1, 1024).help("connections that wait for one of the threads; more are closed");
inline constexpr auto kTimeout = opt::duration("timeout", "10s")
                                     .range(kSecond / 10, 600 * kSecond)
                                     .help("how long a connection may last, from accept to the last byte");
inline constexpr auto kProbeTimeout = opt::duration("probe_timeout", "2s")
                                          .range(kSecond / 100, 60 * kSecond)
                                          .live()
                                          .help("how long /healthz waits for the loops, and /readyz for storage");

}  // namespace junctor::metrics
