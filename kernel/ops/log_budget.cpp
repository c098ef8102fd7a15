// SPDX-License-Identifier: Apache-2.0
#include "ops/log_budget.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace junctor::ops {
namespace {

constexpr size_t kMostEvents = 256;  // a plugin may make up names
constexpr size_t kTold = 8;

/// What must be left of an hour's worth for a line of that weight.
double reserve(LogBudget::Weight weight) {
  if (weight == LogBudget::Weight::kUsual) return 0.3;
  return weight == LogBudget::Weight::kWarning ? 0.1 : 0;
}

}  // namespace

void LogBudget::refill(Instant now) {
  const auto hour = static_cast<double>(hour_);
  const double passed = std::chrono::duration<double, std::ratio<3600>>(now - before_).count();
  have_ = have_ < 0 ? hour : std::min(hour, have_ + passed * hour);
  before_ = now;
}

bool LogBudget::take(Weight weight, size_t bytes, std::string_view plugin, std::string_view event, Instant now) {
  if (hour_ == 0) return true;
  refill(now);
  const auto cost = static_cast<double>(bytes);
  if (have_ - cost >= reserve(weight) * static_cast<double>(hour_)) {
    have_ -= cost;
    return true;
  }
  ++left_out_.lines;
  left_out_.bytes += bytes;
  std::string name = (plugin.empty() ? "" : std::string{plugin} + "/") + std::string{event};
  if (by_event_.size() < kMostEvents || by_event_.count(name) > 0) ++by_event_[std::move(name)];
  return false;
}

LogBudget::LeftOut LogBudget::take_left_out(Instant now) {
  told_ = now;
  std::vector<std::pair<uint64_t, std::string>> most;
  for (const auto& [name, count] : by_event_) most.emplace_back(count, name);
  std::sort(most.rbegin(), most.rend());
  most.resize(std::min(most.size(), kTold));
  LeftOut out = std::exchange(left_out_, {});
  for (const auto& [count, name] : most) {
    out.events += (out.events.empty() ? "" : " ") + name + "=" + std::to_string(count);
  }
  by_event_.clear();
  return out;
}

}  // namespace junctor::ops
