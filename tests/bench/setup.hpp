// SPDX-License-Identifier: Apache-2.0
// Whole lives of short sessions, some at a time: both sides connect and greet, a word passes each way, A closes and B
// sees it. One thread.
#pragma once

#include <cstddef>

#include "subject.hpp"

namespace junctor::bench {

struct SetupResult {
  double seconds = 0;
  size_t done = 0;
  size_t unpaired = 0;  ///< given up after five seconds without any progress
};

/// `count` lives, at most `at_once` of them under way.
SetupResult run_setups(const Subject& subject, size_t count, size_t at_once);

}  // namespace junctor::bench
