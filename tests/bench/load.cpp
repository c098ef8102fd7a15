// SPDX-License-Identifier: Apache-2.0
// The generator's two threads. Both leave within 50 ms of being told.
#include "load.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace junctor::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWaitMs = 50;
constexpr int kWritesPerTurn = 16;                  // so that one session does not starve the others
constexpr size_t kReadSize = 1 << 20;               // at a time, and none of it is copied
constexpr std::chrono::milliseconds kMaxBehind{5};  // a writer that was late catches up with this much and no more

int watch(const std::vector<int>& fds, uint32_t events) {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  for (size_t i = 0; i < fds.size(); ++i) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = i;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event);
  }
  return epoll;
}

}  // namespace

Load::Load(const std::vector<Session>& sessions, Kinds kinds, LoadShape shape)
    : unit_{sent_form(kinds.a, kinds.b, std::string(shape.write, 'x'))},
      shape_{shape},
      counts_{new std::atomic<uint64_t>[sessions.size()]} {
  for (size_t i = 0; i < sessions.size(); ++i) {
    writers_.push_back({sessions[i].a.fd(), 0});
    readers_.push_back(sessions[i].b.fd());
    counts_[i] = 0;
  }
  reading_ = std::thread{[this] { read_all(); }};
  writing_ = std::thread{[this] { shape_.rate > 0 ? write_paced() : write_saturated(); }};
}

Load::~Load() {
  over_ = true;
  writing_.join();
  reading_.join();
}

std::vector<uint64_t> Load::received() const {
  std::vector<uint64_t> counts;
  for (size_t i = 0; i < readers_.size(); ++i) counts.push_back(counts_[i].load(std::memory_order_relaxed));
  return counts;
}

uint64_t Load::received_in_all() const {
  uint64_t sum = 0;
  for (const uint64_t count : received()) sum += count;
  return sum;
}

void Load::read_all() {
  const int epoll = watch(readers_, EPOLLIN);
  std::array<epoll_event, 64> events{};
  while (!over_) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), kWaitMs);
    for (int i = 0; i < count; ++i) {
      const auto index = static_cast<size_t>(events[static_cast<size_t>(i)].data.u64);
      // MSG_TRUNC: TCP throws the bytes away where they are (tcp(7)).
      const ssize_t n = ::recv(readers_[index], nullptr, kReadSize, MSG_DONTWAIT | MSG_TRUNC);
      if (n > 0) {
        counts_[index].fetch_add(static_cast<uint64_t>(n), std::memory_order_relaxed);
      } else if (n == 0) {
        ::epoll_ctl(epoll, EPOLL_CTL_DEL, readers_[index], nullptr);
      }
    }
  }
  ::close(epoll);
}

bool Load::write_unit(Writer& writer) const {
  const ssize_t n =
      ::send(writer.fd, unit_.data() + writer.sent, unit_.size() - writer.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n <= 0) return false;
  writer.sent += static_cast<size_t>(n);
  if (writer.sent < unit_.size()) return false;
  writer.sent = 0;
  return true;
}

void Load::write_saturated() {
  std::vector<int> fds;
  for (const Writer& writer : writers_) fds.push_back(writer.fd);
  const int epoll = watch(fds, EPOLLOUT);
  std::array<epoll_event, 64> events{};
  while (!over_) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), kWaitMs);
    for (int i = 0; i < count; ++i) {
      Writer& writer = writers_[static_cast<size_t>(events[static_cast<size_t>(i)].data.u64)];
      for (int turn = 0; turn < kWritesPerTurn && write_unit(writer);) ++turn;
    }
  }
  ::close(epoll);
}

void Load::write_paced() {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // nanoseconds; as shipped the kernel may sleep 50 us longer
  const std::chrono::duration<double> apart{static_cast<double>(shape_.write) / shape_.rate};
  const auto step = std::chrono::duration_cast<Clock::duration>(apart);
  Clock::time_point due = Clock::now();
  for (size_t turn = 0; !over_; ++turn) {
    write_unit(writers_[turn % writers_.size()]);
    due += step;
    const Clock::time_point now = Clock::now();
    if (due > now) {
      std::this_thread::sleep_until(due);
    } else if (now - due > kMaxBehind) {
      due = now;
    }
  }
}

}  // namespace junctor::bench
