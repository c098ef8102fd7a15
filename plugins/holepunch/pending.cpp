// SPDX-License-Identifier: Apache-2.0
// Requests of A that wait for B's answer, and the rule which answers may pass. Any thread.
#include "pending.hpp"

#include <algorithm>
#include <iterator>

#include "wire/abi.hpp"

namespace junctor::holepunch {

namespace {

using For = Asked::For;

// A B that relays by itself makes a uuid: without one it has more likely gone where A asked it to.
constexpr int kUnlikely = 5;
constexpr int kAnswered = 10;

bool from_b(const Asked& asked, const Answer& answer) {
  return wire::from_abi(asked.b.peer).same_ip(wire::from_abi(answer.from.peer));
}

/// B ignores a push that comes close behind the first, so A must not be told of another relay than B was. A
/// RequestRelay names its own.
bool keeps_relay(const Asked& before, const Asked& now) {
  return now.what != For::kRelay && !before.meeting.lost() &&
         wire::from_abi(before.b.peer).same_ip(wire::from_abi(now.b.peer));
}

/// A client's go-ahead has neither id nor uuid, others have both: where it says nothing B's address tells whose it is.
std::optional<int> fit_relay(const Asked& asked, const Answer& answer, bool own) {
  if (answer.kind != Answer::Kind::kRelay) return std::nullopt;
  if (!answer.uuid.empty()) return answer.uuid == asked.uuid ? std::optional<int>{0} : std::nullopt;
  return own ? 1 : 2;
}

/// May this answer be meant for this request? What it leaves out fits, what it says must be what was asked. Smaller is
/// better; nullopt: no.
std::optional<int> fit(const Asked& asked, const Answer& answer) {
  if (!answer.id.empty() && answer.id != asked.id) return std::nullopt;
  const bool own = from_b(asked, answer);
  if (asked.what == For::kRelay) return fit_relay(asked, answer, own);
  if (answer.id.empty() && !own) return std::nullopt;  // nothing says whose it is
  const bool udp = asked.what == For::kPunchUdp;
  if (answer.by_udp() && !udp) return std::nullopt;
  // What comes by TCP is for the request without a udp_port, where there is one.
  const int way = answer.by_udp() == udp ? 0 : 1;
  if (answer.kind != Answer::Kind::kRelay || !answer.uuid.empty()) return way;
  if (answer.id.empty() && answer.refuse_reason.empty()) return std::nullopt;  // a go-ahead
  return way + kUnlikely;
}

}  // namespace

void Pending::configure(const Limits& limits) {
  capacity_ = limits.capacity;
  life_ = limits.life.count();
  patience_ = limits.patience.count();
}

Pending::Put Pending::put(Asked& asked, Duration now) {
  const wire::Address a = wire::from_abi(asked.a.peer);
  const Duration until = now + Duration{life_.load()};
  Shard& shard = shard_of(a);
  std::lock_guard lock{shard.mutex};
  expire(shard, now);
  const auto at = shard.by_a.find(a);
  if (at != shard.by_a.end()) {
    for (Entry& entry : at->second) {
      if (entry.asked.what != asked.what || entry.asked.id != asked.id) continue;
      if (keeps_relay(entry.asked, asked)) {
        asked.meeting = entry.asked.meeting;
        asked.pushed_relay = entry.asked.pushed_relay;
      }
      entry.asked = asked;
      entry.until = until;
      entry.answered = false;
      return Put::kRepeated;
    }
    if (at->second.size() >= kMostForOne) return Put::kFull;
  }
  if (size_.load() >= capacity_.load()) return Put::kFull;
  shard.by_a[a].push_back(Entry{asked, until, false, std::nullopt, {}});
  shard.ends.emplace_back(until, a);
  size_.fetch_add(1);
  return Put::kNew;
}

/// The best one that is still to be answered, else one that has been.
Pending::Entry* Pending::find(Entries& entries, const Answer& answer, bool foreign_too, Duration now) {
  Entry* best = nullptr;
  int best_rank = 0;
  for (Entry& entry : entries) {
    const auto rank = fit(entry.asked, answer);
    if (!rank || entry.until <= now || (!foreign_too && !from_b(entry.asked, answer))) continue;
    const int whole = *rank + (entry.answered ? kAnswered : 0);
    if (best == nullptr || whole < best_rank) {
      best = &entry;
      best_rank = whole;
    }
  }
  return best;
}

Pending::Match Pending::match(const wire::Address& a, const Answer& answer, bool source_trusted, Duration now,
                              Asked& asked) {
  Shard& shard = shard_of(a);
  std::lock_guard lock{shard.mutex};
  const auto at = shard.by_a.find(a);
  Entry* entry = at == shard.by_a.end() ? nullptr : find(at->second, answer, source_trusted, now);
  if (entry == nullptr) return Match::kNobody;
  if (entry->answered) return Match::kDuplicate;
  if (from_b(entry->asked, answer)) {
    entry->answered = true;
    entry->held.reset();
    asked = entry->asked;
    return Match::kPass;
  }
  if (entry->held) return Match::kDuplicate;
  if (answer.bytes() > kMostHeld) return Match::kTooLong;
  entry->held = answer;
  entry->held_until = now + Duration{patience_.load()};
  shard.waits.emplace_back(entry->held_until, a);
  return Match::kHeld;
}

std::vector<std::pair<Asked, Answer>> Pending::due(Duration now, std::vector<Asked>* unanswered) {
  std::vector<std::pair<Asked, Answer>> out;
  for (Shard& shard : shards_) {
    std::lock_guard lock{shard.mutex};
    collect_held(shard, now, out);
    expire(shard, now);
    if (unanswered != nullptr) {
      std::move(shard.unanswered.begin(), shard.unanswered.end(), std::back_inserter(*unanswered));
    }
    shard.unanswered.clear();
  }
  return out;
}

void Pending::collect_held(Shard& shard, Duration now, std::vector<std::pair<Asked, Answer>>& out) {
  while (!shard.waits.empty() && shard.waits.front().first <= now) {
    const auto at = shard.by_a.find(shard.waits.front().second);
    shard.waits.pop_front();
    if (at == shard.by_a.end()) continue;
    for (Entry& entry : at->second) {
      if (!entry.held || entry.held_until > now) continue;
      entry.answered = true;
      out.emplace_back(entry.asked, std::move(*entry.held));
      entry.held.reset();
    }
  }
}

void Pending::drop_expired(Entries& entries, Duration now, std::vector<Asked>& unanswered) {
  const auto over = [now](const Entry& entry) { return entry.until <= now && !entry.held; };
  for (Entry& entry : entries) {
    if (over(entry) && !entry.answered) unanswered.push_back(std::move(entry.asked));
  }
  std::erase_if(entries, over);
}

void Pending::expire(Shard& shard, Duration now) {
  while (!shard.ends.empty() && shard.ends.front().first <= now) {
    const wire::Address a = shard.ends.front().second;
    shard.ends.pop_front();
    const auto at = shard.by_a.find(a);
    if (at == shard.by_a.end()) continue;
    Entries& entries = at->second;
    const size_t before = entries.size();
    drop_expired(entries, now, shard.unanswered);
    size_.fetch_sub(before - entries.size());
    if (entries.empty()) {
      shard.by_a.erase(at);
    } else if (entries.size() == before) {  // renewed meanwhile, or an answer waits: look again later
      const auto next = std::min_element(entries.begin(), entries.end(),
                                         [](const Entry& x, const Entry& y) { return x.until < y.until; });
      shard.ends.emplace_back(std::max(next->until, now + Duration{1}), a);
    }
  }
}

}  // namespace junctor::holepunch
