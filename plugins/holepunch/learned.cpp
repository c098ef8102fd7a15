// SPDX-License-Identifier: Apache-2.0
// Pairs of addresses between which punching over TCP is known to fail. Any thread.
#include "learned.hpp"

#include <algorithm>

namespace junctor::holepunch {

bool Learned::Shares::has_room(const wire::Address& a, size_t capacity) const {
  const auto found = held_.find(wire::site_key(a));
  return found == held_.end() || found->second < std::max(kFewest, capacity / kNetworks);
}

void Learned::Shares::remove(const wire::Address& a) {
  const auto found = held_.find(wire::site_key(a));
  if (--found->second == 0) held_.erase(found);
}

template <class Which>
size_t Learned::erase_pairs(Which which) {
  return std::erase_if(pairs_, [&](const auto& entry) {
    if (!which(entry)) return false;
    pair_shares_.remove(entry.first.first);
    return true;
  });
}

void Learned::configure(const Limits& limits) {
  const std::lock_guard lock{mutex_};
  limits_ = limits;
  if (limits_.life > Duration::zero()) return;
  pairs_.clear();
  punches_.clear();
  pair_shares_.clear();
  punch_shares_.clear();
  punches_end_.clear();
}

void Learned::punched(const wire::Address& a, const wire::Address& b, std::string_view id, Duration now) {
  const std::lock_guard lock{mutex_};
  if (limits_.life <= Duration::zero()) return;
  expire_punches(now);
  const PunchKey key{a.with_port(0), id};
  const Punch punch{b.with_port(0), now, now + kVerdict, false};
  if (const auto at = punches_.find(key); at != punches_.end()) {
    at->second = punch;
    return;
  }
  if (punches_.size() >= limits_.capacity || !punch_shares_.has_room(key.first, limits_.capacity)) return;
  punches_.emplace(key, punch);
  punch_shares_.add(key.first);
  punches_end_.emplace_back(punch.until, key);
}

Learned::Lesson Learned::asked_relay(const wire::Address& a, std::string_view id, Duration now) {
  const std::lock_guard lock{mutex_};
  const auto at = punches_.find(PunchKey{a.with_port(0), id});
  if (at == punches_.end() || at->second.until <= now || std::exchange(at->second.asked, true)) return Lesson::kNone;
  if (now - at->second.told < limits_.least) return Lesson::kNone;
  const Verdict verdict{now, now + limits_.life, now + limits_.retry, 0};
  const Pair pair{a.with_port(0), at->second.b};
  if (const auto known = pairs_.find(pair); known != pairs_.end()) {
    known->second.until = verdict.until;
    known->second.next_try = verdict.next_try;
    return Lesson::kLearned;
  }
  if (pairs_.size() >= limits_.capacity || !pair_shares_.has_room(pair.first, limits_.capacity)) return Lesson::kFull;
  pairs_.emplace(pair, verdict);
  pair_shares_.add(pair.first);
  next_end_ = std::min(next_end_, verdict.until);
  return Lesson::kLearned;
}

bool Learned::hopeless(const wire::Address& a, const wire::Address& b, Duration now) {
  const std::lock_guard lock{mutex_};
  const auto at = pairs_.find(Pair{a.with_port(0), b.with_port(0)});
  if (at == pairs_.end() || at->second.until <= now) return false;
  if (limits_.retry > Duration::zero() && at->second.next_try <= now) {
    at->second.next_try = now + limits_.retry;
    return false;
  }
  ++at->second.spared;
  return true;
}

std::vector<Learned::Row> Learned::rows(size_t limit, Duration now) const {
  const std::lock_guard lock{mutex_};
  std::vector<Row> out;
  for (const auto& [pair, verdict] : pairs_) {
    if (out.size() >= limit) break;
    if (verdict.until <= now) continue;
    out.push_back({pair.first, pair.second, now - verdict.since, verdict.until - now, verdict.spared});
  }
  return out;
}

size_t Learned::size() const {
  const std::lock_guard lock{mutex_};
  return pairs_.size();
}

size_t Learned::forget(const wire::Address& ip) {
  const std::lock_guard lock{mutex_};
  return erase_pairs([&](const auto& entry) {
    return ip.is_none() || entry.first.first.same_ip(ip) || entry.first.second.same_ip(ip);
  });
}

void Learned::expire(Duration now) {
  const std::lock_guard lock{mutex_};
  expire_punches(now);
  if (next_end_ > now) return;
  erase_pairs([&](const auto& entry) { return entry.second.until <= now; });
  next_end_ = Duration::max();
  for (const auto& [pair, verdict] : pairs_) next_end_ = std::min(next_end_, verdict.until);
}

void Learned::expire_punches(Duration now) {
  while (!punches_end_.empty() && punches_end_.front().first <= now) {
    PunchKey key = std::move(punches_end_.front().second);
    punches_end_.pop_front();
    const auto at = punches_.find(key);
    if (at->second.until <= now) {
      const auto pair = at->second.asked ? pairs_.end() : pairs_.find(Pair{key.first, at->second.b});
      if (pair != pairs_.end()) {  // it got through
        pair_shares_.remove(key.first);
        pairs_.erase(pair);
      }
      punch_shares_.remove(key.first);
      punches_.erase(at);
    } else {
      punches_end_.emplace_back(at->second.until, std::move(key));
    }
  }
}

}  // namespace junctor::holepunch
