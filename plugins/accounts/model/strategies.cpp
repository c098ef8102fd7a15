// SPDX-License-Identifier: Apache-2.0
// Stamps, receipts and releases. Any thread.
#include "accounts/model/strategies.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>

namespace junctor::accounts {
namespace {

const StrategyKeys kNoKeys;

const StrategyKeys& or_none(const std::shared_ptr<const StrategyKeys>& keys) { return keys ? *keys : kNoKeys; }

std::shared_ptr<const StrategyKeys> joined(const std::shared_ptr<const StrategyKeys>& held,
                                           const std::shared_ptr<const StrategyKeys>& added) {
  const StrategyKeys &a = or_none(held), &b = or_none(added);
  if (std::includes(b.begin(), b.end(), a.begin(), a.end())) return added;
  StrategyKeys all;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return std::make_shared<const StrategyKeys>(std::move(all));
}

/// Above what was sent before and above what the device claims to have.
int64_t next_stamp(const SentStrategy& sent, int64_t device_stamp, int64_t now_ms) {
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max() / 2;  // a claim beyond it is no stamp of ours
  const int64_t claimed = sent.stamp == 0 && device_stamp < kLast ? device_stamp : 0;
  return std::max({sent.stamp + 1, claimed + 1, now_ms});
}

StrategyOptions with_releases(const Strategy* effective, const SentStrategy& sent) {
  StrategyOptions out = effective ? effective->options : StrategyOptions{};
  const StrategyKeys& kept = effective ? or_none(effective->keys) : kNoKeys;
  for (const std::string& key : or_none(sent.keys)) {
    if (!std::binary_search(kept.begin(), kept.end(), key)) out.emplace_back(key, "");
  }
  return out;
}

}  // namespace

void Strategy::set_options(StrategyOptions given) {
  std::map<std::string, std::string> sorted;
  for (auto& [key, value] : given) sorted[key] = value;
  options.assign(sorted.begin(), sorted.end());
  StrategyKeys names;
  for (const auto& option : options) names.push_back(option.first);
  keys = std::make_shared<const StrategyKeys>(std::move(names));
}

std::optional<Delivery> deliver(SentStrategy& sent, const Strategy* effective, int64_t device_stamp, int64_t now_ms,
                                const DeliveryPolicy& policy) {
  const Ref strategy = effective ? effective->ref : kNoRef;
  const uint32_t revision = effective ? effective->revision : 0;
  const auto keys = effective ? effective->keys : nullptr;

  if (sent.strategy != strategy || sent.revision != revision) {
    const int64_t stamp = next_stamp(sent, device_stamp, now_ms);
    const bool clears = policy.on_release == OnRelease::kClear;
    sent = {strategy, revision, stamp, now_ms, false, clears ? joined(sent.keys, keys) : keys};
  } else if (sent.stamp == 0) {
    return std::nullopt;
  } else if (device_stamp == sent.stamp) {
    if (!sent.received) {
      sent.received = true;
      sent.keys = keys;  // what was to be released is gone from the device now
    }
    const bool again = effective && effective->enforce && now_ms - sent.pushed_ms >= policy.enforce_every_ms;
    if (!again) return std::nullopt;
    sent.pushed_ms = now_ms;
  }
  return Delivery{sent.stamp, with_releases(effective, sent)};
}

}  // namespace junctor::accounts
