// SPDX-License-Identifier: Apache-2.0
#include "setup.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

namespace junctor::bench {
namespace {

constexpr std::string_view kWord = "word";
constexpr int kPatienceMs = 5000;

class Setups {
 public:
  Setups(const Subject& subject, size_t count, size_t at_once)
      : subject_{subject}, count_{count}, at_once_{at_once}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {}
  ~Setups() { ::close(epoll_); }
  Setups(const Setups&) = delete;
  Setups& operator=(const Setups&) = delete;

  SetupResult run() {
    const auto begin = std::chrono::steady_clock::now();
    std::array<epoll_event, 128> events{};
    while (done_ < count_) {
      while (started_ < count_ && lives_.size() < at_once_) start();
      const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kPatienceMs);
      if (ready == 0) break;
      for (int i = 0; i < ready; ++i) go_on(events[static_cast<size_t>(i)].data.u64);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return {took.count(), done_, lives_.size()};
  }

 private:
  struct Life {
    Session session;
    std::array<size_t, 2> heard{};  ///< bytes of the word, of A and B
    bool closing = false;           ///< A has closed: B's end is awaited
  };

  void start() {
    const uint64_t number = started_++;
    auto life =
        std::make_unique<Life>(Life{{wire::TcpClient::connect(subject_.tcp), wire::TcpClient::connect(subject_.tcp)}});
    say_first(life->session.a, number, true);
    say_first(life->session.b, number, false);
    watch(life->session.a, number * 2);
    watch(life->session.b, number * 2 + 1);
    lives_.emplace(number, std::move(life));
  }

  void say_first(wire::TcpClient& side, uint64_t number, bool controlling) const {
    std::string bytes;
    if (subject_.greets) {
      const std::string uuid = "setup-" + stamp_ + std::to_string(number);
      wire::append_frame(subject_.greeting(uuid, controlling), bytes);
    }
    side.send_raw(bytes.append(kWord));
  }

  void watch(const wire::TcpClient& side, uint64_t tag) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, side.fd(), &event);
  }

  void go_on(uint64_t tag) {
    const auto found = lives_.find(tag / 2);
    if (found == lives_.end()) return;
    Life& life = *found->second;
    const size_t side = tag % 2;
    if (life.closing && side == 0) return;
    const int fd = side == 0 ? life.session.a.fd() : life.session.b.fd();
    std::array<char, 64> bytes{};
    const ssize_t n = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n > 0) return heard(life, side, static_cast<size_t>(n));
    if (n < 0 && errno == EAGAIN) return;
    if (n == 0 && life.closing) {
      ++done_;
      lives_.erase(found);
    } else {
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);  // ended early: it stays among those that were not joined
    }
  }

  static void heard(Life& life, size_t side, size_t bytes) {
    life.heard[side] += bytes;
    if (life.heard[0] < kWord.size() || life.heard[1] < kWord.size() || life.closing) return;
    life.closing = true;
    life.session.a.close();
  }

  const Subject& subject_;
  size_t count_;
  size_t at_once_;
  int epoll_;
  std::string stamp_ = std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) + "-";
  size_t started_ = 0;
  size_t done_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Life>> lives_;
};

}  // namespace

SetupResult run_setups(const Subject& subject, size_t count, size_t at_once) {
  return Setups{subject, count, at_once}.run();
}

}  // namespace junctor::bench
