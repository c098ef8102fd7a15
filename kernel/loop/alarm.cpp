// SPDX-License-Identifier: Apache-2.0
#include "loop/alarm.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace junctor::loop {

Alarm::Alarm() : fd_{timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)} {
  if (fd_ < 0) throw std::system_error{errno, std::generic_category(), "timerfd_create"};
}

Alarm::~Alarm() { ::close(fd_); }

void Alarm::ring_by(Instant when, Instant now) {
  if (set_ && *set_ <= when) return;
  set_ = when;
  const auto wait = std::max<Duration>(when - now, Duration{1});  // zero would switch it off
  itimerspec time{};
  time.it_value.tv_sec = static_cast<time_t>(wait.count() / 1'000'000'000);
  time.it_value.tv_nsec = static_cast<long>(wait.count() % 1'000'000'000);
  timerfd_settime(fd_, 0, &time, nullptr);
}

}  // namespace junctor::loop
