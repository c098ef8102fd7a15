// SPDX-License-Identifier: Apache-2.0
// [audit] as data.
#pragma once

#include "junctor/config.hpp"

namespace junctor::audit {

inline constexpr int64_t kSecondNs = 1'000'000'000;
inline constexpr int64_t kDayNs = 86'400 * kSecondNs;
inline constexpr const char* const kAddressChoices[] = {"full", "network", "none", nullptr};

inline constexpr const char* const kKindChoices[] = {"registration", "refusal", "punch", "relay", "operator", nullptr};

inline constexpr auto kPath = opt::path("path", "audit").written_dir().help("the directory of the files");
inline constexpr auto kKinds =
    opt::choice("kinds", "registration,refusal,punch,relay,operator", kKindChoices).list().live().help("what is kept");
inline constexpr auto kAddresses =
    opt::choice("addresses", "full", kAddressChoices)
        .live()
        .help("how much of an address is kept: full, its network (IPv4 /24, IPv6 /48), or none");
inline constexpr auto kGuess =
    opt::count("guesses", "20")
        .range(0, 1000)
        .live()
        .help("addresses a flush looks up for ids that are registered there, a guess at A's; 0: none");
inline constexpr auto kFlush = opt::duration("flush", "1s")
                                   .range(kSecondNs / 100, 60 * kSecondNs)
                                   .help("how often what has come is written: the most that a crash loses");
inline constexpr auto kSync = opt::flag("sync", "true")
                                  .live()
                                  .help("each flush is on the disk before the next: a power cut loses no more either");
inline constexpr auto kQueue = opt::count("queue", "20000")
                                   .range(100, 10'000'000)
                                   .live()
                                   .help("records that wait for a flush; more are lost and counted");
inline constexpr auto kRefusals =
    opt::count("refusals_per_second", "100")
        .range(0, 1'000'000)
        .live()
        .help("anybody can bring refusals about: more of them are only counted; 0: no bound");
inline constexpr auto kBudget =
    opt::size("budget", "32MiB")
        .range(0, int64_t{1} << 40)
        .live()
        .help(
            "bytes an hour of each kind but operator: what a stranger brings about must not wash the rest away; more "
            "is only counted; 0: no bound");
inline constexpr auto kFileSize =
    opt::size("file_size", "16MiB").range(64 << 10, int64_t{1} << 40).live().help("a file is closed at this size");
inline constexpr auto kFileAge =
    opt::duration("file_age", "24h").range(60 * kSecondNs, 366 * kDayNs).live().help("or when it is so old");
inline constexpr auto kKeep =
    opt::duration("keep", "2160h").range(0, 10'000 * kDayNs).live().help("closed files are removed after it; 0: never");
inline constexpr auto kKeepFiles =
    opt::count("keep_files", "200").range(1, 100'000).live().help("closed files that stay at most, the newest");

}  // namespace junctor::audit
