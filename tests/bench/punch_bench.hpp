// SPDX-License-Identifier: Apache-2.0
// The figures of design.md 7 about connecting two peers. Each adds its rows to the report. One thread, besides a
// load's.
#pragma once

#include "options.hpp"
#include "place.hpp"
#include "report.hpp"

namespace junctor::bench {

/// Whole exchanges, from A's request to A's answer: how many a second, at what cost, in what time.
void punch(Place& place, const Options& options, Report& report);
/// From A's request until B has the push, beside a round trip to the UDP echo: alone, and among heartbeats.
void push(Place& place, const Options& options, Report& report);

}  // namespace junctor::bench
