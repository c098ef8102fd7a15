// SPDX-License-Identifier: Apache-2.0
// A program of one instruction says which socket it is; without it the system hashes the sender. Any thread.
#include "net/steering.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace junctor::net {

bool SpreadRule::after_window(size_t loop, Duration busy, Duration window, bool overrun, Instant now) {
  const double load = static_cast<double>(busy.count()) / static_cast<double>(std::max<int64_t>(window.count(), 1));
  load_[loop % kLoops] = load;
  const bool too_busy = overrun || load > kTooBusy;
  const double sum = std::accumulate(load_.begin(), load_.end(), 0.0);
  if (too_busy || sum > kIdleAgain) busy_at_ = now;
  const bool calm = now - busy_at_ >= kCalm;
  if (spread_ ? calm : too_busy) {
    spread_ = !spread_;
    load_ = {};  // who reads no more tells no more
  }
  return spread_;
}

void Steering::Meter::after_read(Steering& steering, size_t loop, int fd, bool full, loop::Instant now) {
  if (full) ++full_turns_;
  const bool overrun = full_turns_ >= kOverrun;
  const loop::Duration window = now - since_;
  if (window < kWindow && !overrun) return;
  const loop::Duration cpu = loop::ThreadClock::instance().now().time_since_epoch();
  const loop::Duration busy = cpu - std::exchange(cpu_, cpu);
  const bool first = std::exchange(since_, now) == loop::Instant{};
  if (first) return;
  full_turns_ = 0;
  const std::lock_guard lock{steering.mutex_};
  const bool before = steering.rule_.spread();
  if (steering.rule_.after_window(loop, busy, window, overrun, now) != before) steering.apply(fd, !before);
}

void Steering::begin(int fd) {
  const std::lock_guard lock{mutex_};
  apply(fd, rule_.spread());
}

void Steering::apply(int fd, bool spread) const {
  const int none = 0;
  sock_filter first{BPF_RET | BPF_K, 0, 0, 0};
  const sock_fprog program{1, &first};
  if (spread) {
    ::setsockopt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &none, sizeof none);
  } else {
    ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program);
  }
}

}  // namespace junctor::net
