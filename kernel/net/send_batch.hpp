// SPDX-License-Identifier: Apache-2.0
// Datagrams of one socket that leave together by sendmmsg. Bounded, allocated once. Lives on one loop.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "net/address.hpp"
#include "net/counters.hpp"

namespace junctor::net {

class SendBatch {
 public:
  /// At most `count` datagrams and `bytes` bytes of them. `choose_source`: the socket has several addresses, and each
  /// datagram says from which it leaves.
  SendBatch(int fd, bool choose_source, size_t count, size_t bytes);

  /// Copies. False: no room (flush first).
  bool add(const Address& peer, const Address& local, std::span<const std::byte> data);

  /// Sends what it can; a datagram that the system refuses is counted and skipped. False: the system takes no more now.
  bool flush(NetCounters& counters);

  bool empty() const { return head_ == count_; }
  void clear() { head_ = count_ = used_ = 0; }
  /// A datagram of this size fits into an empty batch.
  bool could_hold(size_t size) const { return size <= arena_.size(); }

 private:
  struct Control {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo))> bytes;
  };

  static size_t write_source(Control& control, const Address& local);
  static void count_error(NetCounters& counters, int error);

  int fd_;
  bool choose_source_;
  size_t head_ = 0;   // sent or skipped
  size_t count_ = 0;  // filled
  size_t used_ = 0;   // bytes of the arena
  std::vector<std::byte> arena_;
  std::vector<mmsghdr> headers_;
  std::vector<iovec> pieces_;
  std::vector<sockaddr_storage> names_;
  std::vector<Control> controls_;
};

}  // namespace junctor::net
