// SPDX-License-Identifier: Apache-2.0
#include "ops/standing.hpp"

#include <utility>

namespace junctor::ops {

bool Standing::put(StandingWarning&& warning) {
  const std::lock_guard lock{mutex_};
  StandingWarning& held = all_[warning.reason];
  if (held == warning) return false;
  held = std::move(warning);
  return true;
}

void Standing::keep(StandingWarning warning) { put(std::move(warning)); }

void Standing::raise(StandingWarning warning) {
  const StandingWarning copy = warning;
  if (!put(std::move(warning))) return;
  log_.write(Level::kWarning, "server.warning",
             {{"reason", copy.reason}, {"detail", copy.detail}, {"hint", copy.hint}});
}

void Standing::clear(const std::string& reason) {
  const std::lock_guard lock{mutex_};
  if (all_.erase(reason) > 0) log_.write(Level::kInfo, "server.warning_over", {{"reason", reason}});
}

void Standing::forget(const std::string& reason) {
  const std::lock_guard lock{mutex_};
  all_.erase(reason);
}

std::vector<StandingWarning> Standing::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<StandingWarning> copy;
  for (const auto& [reason, warning] : all_) copy.push_back(warning);
  return copy;
}

}  // namespace junctor::ops
