// SPDX-License-Identifier: Apache-2.0
// A session of which at least one side is no plain stream: its bytes are copied. Lives on one loop.
#include "exchange.hpp"

#include <algorithm>
#include <utility>

namespace junctor::relay {

namespace {

Duration nanoseconds(uint64_t count) { return Duration{static_cast<int64_t>(count)}; }

}  // namespace

Exchange::Exchange(const Host& host, const jct_bridge_policy& policy, const Link& a, const Link& b, Done done)
    : host_{host},
      policy_{policy},
      a_{*this, a, Pace{policy.rate, host.now()}},
      b_{*this, b, Pace{policy.rate, host.now()}},
      done_{std::move(done)},
      started_{host.now()},
      last_byte_{started_} {}

jct_status Exchange::start() {
  for (End* end : {&a_, &b_}) {
    if (!end->link_.is_stream()) continue;
    const jct_handle stream = end->link_.stream();
    if (host_.net().attach(host_.raw(), stream, &Stream::events_of<End>(), end) != JCT_OK) return JCT_E_CLOSED;
  }
  watch();
  a_.link_.resume();
  if (!over_) b_.link_.resume();  // a may have ended it all
  return JCT_OK;
}

void Exchange::set_policy(const jct_bridge_policy& policy) {
  if (over_) return;
  const bool same_times =
      policy.idle_timeout_ns == policy_.idle_timeout_ns && policy.max_lifetime_ns == policy_.max_lifetime_ns;
  policy_ = policy;
  a_.pace_.set_rate(policy.rate);
  b_.pace_.set_rate(policy.rate);
  if (same_times) return;
  watch_.cancel();
  watch();
}

// ---- bytes ----

jct_status Exchange::begin_with(End& to, std::string_view words) {
  const jct_status status = to.link_.send(words);
  if (status == JCT_OK) to.other().passed_ += words.size();
  return status;
}

size_t Exchange::pass(End& from, std::string_view data) {
  size_t passed = 0;
  while (passed < data.size() && !over_ && !from.held_) {
    const std::string_view piece = data.substr(passed, JCT_RELAY_CHUNK);
    if (!pass_piece(from, piece)) return passed;
    passed += piece.size();
  }
  if (from.ending_ && passed == data.size()) ended(from);
  return over_ ? data.size() : passed;
}

/// False where it must wait.
bool Exchange::pass_piece(End& from, std::string_view piece) {
  const Duration now = host_.now();
  if (const Duration wait = from.pace_.wait(now); wait > Duration::zero()) {
    pay(from, wait);
    return false;
  }
  const jct_status status = from.unheard_ ? JCT_E_CLOSED : from.other().link_.send(piece);
  if (status == JCT_E_AGAIN) {
    hold(from);
    return false;
  }
  // What the other side has sent before it broke is still read and passed on; then its end is told.
  if (status != JCT_OK) {
    from.unheard_ = true;
    return true;
  }
  from.pace_.take(piece.size());
  from.passed_ += piece.size();
  last_byte_ = now;
  return true;
}

void Exchange::hold(End& from) {
  from.held_ = true;
  from.link_.pause();
}

void Exchange::release(End& from) {
  if (over_ || !std::exchange(from.held_, false)) return;
  from.link_.resume();
}

/// Both directions may wait for the one timer: who finds its pace too high once more waits once more.
void Exchange::pay(End& from, Duration wait) {
  hold(from);
  rate_ = host_.after(wait, [this] {
    release(a_);
    release(b_);
  });
}

// ---- ends ----

void Exchange::ending(End& from) {
  from.ending_ = true;
  if (!from.held_) ended(from);
}

void Exchange::ended(End& from) {
  if (over_ || std::exchange(from.finished_, true)) return;
  from.other().link_.end();
  if (from.other().finished_) finish(JCT_OK);
}

void Exchange::gone(End& end) {
  end.gone_ = true;
  // A link that has said its end takes nothing more either (a WebSocket's Close): it has left in good order.
  const bool left_well = end.finished_ && !end.link_.is_stream();
  if (!over_) finish(left_well || (a_.finished_ && b_.finished_) ? JCT_OK : JCT_E_RESET);
  if (a_.gone_ && b_.gone_) done_(reason_, stats());
}

void Exchange::finish(jct_status reason) {
  if (std::exchange(over_, true)) return;
  reason_ = reason;
  over_at_ = host_.now();
  watch_.cancel();
  rate_.cancel();
  for (End* end : {&a_, &b_}) {
    if (!end->gone_) end->link_.close(reason);
  }
}

void Exchange::watch() {
  Duration due = Duration::max();
  if (policy_.idle_timeout_ns != 0) due = last_byte_ + nanoseconds(policy_.idle_timeout_ns);
  if (policy_.max_lifetime_ns != 0) due = std::min(due, started_ + nanoseconds(policy_.max_lifetime_ns));
  if (due == Duration::max()) return;
  const Duration now = host_.now();
  if (due <= now) return finish(JCT_E_TIMEOUT);
  watch_ = host_.after(due - now, [this] { watch(); });
}

jct_bridge_stats Exchange::stats() const {
  const Duration at = over_ ? over_at_ : host_.now();
  return {sizeof(jct_bridge_stats),
          0,
          a_.passed_,
          b_.passed_,
          static_cast<uint64_t>((at - started_).count()),
          static_cast<uint64_t>((at - last_byte_).count())};
}

}  // namespace junctor::relay
