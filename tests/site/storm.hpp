// SPDX-License-Identifier: Apache-2.0
// Many relay sessions at once: all connections first, then both sides' first frames in the same instant. A thread for
// the A sides and one for the B sides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "support/scale.hpp"
#include "wire/address.hpp"

namespace junctor::site {

struct Storm {
  wire::Address relay;
  std::string key;
  uint64_t first_session = 0;  ///< numbers the uuids and the bytes that are passed: use none twice
  size_t sessions = 0;
  /// Both are dialled from: a new one for each storm, so that ports in TIME_WAIT are no matter.
  wire::Address a;
  wire::Address b;
  testing::Millis patience{20'000};
};

/// Runs it: each side sends 8 bytes that no other side sends and waits for its partner's. The number of sides that got
/// anything else or nothing in time.
size_t run(const Storm& storm);

}  // namespace junctor::site
