// SPDX-License-Identifier: Apache-2.0
// A timer sits at the level of the highest bit in which its tick differs from the present one; when that slot's time
// comes, what is in it moves to finer levels or fires. Lives on one loop.
#include "loop/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace junctor::loop {

namespace {

constexpr uint64_t kTickNanos = 1'000'000;
constexpr uint8_t kFiring = 0xff;

}  // namespace

void Timer::cancel() {
  if (wheel_ != nullptr) wheel_->remove(*this);
}

TimerWheel::~TimerWheel() {
  for (auto& level : slots_) {
    for (auto& slot : level) {
      while (!slot.empty()) remove(slot.front());
    }
  }
}

void TimerWheel::start(Timer& timer, Instant when) {
  timer.cancel();
  const auto nanos = static_cast<uint64_t>(std::max<int64_t>(0, (when - origin_).count()));
  // Rounded up, so that it is never early; beyond the present tick, so that advance() cannot loop on it.
  const uint64_t tick = nanos / kTickNanos + (nanos % kTickNanos != 0 ? 1 : 0);
  timer.tick_ = std::clamp(tick, elapsed_ + 1, kMaxTick);
  timer.wheel_ = this;
  ++armed_;
  place(timer);
}

void TimerWheel::place(Timer& timer) {
  const uint64_t differs = timer.tick_ ^ elapsed_;
  const unsigned level = (63U - static_cast<unsigned>(std::countl_zero(differs | 1U))) / kBits;
  const auto slot = static_cast<unsigned>((timer.tick_ >> (level * kBits)) & (kSlots - 1));
  timer.level_ = static_cast<uint8_t>(level);
  timer.slot_ = static_cast<uint8_t>(slot);
  slots_[level][slot].push_back(timer);
  occupied_[level] |= uint64_t{1} << slot;
}

void TimerWheel::remove(Timer& timer) {
  static_cast<ListNode&>(timer).unlink();
  timer.wheel_ = nullptr;
  --armed_;
  if (timer.level_ == kFiring) return;
  if (slots_[timer.level_][timer.slot_].empty()) occupied_[timer.level_] &= ~(uint64_t{1} << timer.slot_);
}

std::optional<TimerWheel::Due> TimerWheel::next_due() const {
  // A finer level always comes before a coarser one: a coarser slot begins beyond all finer slots of this round.
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
    const unsigned shift = level * kBits;
    const uint64_t round = elapsed_ >> (shift + kBits) << (shift + kBits);
    return Due{level, slot, round + (uint64_t{slot} << shift)};
  }
  return std::nullopt;
}

/// Where few are in a slot, the first of them; else the slot's begin, when they move to a finer level.
uint64_t TimerWheel::first_tick(const Due& due) {
  constexpr size_t kFew = 8;
  if (due.level == 0) return due.tick;
  uint64_t first = UINT64_MAX;
  size_t seen = 0;
  for (const Timer& timer : slots_[due.level][due.slot]) {
    if (++seen > kFew) return due.tick;
    first = std::min<uint64_t>(first, timer.tick_);
  }
  return first;
}

std::optional<Instant> TimerWheel::next_wakeup() {
  const auto due = next_due();
  if (!due) return std::nullopt;
  return origin_ + Duration{static_cast<int64_t>(first_tick(*due) * kTickNanos)};
}

size_t TimerWheel::take_slot(const Due& due) {
  elapsed_ = due.tick;
  occupied_[due.level] &= ~(uint64_t{1} << due.slot);
  List<Timer> taken;
  taken.splice(slots_[due.level][due.slot]);
  while (!taken.empty()) {
    Timer& timer = taken.pop_front();
    if (timer.tick_ > elapsed_) {
      place(timer);
    } else {
      timer.level_ = kFiring;
      firing_.push_back(timer);
    }
  }
  size_t fired = 0;
  while (!firing_.empty()) {
    Timer& timer = firing_.front();
    remove(timer);
    timer.fn_(timer.self_);
    ++fired;
  }
  return fired;
}

size_t TimerWheel::advance(Instant now) {
  const int64_t nanos = (now - origin_).count();
  const uint64_t target = nanos <= 0 ? 0 : static_cast<uint64_t>(nanos) / kTickNanos;
  size_t fired = 0;
  for (auto due = next_due(); due && due->tick <= target; due = next_due()) fired += take_slot(*due);
  elapsed_ = std::max(elapsed_, target);
  return fired;
}

}  // namespace junctor::loop
