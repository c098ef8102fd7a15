// SPDX-License-Identifier: Apache-2.0
// [metrics] as data.
#pragma once

#include "junctor/config.hpp"

namespace junctor::metrics {

constexpr int64_t kSecond = 1'000'000'000;

inline constexpr auto kListen =
    opt::listener("listen", "127.0.0.1:P+5")
        .list()
        .help("where Prometheus and health probes connect, and nobody else is served; []: on the http instance itself");
inline constexpr auto kAllow = opt::network("allow", "127.0.0.0/8,::1")
                                   .list()
                                   .live()
                                   .help("networks whose requests are answered; all others are refused");
inline constexpr auto kTokenFile = opt::path("token_file", "")
                                       .read_file()
                                       .live()
                                       .help("a file whose first line /metrics asks for as bearer token; empty: none");
inline constexpr auto kProbeTimeout = opt::duration("probe_timeout", "2s")
                                          .range(kSecond / 100, 60 * kSecond)
                                          .live()
                                          .help("how long /healthz waits for the loops, and /readyz for storage");

}  // namespace junctor::metrics
