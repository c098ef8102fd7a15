// SPDX-License-Identifier: Apache-2.0
// The parts by themselves: runs the program `micro` beside this one, where it was built, and takes its figures over.
// One thread.
#pragma once

#include "options.hpp"
#include "place.hpp"
#include "report.hpp"

namespace junctor::bench {

void micro(Place& place, const Options& options, Report& report);

}  // namespace junctor::bench
