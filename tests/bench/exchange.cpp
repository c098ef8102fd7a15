// SPDX-License-Identifier: Apache-2.0
// One thread: level-triggered epoll, one read for each wake-up.
#include "exchange.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "wire/address.hpp"
#include "wire/frame.hpp"
#include "wire/peer.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::bench {
namespace {

const wire::Address kSomeone = wire::Address::v4({192, 0, 2, 1}, 21116);

std::string framed(const std::string& payload) {
  std::string frame;
  wire::append_frame(payload, frame);
  return frame;
}

std::string registered() {
  hbb::RegisterPkResponse message;
  message.set_result(hbb::RegisterPkResponse::OK);
  return wire::wrap_message(message);
}

std::string online() { return wire::wrap_message(hbb::RegisterPeerResponse{}); }

std::string push() {
  hbb::PunchHole message;
  message.set_socket_addr(wire::address_field(kSomeone));
  message.set_nat_type(hbb::ASYMMETRIC);
  return wire::wrap_message(message);
}

std::string response() {
  hbb::PunchHoleResponse message;
  message.set_socket_addr(wire::address_field(kSomeone));
  message.set_pk(std::string(110, 'k'));  // as long as a signed id
  return framed(wire::wrap_message(message));
}

/// The first byte says how long the frame's header is; behind that stands the tag of the message's kind.
char kind_of(std::string_view frame) { return frame[1 + (frame[0] & 3)]; }

class Exchange {
 public:
  Exchange(int listener, int socket) : listener_{listener}, socket_{socket}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
    watch(listener_);
    watch(socket_);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<size_t>(i)].data.fd;
        if (fd == listener_) {
          accept_all();
        } else if (fd == socket_) {
          enrol();
        } else {
          serve(fd);
        }
      }
    }
  }

 private:
  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_all() const {
    int fd = -1;
    while ((fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(fd);
    }
  }

  void enrol() {
    std::array<char, 2048> bytes{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    if (::recvfrom(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size) <= 0) return;
    if (bytes[0] == new_kind_) return say(from, registered_);
    devices_.push_back(from);
    say(from, online_);
  }

  void say(const sockaddr_in& to, const std::string& bytes) const {
    ::sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

  void serve(int fd) {
    std::array<char, 2048> bytes{};
    const ssize_t n = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (n <= 0) return end(fd);
    if (kind_of({bytes.data(), bytes.size()}) == request_kind_) {
      waiting_.push_back(fd);
      say(devices_[next_++ % devices_.size()], push_);
    } else if (!waiting_.empty()) {
      ::send(waiting_.front(), response_.data(), response_.size(), MSG_NOSIGNAL);
      waiting_.pop_front();
    }
  }

  void end(int fd) {
    ::close(fd);
    const auto found = std::find(waiting_.begin(), waiting_.end(), fd);
    if (found != waiting_.end()) waiting_.erase(found);
  }

  const std::string registered_ = registered(), online_ = online(), push_ = push(), response_ = response();
  const char new_kind_ = wire::wrap_message(hbb::RegisterPk{})[0];
  const char request_kind_ = kind_of(framed(wire::wrap_message(hbb::PunchHoleRequest{})));
  int listener_;
  int socket_;
  int epoll_;
  std::vector<sockaddr_in> devices_;
  size_t next_ = 0;
  std::deque<int> waiting_;
};

}  // namespace

int serve_exchange() {
  ::signal(SIGPIPE, SIG_IGN);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 4096) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    return std::perror("bind"), 1;
  }
  std::printf("%u\n", ntohs(address.sin_port));
  std::fflush(stdout);
  Exchange{listener, socket}.run();
}

}  // namespace junctor::bench
