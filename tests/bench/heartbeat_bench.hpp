// SPDX-License-Identifier: Apache-2.0
// The heartbeats' figures of design.md 7. Adds its rows to the report. One thread.
#pragma once

#include "options.hpp"
#include "place.hpp"
#include "report.hpp"

namespace junctor::bench {

/// CPU per heartbeat against the bare echo, by rate and by number of peers.
void heartbeats(Place& place, const Options& options, Report& report);

}  // namespace junctor::bench
