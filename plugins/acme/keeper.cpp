// SPDX-License-Identifier: Apache-2.0
#include "keeper.hpp"

#include <algorithm>

namespace junctor::acme {
namespace {

/// Whatever an authority says, in a month somebody looks again.
constexpr Seconds kMostWanted = 30 * 86'400;
constexpr Seconds kJitter = 1000;  // of the wait: a tenth, in steps of `random`
constexpr int64_t kMostDoublings = 30;

}  // namespace

bool is_due(const std::optional<Held>& held, const Rules& rules, Seconds now) {
  if (!held) return true;
  return !std::includes(held->names.begin(), held->names.end(), rules.names.begin(), rules.names.end()) ||
         now >= held->renewal();
}

Seconds next_try(const Trouble& trouble, const Rules& rules, Seconds now) {
  if (trouble.wish != rules.wish) return now;
  return std::min(trouble.at, now) + trouble.wait;
}

Trouble after_failure(const std::optional<Trouble>& before, const Rules& rules, Seconds now, Seconds wanted,
                      unsigned random) {
  Trouble trouble;
  trouble.failures = before && before->wish == rules.wish ? before->failures + 1 : 1;
  const int64_t doublings = std::min(trouble.failures - 1, kMostDoublings);
  Seconds wait = rules.retry_min;
  for (int64_t i = 0; i < doublings && wait < rules.retry_max; ++i) wait *= 2;
  wait = std::min(wait, rules.retry_max);
  wait += wait * static_cast<Seconds>(random) / kJitter;
  trouble.wait = std::max(wait, std::min(wanted, kMostWanted));
  trouble.at = now;
  trouble.wish = rules.wish;
  return trouble;
}

}  // namespace junctor::acme
