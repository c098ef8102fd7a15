// SPDX-License-Identifier: Apache-2.0
#include "storm.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include "wire/frame.hpp"
#include "wire/kinds.hpp"

namespace junctor::site {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kWord = 8;

sockaddr_in system_address(const wire::Address& address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(address.port);
  std::memcpy(&out.sin_addr, address.ip.data(), sizeof out.sin_addr);
  return out;
}

std::string word(uint64_t session, uint64_t side) {
  const uint64_t value = session << 1 | side;
  std::string out(kWord, '\0');
  std::memcpy(out.data(), &value, kWord);
  return out;
}

struct Side {
  int fd = -1;
  bool connected = false;
  std::string in;
};

/// All A sides or all B sides. One thread.
class Half {
 public:
  Half(const Storm& storm, uint64_t side)
      : storm_{storm}, side_{side}, sides_(storm.sessions), epoll_{::epoll_create1(EPOLL_CLOEXEC)} {}
  ~Half() {
    for (const Side& side : sides_) {
      if (side.fd >= 0) ::close(side.fd);
    }
    ::close(epoll_);
  }
  Half(const Half&) = delete;
  Half& operator=(const Half&) = delete;

  void connect_all() {
    for (size_t i = 0; i < sides_.size(); ++i) connect_one(i);
    size_t missing = sides_.size();
    poll([&](size_t i, uint32_t events) {
      Side& side = sides_[i];
      if (side.connected || (events & EPOLLOUT) == 0) return missing > 0;
      side.connected = true;
      watch(i, EPOLL_CTL_MOD, EPOLLIN);
      return --missing > 0;
    });
  }

  /// Every second side says its word in the same segment, the others right behind.
  void speak() {
    for (size_t i = 0; i < sides_.size(); ++i) {
      send(i, i % 2 == 0 ? greeting(i) : greeting(i) + word(number(i), side_));
    }
    for (size_t i = 0; i < sides_.size(); i += 2) send(i, word(number(i), side_));
  }

  void listen() {
    size_t missing = sides_.size();
    poll([&](size_t i, uint32_t) {
      std::string& in = sides_[i].in;
      const bool had = in.size() >= kWord;
      std::array<char, 64> piece{};
      const ssize_t n = ::recv(sides_[i].fd, piece.data(), piece.size(), 0);
      if (n > 0) in.append(piece.data(), static_cast<size_t>(n));
      if (n == 0 || (n < 0 && errno != EAGAIN)) watch(i, EPOLL_CTL_DEL, 0);
      if (!had && in.size() >= kWord) --missing;
      return missing > 0;
    });
  }

  size_t wrong() const {
    size_t count = 0;
    for (size_t i = 0; i < sides_.size(); ++i) count += sides_[i].in == word(number(i), 1 - side_) ? 0 : 1;
    return count;
  }

 private:
  uint64_t number(size_t i) const { return storm_.first_session + i; }

  void connect_one(size_t i) {
    Side& side = sides_[i];
    side.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(side.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const sockaddr_in local = system_address(side_ == 0 ? storm_.a : storm_.b);
    const sockaddr_in relay = system_address(storm_.relay);
    ::bind(side.fd, reinterpret_cast<const sockaddr*>(&local), sizeof local);
    ::connect(side.fd, reinterpret_cast<const sockaddr*>(&relay), sizeof relay);
    watch(i, EPOLL_CTL_ADD, EPOLLOUT);
  }

  void watch(size_t i, int what, uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = i;
    ::epoll_ctl(epoll_, what, sides_[i].fd, &event);
  }

  std::string greeting(size_t i) const {
    hbb::RequestRelay request;
    request.set_uuid("storm-" + std::to_string(number(i)));
    request.set_licence_key(storm_.key);
    if (side_ == 0) request.set_id("123456789");
    std::string out;
    wire::append_frame(wire::wrap_message(request), out);
    return out;
  }

  /// A few hundred bytes always fit into a fresh socket; what does not arrive is counted as wrong.
  void send(size_t i, const std::string& bytes) { ::send(sides_[i].fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  /// Until `on_event` says that nothing is missing any more, or time is over.
  template <class Fn>
  void poll(Fn on_event) {
    const auto end = SteadyClock::now() + testing::patient(storm_.patience);
    std::array<epoll_event, 512> events{};
    while (SteadyClock::now() < end) {
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int e = 0; e < n; ++e) {
        const epoll_event& event = events[static_cast<size_t>(e)];
        if (!on_event(event.data.u64, event.events)) return;
      }
    }
  }

  const Storm& storm_;
  uint64_t side_;
  std::vector<Side> sides_;
  int epoll_;
};

}  // namespace

size_t run(const Storm& storm) {
  std::barrier together{2};
  std::array<size_t, 2> wrong{};
  const auto half = [&](uint64_t side) {
    Half all{storm, side};
    all.connect_all();
    together.arrive_and_wait();
    all.speak();
    all.listen();
    together.arrive_and_wait();  // nobody closes before everybody has read
    wrong[side] = all.wrong();
  };
  std::thread b{half, 1};
  half(0);
  b.join();
  return wrong[0] + wrong[1];
}

}  // namespace junctor::site
