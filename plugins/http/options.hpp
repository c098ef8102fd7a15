// SPDX-License-Identifier: Apache-2.0
// The server's options, and the values that a reload may change. Values; any thread.
#pragma once

#include <string>
#include <vector>

#include "junctor/config.hpp"
#include "proxied.hpp"

namespace junctor::http {

inline constexpr int64_t kYear = 365LL * 86'400 * 1'000'000'000;
inline constexpr int64_t kMillisecond = 1'000'000;

inline constexpr auto kListen =
    opt::listener("listen", ":P-2").list().help("where HTTP is spoken; with tls, HTTPS; [] switches it off");
inline constexpr auto kListenRedirect =
    opt::listener("listen_redirect", "")
        .list()
        .help("plain HTTP that sends everybody to https, but for challenges of certificates: :80");
inline constexpr const char* kHeaders[] = {"any", "x-real-ip", "x-forwarded-for", "forwarded", nullptr};
inline constexpr auto kTrustedProxies =
    opt::network("trusted_proxies", "").list().live().help("whose headers name the client; others' are not looked at");
inline constexpr auto kClientHeader =
    opt::choice("client_header", "any", kHeaders)
        .live()
        .help("the one header in which trusted proxies name the client; any: the first of these that is there");
inline constexpr auto kStripPrefix =
    opt::text("strip_prefix", "").live().help("taken off the front of each path that has it: /rd of https://h/rd/api");
inline constexpr auto kSignalling =
    opt::flag("signalling", "true")
        .help("answers the API calls that clients send through signalling; one server a site");
inline constexpr auto kHeadMax = opt::size("head_max", "16KiB")
                                     .range(1024, 60 * 1024)
                                     .live()
                                     .help("longest head of a request; longer ones are answered 431");
inline constexpr auto kFieldsMax =
    opt::count("fields_max", "100").range(8, 1000).live().help("most header fields of a request; else 431");
inline constexpr auto kBodyMax = opt::size("body_max", "1MiB")
                                     .range(0, int64_t{1} << 40)
                                     .help("longest body where a route does not say; longer ones are answered 413");
inline constexpr auto kBodyMemory =
    opt::size("body_memory", "256MiB")
        .range(1 << 20, int64_t{1} << 40)
        .live()
        .help("memory for bodies on their way in, of all clients together; who needs more gets 503");
inline constexpr auto kBodyMemoryPerClient =
    opt::size("body_memory_per_client", "32MiB")
        .range(1 << 20, int64_t{1} << 40)
        .live()
        .help("of these, what one client (an IPv4 address, an IPv6 /64) may use");
inline constexpr auto kHeadTimeout =
    opt::duration("head_timeout", "10s").range(kMillisecond, kYear).live().help("for a head, from its first byte on");
inline constexpr auto kBodyTimeout =
    opt::duration("body_timeout", "60s")
        .range(kMillisecond, kYear)
        .live()
        .help("for a gathered body; for the next piece of one that a route reads itself");
inline constexpr auto kIdleTimeout = opt::duration("idle_timeout", "60s")
                                         .range(kMillisecond, kYear)
                                         .live()
                                         .help("how long a connection may wait for its first, or next, request");
inline constexpr auto kAnswerTimeout = opt::duration("answer_timeout", "30s")
                                           .range(kMillisecond, kYear)
                                           .help("for a route's answer where it does not say; then 504");
inline constexpr auto kWriteTimeout = opt::duration("write_timeout", "60s")
                                          .range(kMillisecond, kYear)
                                          .live()
                                          .help("how long a client may take none of its answer");
inline constexpr auto kMaxExchanges =
    opt::count("max_exchanges", "10000").range(1, 10'000'000).live().help("requests that wait for answers; else 503");
inline constexpr auto kStreamBuffer = opt::size("stream_buffer", "256KiB")
                                          .range(4096, 1 << 30)
                                          .help("what of an answer in pieces may wait for its reader");
inline constexpr auto kGzipMin =
    opt::size("gzip_min", "2KiB")
        .live()
        .help("JSON and text from this size on is compressed for whom can read it; 0: never");
inline constexpr auto kGzipMax =
    opt::size("gzip_max", "256KiB").live().help("what is longer goes as it is: compressing it would hold up its loop");
inline constexpr auto kHsts =
    opt::duration("hsts", "0")
        .range(0, 10 * kYear)
        .live()
        .help("Strict-Transport-Security: how long browsers shall use https alone; 0: not said");

/// What every loop has a copy of.
struct Settings {
  Proxies proxies;
  std::string strip_prefix;
  size_t head_max;
  size_t fields_max;
  size_t body_memory;
  size_t body_memory_per_client;
  Duration head_timeout;
  Duration body_timeout;
  Duration idle_timeout;
  Duration write_timeout;
  size_t max_exchanges;
  size_t gzip_min;
  size_t gzip_max;
  std::string transport;  ///< Strict-Transport-Security

  /// Throws where the prefix is none.
  static Settings from(const Config& config);
};

}  // namespace junctor::http
