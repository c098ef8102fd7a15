// SPDX-License-Identifier: Apache-2.0
// What the running sessions of one loop may take: their seats, shares and rates, from the begin and whenever the rules
// change. Lives on that loop.
#include <algorithm>
#include <utility>

#include "sessions.hpp"
#include "wire/abi.hpp"

namespace junctor::relay {
namespace {

// Each session is measured every 150 ms, a sixth of them at a time, so that a loop never stands still for long.
constexpr Duration kDividePeriod = std::chrono::milliseconds{25};
constexpr size_t kSlices = 6;
constexpr size_t kReseatSlice = 256;
// A bridge is told of a change of its rate from a part in so many on.
constexpr uint64_t kFinest = 64;

bool differ(uint64_t left, uint64_t right) {
  if (left == 0 || right == 0) return left != right;
  return std::max(left, right) - std::min(left, right) > right / kFinest;
}

}  // namespace

void Sessions::seat(Session& session, Seat seat) {
  if (session.share) --shares_;
  session.share.reset();
  session.seat = std::move(seat);
  std::vector<PoolPtr> pools = session.seat.pools();
  if (pools.empty()) return;
  session.share = std::make_unique<Share>(std::move(pools), shared_.host.now());
  ++shares_;
}

uint64_t Sessions::rate_of(const Session& session) const {
  const uint64_t own = session.seat.rate();
  const uint64_t shared = session.share ? session.share->rate() : 0;
  return own == 0 || shared == 0 ? std::max(own, shared) : std::min(own, shared);
}

jct_bridge_policy Sessions::policy_of(const Session& session) const {
  return {sizeof(jct_bridge_policy), static_cast<uint32_t>(settings_.gather.count() / 1000),
          static_cast<uint64_t>(settings_.idle.count()), static_cast<uint64_t>(settings_.lifetime.count()),
          session.rate};
}

/// The session may be gone after this.
void Sessions::apply(Session& session) {
  const jct_bridge_policy policy = policy_of(session);
  if (session.exchange) return session.exchange->set_policy(policy);
  shared_.host.net().bridge_set_policy(shared_.host.raw(), session.bridge, &policy);
}

// ---- new settings, new rules ----

void Sessions::set(const Settings& settings) {
  settings_ = settings;
  reseat_from(0, ++changes_);
}

void Sessions::reseat_from(uint64_t id, uint64_t change) {
  if (change != changes_) return;
  auto next = all_.upper_bound(id);
  for (size_t i = 0; i < kReseatSlice; ++i) {
    if (next == all_.end()) return watch_shares();
    id = next->first;
    Session& session = *next->second;
    if (reseat(session)) {
      apply(session);
    } else {
      end(session, "blocked");
    }
    next = all_.upper_bound(id);
  }
  shared_.host.post(loop_, [this, id, change] { reseat_from(id, change); });
}

/// False: by the rules of now it may not run. What was slowed stays slow.
bool Sessions::reseat(Session& session) {
  Ledger::Seated seated =
      shared_.ledger.sit_again(wire::from_abi(session.a), wire::from_abi(session.b), session.peer_id);
  if (seated.refusal != nullptr) return false;
  const uint64_t slow_rate = shared_.ledger.rules()->slowing.rate;
  if (session.seat.slowed() && slow_rate != 0) seated.seat.slow(slow_rate);
  seat(session, std::move(seated.seat));
  if (session.share) session.share->begin_with(stats(session).bytes_ab, stats(session).bytes_ba);
  session.rate = rate_of(session);
  return true;
}

// ---- shares ----

void Sessions::watch_shares() {
  if (shares_ == 0) {
    divider_.cancel();
    dividing_ = false;
  } else if (!std::exchange(dividing_, true)) {
    divider_ = shared_.host.every(kDividePeriod, [this] { divide(); });
  }
}

void Sessions::divide() {
  auto next = all_.upper_bound(divided_);
  for (size_t i = all_.size() / kSlices + 1; i > 0 && !all_.empty(); --i) {
    if (next == all_.end()) next = all_.begin();
    Session& session = *next->second;
    divided_ = next->first;
    ++next;  // the session may be gone after apply
    jct_bridge_stats now{};
    if (!session.share || !read(session, &now)) continue;
    session.share->measure(now.bytes_ab, now.bytes_ba, shared_.host.now());
    if (!differ(rate_of(session), session.rate)) continue;
    session.rate = rate_of(session);
    apply(session);
  }
}

// ---- the stock's care of long sessions (protocol.md 6.7) ----

void Sessions::slow_down(Session& session, const jct_bridge_stats& stats) {
  const uint64_t age = stats.age_ns / 1'000'000'000;
  if (session.seat.rate() == 0 || session.seat.slowed() || age == 0) return;
  const auto rules = shared_.ledger.rules();
  const Slowing& slowing = rules->slowing;
  if (slowing.rate == 0 || Duration{static_cast<int64_t>(stats.age_ns)} < slowing.after) return;
  const uint64_t mean = std::max(stats.bytes_ab, stats.bytes_ba) * 8 / age;
  if (mean * 100 <= session.seat.rate() * static_cast<uint64_t>(slowing.percent)) return;
  session.seat.slow(slowing.rate);
  session.rate = rate_of(session);
  shared_.host.info("relay.slowed", {{"session", session.id}, {"id", session.peer_id}, {"mean", mean}});
  apply(session);
}

}  // namespace junctor::relay
