// SPDX-License-Identifier: Apache-2.0
// What a reload would change between two snapshots, per instance. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "config/snapshot.hpp"

namespace junctor::config {

enum class Change { kUnchanged, kAdded, kRemoved, kChanged };

struct OptionChange {
  std::string name;
  bool live = false;  ///< may be applied in place
};

struct InstanceChange {
  std::string name;
  Change change = Change::kUnchanged;
  std::vector<OptionChange> options;  ///< of kChanged; a changed `plugin` or binding stands here too, never live

  /// True when some change cannot be applied in place.
  bool needs_restart() const;
};

/// Disabled instances count as absent. `instances` follow `newer`'s order, the removed ones come last.
struct Diff {
  InstanceChange kernel;
  std::vector<InstanceChange> instances;

  bool empty() const;
};

Diff diff(const Snapshot& older, const Snapshot& newer);

}  // namespace junctor::config
