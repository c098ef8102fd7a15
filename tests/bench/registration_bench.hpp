// SPDX-License-Identifier: Apache-2.0
// The registrations' figures of design.md 7. Adds its rows to the report. One thread.
#pragma once

#include "options.hpp"
#include "place.hpp"
#include "report.hpp"

namespace junctor::bench {

/// New ids, durable before they are confirmed: how many a second, at what cost; and one alone beside an fdatasync.
void registrations(Place& place, const Options& options, Report& report);

}  // namespace junctor::bench
