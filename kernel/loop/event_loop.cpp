// SPDX-License-Identifier: Apache-2.0
// A turn: sleep, then events, timers, posted tasks, what was put off, and last what gathers. Runs on the loop's thread.
#include "loop/event_loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace junctor::loop {

namespace {

thread_local EventLoop* current_loop = nullptr;

}  // namespace

EventLoop::EventLoop(uint32_t index, Clock& clock)
    : index_{index},
      clock_{clock},
      epoll_{epoll_create1(EPOLL_CLOEXEC)},
      owner_{std::this_thread::get_id()},
      now_{clock.now()},
      timers_{now_} {
  if (epoll_ < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  for (auto [fd, ptr] : {std::pair<int, void*>{tasks_.fd(), nullptr}, {alarm_.fd(), &alarm_}}) {
    event.data.ptr = ptr;  // tells them from a handler
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0) continue;
    const int error = errno;
    ::close(epoll_);
    throw std::system_error{error, std::generic_category(), "watching a loop's eventfd and timerfd"};
  }
}

EventLoop::~EventLoop() { ::close(epoll_); }

EventLoop* EventLoop::current() { return current_loop; }

void EventLoop::wrong_thread() const {
  std::fprintf(stderr, "junctor: loop %u: a method that belongs to its thread was called from another\n", index_);
  std::abort();
}

int EventLoop::watch(int fd, uint32_t events, FdHandler* handler) {
  assert_here();
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

void EventLoop::modify(int fd, uint32_t events, FdHandler* handler) {
  assert_here();
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::unwatch(int fd, FdHandler* handler) {
  assert_here();
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  forget(handler);
}

void EventLoop::forget(FdHandler* handler) {
  for (int i = event_next_; i < event_count_; ++i) {
    auto& event = events_[static_cast<size_t>(i)];
    if (event.data.ptr == handler) event.data.ptr = nullptr;
  }
}

Duration EventLoop::time_to_sleep(Duration max_wait) {
  if (!deferred_.empty() || !turn_end_.empty() || stopping_.load(std::memory_order_relaxed)) return Duration::zero();
  const Instant now = clock_.now();
  Duration wait = max_wait;
  if (const auto next = timers_.next_wakeup()) {
    if (*next <= now) return Duration::zero();
    alarm_.ring_by(*next, now);
  }
  if (const auto soon = short_timers_.next()) wait = std::min<Duration>(wait, *soon - now);
  if (wait > Duration::zero() && !tasks_.may_sleep()) return Duration::zero();
  return std::max(wait, Duration::zero());
}

int EventLoop::wait_for_events(Duration wait) {
  const bool forever = wait == Duration::max();
  if (has_pwait2_) {
    const timespec time{static_cast<time_t>(wait.count() / 1'000'000'000),
                        static_cast<long>(wait.count() % 1'000'000'000)};
    const int count = epoll_pwait2(epoll_, events_.data(), kMaxEvents, forever ? nullptr : &time, nullptr);
    if (count >= 0 || errno != ENOSYS) return count;
    has_pwait2_ = false;
  }
  // Rounded up: waking before a timer is due would spin through empty turns.
  const auto most = std::min<Duration>(wait, std::chrono::hours{1}) + Duration{999'999};
  return epoll_wait(epoll_, events_.data(), kMaxEvents, forever ? -1 : static_cast<int>(most.count() / 1'000'000));
}

void EventLoop::begin_turn() {
  tasks_.awake();
  now_ = clock_.now();
  pulse_.turn_started.store(now_.time_since_epoch().count(), std::memory_order_relaxed);
}

void EventLoop::end_turn() {
  pulse_.turn_started.store(0, std::memory_order_relaxed);
  pulse_.turns.store(pulse_.turns.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void EventLoop::dispatch() {
  while (event_next_ < event_count_) {
    const epoll_event event = events_[static_cast<size_t>(event_next_++)];
    if (event.data.ptr == &alarm_) {
      alarm_.rang();
    } else if (event.data.ptr != nullptr) {
      static_cast<FdHandler*>(event.data.ptr)->on_fd(event.events);
    }
  }
  event_count_ = event_next_ = 0;
}

void EventLoop::run_list(List<Deferred>& list) {
  List<Deferred> now;
  now.splice(list);
  while (!now.empty()) {
    Deferred& work = now.pop_front();
    work.fn_(work.self_);
  }
}

void EventLoop::turn(Duration max_wait) {
  event_count_ = std::max(wait_for_events(time_to_sleep(max_wait)), 0);
  event_next_ = 0;
  begin_turn();
  dispatch();
  short_timers_.advance(now_);
  timers_.advance(now_);
  tasks_.run();
  run_list(deferred_);
  run_list(turn_end_);
  end_turn();
}

void EventLoop::run_once(Duration max_wait) {
  assert_here();
  EventLoop* const outer = std::exchange(current_loop, this);
  turn(max_wait);
  current_loop = outer;
}

void EventLoop::run() {
  adopt();
  EventLoop* const outer = std::exchange(current_loop, this);
  while (!stopping_.load(std::memory_order_acquire)) turn(Duration::max());
  turn(Duration::zero());
  stopping_.store(false, std::memory_order_relaxed);
  current_loop = outer;
}

void EventLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  tasks_.wake();
}

void EventLoop::drain() {
  assert_here();
  EventLoop* const outer = std::exchange(current_loop, this);
  while (tasks_.run() > 0 || !deferred_.empty() || !turn_end_.empty()) {
    now_ = clock_.now();
    run_list(deferred_);
    run_list(turn_end_);
  }
  current_loop = outer;
}

}  // namespace junctor::loop
