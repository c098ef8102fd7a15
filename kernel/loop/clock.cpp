// SPDX-License-Identifier: Apache-2.0
// The one steady clock of the process.
#include "loop/clock.hpp"

namespace junctor::loop {

SteadyClock& SteadyClock::instance() {
  static SteadyClock clock;
  return clock;
}

}  // namespace junctor::loop
