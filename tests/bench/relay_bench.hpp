// SPDX-License-Identifier: Apache-2.0
// The relay's figures of design.md 7. Each adds its rows to the report. One thread, besides the load's.
#pragma once

#include "options.hpp"
#include "place.hpp"
#include "report.hpp"

namespace junctor::bench {

/// CPU seconds per GB, over kinds of sessions, sizes of writes, saturated and paced.
void relay_cost(Place& place, const Options& options, Report& report);
/// CPU seconds per GB from one session to thousands.
void relay_sessions(Place& place, const Options& options, Report& report);
/// Sessions that come, say a word each way, and go: how many a second, at what cost.
void relay_setup(Place& place, const Options& options, Report& report);
/// Round trips of 64 bytes, with nothing else going on and beside 50 MB/s.
void relay_latency(Place& place, const Options& options, Report& report);
/// What an idle session holds, and whether it is given back.
void relay_memory(Place& place, const Options& options, Report& report);
/// WebSocket sides by the upgrade of plugin http, against those on the relay's own port for them.
void relay_upgrade(Place& place, const Options& options, Report& report);
/// Eight greedy sessions under `total_rate`.
void relay_fairness(Place& place, const Options& options, Report& report);

}  // namespace junctor::bench
