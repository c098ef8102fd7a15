// SPDX-License-Identifier: Apache-2.0
#include "crowd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace junctor::site {

namespace {

using Clock = std::chrono::steady_clock;

int open_socket() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) {
    throw std::runtime_error{"no socket for the crowd"};
  }
  const int size = 4 << 20;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  return fd;
}

}  // namespace

Crowd::Crowd(const wire::Address& server, double per_second, Say say)
    : server_{server}, fd_{open_socket()}, thread_{[this, per_second, say = std::move(say)] {
        run(per_second, say);
      }} {}

void Crowd::stop() {
  stop_ = true;
  if (!thread_.joinable()) return;
  thread_.join();
  ::close(fd_);
}

void Crowd::run(double per_second, const Say& say) {
  const auto begin = Clock::now();
  for (uint64_t i = 0; !stop_;) {
    const double due = std::chrono::duration<double>(Clock::now() - begin).count() * per_second;
    // What a stalled machine has missed is not made up for in one burst.
    for (int burst = 0; burst < 64 && static_cast<double>(i) < due; ++burst, ++i) send(say(i));
    sent_ = i;
    drain();
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  drain();
}

void Crowd::send(const Datagram& datagram) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server_.port);
  std::memcpy(&to.sin_addr, server_.ip.data(), 4);
  iovec part{const_cast<char*>(datagram.bytes.data()), datagram.bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = sizeof to;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IP;
  header->cmsg_type = IP_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
  in_pktinfo source{};
  std::memcpy(&source.ipi_spec_dst, datagram.from.ip.data(), 4);
  std::memcpy(CMSG_DATA(header), &source, sizeof source);
  ::sendmsg(fd_, &message, 0);
  sent_bytes_ += datagram.bytes.size();
}

void Crowd::drain() {
  std::array<char, 2048> buffer;
  for (;;) {
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < 0) return;
    ++answered_;
    answer_bytes_ += static_cast<uint64_t>(size);
  }
}

wire::Address loopback(uint32_t net, uint32_t n) {
  return wire::Address::v4(
      {127, static_cast<uint8_t>(net + (n >> 16)), static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n)}, 1);
}

}  // namespace junctor::site
