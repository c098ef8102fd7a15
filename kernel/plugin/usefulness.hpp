// SPDX-License-Identifier: Apache-2.0
// What is right by its form and yet not what anybody wants to run. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "config/snapshot.hpp"

namespace junctor::plugin {

struct Doubt {
  const char* reason;  ///< a stable word
  std::string detail;
  std::string hint;
};

/// `serves_nobody`: no instance that a client could want. A plugin of one's own counts where it listens for itself.
inline constexpr const char* kServesNobody = "serves_nobody";
/// `open_relay`: whoever finds the relay may use it, as nothing here decides on who may.
inline constexpr const char* kOpenRelay = "open_relay";

std::vector<Doubt> doubts_of(const config::Snapshot& snapshot);

}  // namespace junctor::plugin
