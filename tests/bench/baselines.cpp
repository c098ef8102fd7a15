// SPDX-License-Identifier: Apache-2.0
// Level-triggered epoll, one read and one write for each wake-up. A pair's pipes come from a pool, as a bare loop that
// is meant well would have it. One thread.
#include "baselines.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace junctor::bench {
namespace {

constexpr size_t kPipeSize = 256 * 1024;
constexpr size_t kCopySize = 64 * 1024;

/// What one direction holds between its reader and its writer, in the kernel.
class Spliced {
 public:
  Spliced() {
    if (!pool().empty()) {
      pipe_ = pool().back();
      pool().pop_back();
      return;
    }
    if (::pipe2(pipe_.data(), O_NONBLOCK | O_CLOEXEC) != 0) std::perror("pipe2");
    ::fcntl(pipe_[0], F_SETPIPE_SZ, kPipeSize);
  }
  ~Spliced() {
    if (held_ == 0) {
      pool().push_back(pipe_);
      return;
    }
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  Spliced(const Spliced&) = delete;
  Spliced& operator=(const Spliced&) = delete;

  ssize_t fill(int from) {
    const ssize_t n = ::splice(from, nullptr, pipe_[1], nullptr, kPipeSize, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    if (n > 0) held_ += static_cast<size_t>(n);
    return n;
  }
  ssize_t drain(int to) {
    const ssize_t n = ::splice(pipe_[0], nullptr, to, nullptr, held_, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    if (n > 0) held_ -= static_cast<size_t>(n);
    return n;
  }
  bool empty() const { return held_ == 0; }

 private:
  static std::vector<std::array<int, 2>>& pool() {
    static std::vector<std::array<int, 2>> pipes;
    return pipes;
  }

  std::array<int, 2> pipe_{-1, -1};
  size_t held_ = 0;
};

/// The same through user space.
class Copied {
 public:
  ssize_t fill(int from) {
    const ssize_t n = ::recv(from, bytes_.get(), kCopySize, MSG_DONTWAIT);
    begin_ = 0;
    end_ = n > 0 ? static_cast<size_t>(n) : 0;
    return n;
  }
  ssize_t drain(int to) {
    const ssize_t n = ::send(to, bytes_.get() + begin_, end_ - begin_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) begin_ += static_cast<size_t>(n);
    return n;
  }
  bool empty() const { return begin_ == end_; }

 private:
  std::unique_ptr<char[]> bytes_{new char[kCopySize]};
  size_t begin_ = 0;
  size_t end_ = 0;
};

template <class Buffer>
class Joiner {
 public:
  explicit Joiner(int listener) : listener_{listener}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<size_t>(i)];
        if (event.data.ptr == nullptr) {
          accept_all();
        } else {
          serve(*static_cast<Side*>(event.data.ptr), event.events);
        }
      }
      over_.clear();  // not earlier: an event of this round may name one
    }
  }

 private:
  struct Pair;
  struct Side {
    Pair* pair = nullptr;
    int fd = -1;
    Buffer out;             ///< what the other side has sent
    bool ended = false;     ///< sends no more
    uint32_t interest = 0;  ///< as epoll has it
  };
  struct Pair {
    std::array<Side, 2> sides;
    bool over = false;
    Side& other(const Side& side) { return &side == &sides[0] ? sides[1] : sides[0]; }
  };

  void accept_all() {
    int fd = -1;
    while ((fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (waiting_ < 0) {
        waiting_ = fd;
      } else {
        join(std::exchange(waiting_, -1), fd);
      }
    }
  }

  void join(int a, int b) {
    auto* pair = new Pair;
    pair->sides[0].fd = a;
    pair->sides[1].fd = b;
    for (Side& side : pair->sides) {
      side.pair = pair;
      side.interest = EPOLLIN;
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &side;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, side.fd, &event);
    }
  }

  void serve(Side& side, uint32_t events) {
    Pair& pair = *side.pair;
    if (pair.over) return;
    Side& other = pair.other(side);
    bool good = true;
    if ((events & EPOLLOUT) != 0) good = write(side);
    if (good && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && other.out.empty() && !side.ended) {
      const ssize_t n = other.out.fill(side.fd);
      side.ended = n == 0;
      good = n > 0 ? write(other) : n == 0 || errno == EAGAIN;
      if (side.ended) ::shutdown(other.fd, SHUT_WR);
    }
    if (!good || (side.ended && other.ended)) return end(pair);
    want(side);
    want(other);
  }

  static bool write(Side& side) { return side.out.empty() || side.out.drain(side.fd) > 0 || errno == EAGAIN; }

  void want(Side& side) {
    const uint32_t in = side.pair->other(side).out.empty() && !side.ended ? uint32_t{EPOLLIN} : 0;
    const uint32_t out = side.out.empty() ? 0 : uint32_t{EPOLLOUT};
    if ((in | out) == side.interest) return;
    side.interest = in | out;
    epoll_event event{};
    event.events = side.interest;
    event.data.ptr = &side;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, side.fd, &event);
  }

  void end(Pair& pair) {
    pair.over = true;
    for (const Side& side : pair.sides) ::close(side.fd);
    over_.emplace_back(&pair);
  }

  int listener_;
  int epoll_;
  int waiting_ = -1;
  std::vector<std::unique_ptr<Pair>> over_;
};

int listen_anywhere() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 4096) != 0) return -1;
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%u\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return fd;
}

}  // namespace

int serve_baseline(const char* kind) {
  ::signal(SIGPIPE, SIG_IGN);
  const int listener = listen_anywhere();
  if (listener < 0) return std::perror("bind"), 1;
  if (std::strcmp(kind, "splice") == 0) Joiner<Spliced>{listener}.run();
  if (std::strcmp(kind, "copy") == 0) Joiner<Copied>{listener}.run();
  std::fprintf(stderr, "a baseline is splice or copy, not %s\n", kind);
  return 2;
}

}  // namespace junctor::bench
