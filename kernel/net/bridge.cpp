// SPDX-License-Identifier: Apache-2.0
// A bridge's life: from two streams, through interest and deadlines, to its last call. Lives on its loop.
#include "net/bridge.hpp"

#include <algorithm>
#include <utility>

namespace junctor::net {

Bridge::Bridge(NetLoop& home, Stream& a, Stream& b, const BridgePolicy& policy, BridgeEvents& events)
    : home_{home},
      events_{&events},
      streams_{&a, &b},
      born_{home.loop().now()},
      last_byte_{born_},
      deadline_{loop::Timer::of<&Bridge::on_deadline>(this)},
      deferred_{loop::Deferred::of<&Bridge::on_deferred>(this)} {
  for (Side& side : sides_) side.bridge = this;
  take_policy(policy);
  home_.bridges_.push_back(*this);
  home_.count().bridges_open.add();
  home_.count().bridges_total.add();
}

Bridge::~Bridge() {
  unwatch();
  for (size_t i = 0; i < 2; ++i) {
    if (streams_[i] != nullptr) delete streams_[i];
    home_.give_back_pipe(std::move(ways_[i].pipe), ways_[i].in_pipe == 0);
  }
  home_.count().bridges_open.sub();
}

Bridge::Join Bridge::join(Stream& a, Stream& b, const BridgePolicy& policy, BridgeEvents& events) {
  NetLoop* const home = a.home();
  if (home == nullptr || b.home() == nullptr) return {nullptr, Status::kState};
  if (&a == &b || b.home() != home) return {nullptr, Status::kArg};
  for (Stream* stream : {&a, &b}) {
    if (stream->usable() != Status::kOk || !stream->connected()) return {nullptr, Status::kState};
  }
  auto* bridge = new Bridge{*home, a, b, policy, events};
  for (Stream* stream : {&a, &b}) {
    stream->state_ = Stream::State::kBridging;
    stream->events_ = nullptr;
    stream->timer_.cancel();
  }
  // Not now: one of them may be inside on_data, and what it leaves unconsumed is not known yet.
  home->loop().defer(bridge->deferred_);
  return {bridge, Status::kOk};
}

void Bridge::on_deferred() {
  if (finished_) return deliver_close();
  if (streams_[0] != nullptr) {
    begin();
    // What else there is to read epoll knows, and mostly there is nothing yet.
    pump_pending(0);
    pump_pending(1);
  } else {
    pump(0);
    pump(1);
  }
  update();
}

void Bridge::begin() {
  std::array<StreamRemains, 2> remains;
  for (size_t i = 0; i < 2; ++i) remains[i] = std::exchange(streams_[i], nullptr)->dismantle();
  for (size_t way = 0; way < 2; ++way) {
    Direction& direction = ways_[way];
    StreamRemains& source = remains[way];
    StreamRemains& target = remains[1 - way];
    direction.ended = source.ended || target.half_closed;
    hold(way, target.unsent);
    if (!target.half_closed) hold(way, source.unread);
    if (target.broken) {
      broken_ = true;
      abandon(way);
    }
  }
  for (size_t i = 0; i < 2; ++i) {
    sides_[i].fd = std::move(remains[i].fd);
    sides_[i].interest = remains[i].interest;
    ways_[i].fin_read = remains[i].ended;
    sides_[i].ticket = std::move(remains[i].ticket);
    sides_[i].tls = std::move(remains[i].tls);
  }
  arm_deadline();
}

void Bridge::on_side(Side& side, uint32_t events) {
  const size_t way = &side == &sides_[0] ? 0 : 1;
  // Inside TLS either direction may wait for what is the other's on the wire.
  const bool trouble = (events & (EPOLLERR | EPOLLHUP)) != 0 || side.tls != nullptr;
  if (trouble || (events & EPOLLOUT) != 0) pump(1 - way);
  if (trouble || (events & EPOLLIN) != 0) watch_streak(way, pump(way));
  update();
}

/// Watches for what can go on, and for nothing else: all is level-triggered, and a side that cannot make progress must
/// not wake the loop.
void Bridge::update() {
  if (finished_) return;
  if (ways_[0].done && ways_[1].done) return finish(broken_ ? Status::kReset : Status::kOk);
  for (size_t i = 0; i < 2; ++i) {
    const bool reads = may_read(i);
    const TlsSession* const tls = sides_[i].tls.get();
    const uint32_t reading = tls != nullptr ? tls->read_needs() : uint32_t{EPOLLIN};
    const uint32_t writing = tls != nullptr ? tls->write_needs() : uint32_t{EPOLLOUT};
    const uint32_t interest = (reads ? reading : 0U) | (ways_[1 - i].blocked ? writing : 0U);
    if (!set_interest(sides_[i], interest)) return finish(Status::kNoMemory);
    // What TLS has read ahead, epoll does not see.
    if (reads && tls != nullptr && !tls->drained()) home_.loop().defer(deferred_);
  }
}

bool Bridge::set_interest(Side& side, uint32_t interest) {
  if (interest == side.interest) return true;
  const uint32_t before = std::exchange(side.interest, interest);
  if (before == 0) return home_.loop().watch(side.fd.get(), interest, &side) == 0;
  if (interest == 0) {
    home_.loop().unwatch(side.fd.get(), &side);
  } else {
    home_.loop().modify(side.fd.get(), interest, &side);
  }
  return true;
}

/// Until its first change a watch is that of the stream, which is gone: nothing may come of it any more.
void Bridge::unwatch() {
  for (Side& side : sides_) set_interest(side, 0);
}

void Bridge::arm_deadline() {
  constexpr auto kNever = loop::Instant::max();
  auto when = kNever;
  if (idle_timeout_ > loop::Duration::zero()) when = last_byte_ + idle_timeout_;
  if (max_lifetime_ > loop::Duration::zero()) when = std::min(when, born_ + max_lifetime_);
  deadline_.cancel();
  if (when != kNever) home_.loop().start_at(deadline_, when);
}

void Bridge::on_deadline() {
  const loop::Instant now = home_.loop().now();
  const auto passed = [&](loop::Duration bound, loop::Instant since) {
    return bound > loop::Duration::zero() && now - since >= bound;
  };
  if (passed(idle_timeout_, last_byte_) || passed(max_lifetime_, born_)) {
    finish(Status::kTimeout);
  } else {
    arm_deadline();
  }
}

BridgeStats Bridge::stats() const {
  const loop::Instant now = home_.loop().now();
  return {ways_[0].bytes, ways_[1].bytes, now - born_, now - last_byte_};
}

void Bridge::set_policy(const BridgePolicy& policy) {
  home_.loop().assert_here();
  if (finished_) return;
  for (Direction& direction : ways_) direction.throttled = direction.gathering = false;
  take_policy(policy);
  if (streams_[0] == nullptr) arm_deadline();
  home_.loop().defer(deferred_);
}

void Bridge::close() {
  home_.loop().assert_here();
  finish(Status::kClosed);
}

void Bridge::finish(Status reason) {
  if (std::exchange(finished_, true)) return;
  reason_ = reason;
  deadline_.cancel();
  meter_.reset();
  unwatch();
  home_.loop().defer(deferred_);
}

void Bridge::close_side(size_t i) {
  Side& side = sides_[i];
  if (side.tls) side.tls->end();
  const bool soft = reason_ == Status::kOk || reason_ == Status::kReset;
  // Behind the peer's FIN nothing is unread that would turn a close into a reset.
  if (soft && (side.tls || !ways_[i].fin_read)) {
    close_softly(side.fd);
  } else {
    side.fd.reset();
  }
}

void Bridge::deliver_close() {
  if (reason_ == Status::kReset) home_.count().resets.add();
  for (size_t i = 0; i < 2; ++i) close_side(i);
  events_->on_close(*this, reason_, stats());
  delete this;
}

}  // namespace junctor::net
