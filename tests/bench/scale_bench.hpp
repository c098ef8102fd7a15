// SPDX-License-Identifier: Apache-2.0
// The figures of design.md 7 about a site as a whole. Each adds its rows to the report. One thread, besides a load's.
#pragma once

#include "options.hpp"
#include "place.hpp"
#include "report.hpp"

namespace junctor::bench {

/// From the start of the process to its first answer, with all peers stored.
void start(Place& place, const Options& options, Report& report);
/// What a registered peer takes.
void peer_memory(Place& place, const Options& options, Report& report);
/// A reload beside 10,000 heartbeats a second: what it costs, the slowest answer, what is lost.
void reload(Place& place, const Options& options, Report& report);
/// Two event loops against one.
void cores(Place& place, const Options& options, Report& report);

}  // namespace junctor::bench
