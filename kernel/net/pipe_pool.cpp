// SPDX-License-Identifier: Apache-2.0
// The process's pipes. Any thread.
#include "net/pipe_pool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace junctor::net {

namespace {

/// Below it a copy is cheaper than two splices per few pages.
constexpr int kLeastUseful = 64 * 1024;

}  // namespace

PipePool::PipePool(const PipeOptions& options) : options_{options} {
  struct sigaction present {};
  if (sigaction(SIGPIPE, nullptr, &present) == 0 && present.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
}

Pipe PipePool::make() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return {};
  Pipe pipe{Fd{ends[0]}, Fd{ends[1]}, 0};
  ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(options_.pipe_size));
  const int granted = ::fcntl(ends[1], F_GETPIPE_SZ);
  if (granted < std::min<int>(kLeastUseful, static_cast<int>(options_.pipe_size))) return {};
  pipe.size = static_cast<uint32_t>(granted);
  return pipe;
}

Pipe PipePool::borrow() {
  if (lent_.fetch_add(1, std::memory_order_relaxed) < options_.max_pipes) {
    {
      const std::lock_guard lock{mutex_};
      if (!idle_.empty()) {
        Pipe pipe = std::move(idle_.back());
        idle_.pop_back();
        return pipe;
      }
    }
    if (Pipe pipe = make()) return pipe;
  }
  lent_.fetch_sub(1, std::memory_order_relaxed);
  refused_.fetch_add(1, std::memory_order_relaxed);
  return {};
}

void PipePool::give_back(Pipe pipe, bool empty) {
  if (!pipe) return;
  if (empty) {
    const std::lock_guard lock{mutex_};
    idle_.push_back(std::move(pipe));
  } else {
    pipe = Pipe{};
  }
  lent_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace junctor::net
