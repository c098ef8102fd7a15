// SPDX-License-Identifier: Apache-2.0
// Datagrams that come by one recvmmsg and leave by one sendmmsg. Allocated once; one thread.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace junctor::bench {

class UdpBatch {
 public:
  static constexpr size_t kCount = 64;
  static constexpr size_t kSize = 2048;  ///< of one datagram; what is longer is cut

  /// `named`: on a socket without a peer; what is received can be sent back to where it came from.
  explicit UdpBatch(bool named) {
    for (size_t i = 0; i < kCount; ++i) {
      pieces_[i].iov_base = bytes_->data() + i * kSize;
      headers_[i].msg_hdr.msg_iov = &pieces_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
      if (named) headers_[i].msg_hdr.msg_name = &names_[i];
    }
  }
  UdpBatch(const UdpBatch&) = delete;
  UdpBatch& operator=(const UdpBatch&) = delete;

  /// How many came, 0 where none did. `flags` as for recvmmsg: MSG_DONTWAIT, MSG_WAITFORONE.
  size_t receive(int fd, int flags, size_t most = kCount) {
    for (size_t i = 0; i < most; ++i) {
      pieces_[i].iov_len = kSize;
      if (headers_[i].msg_hdr.msg_name != nullptr) headers_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    }
    const int count = ::recvmmsg(fd, headers_.data(), static_cast<unsigned>(most), flags, nullptr);
    return count > 0 ? static_cast<size_t>(count) : 0;
  }
  std::string_view received(size_t i) const { return {bytes_->data() + i * kSize, headers_[i].msg_len}; }

  void put(size_t i, std::string_view datagram) {
    std::memcpy(bytes_->data() + i * kSize, datagram.data(), datagram.size());
    pieces_[i].iov_len = datagram.size();
  }
  /// The first `count` as they were received.
  void echo(int fd, size_t count) {
    for (size_t i = 0; i < count; ++i) pieces_[i].iov_len = headers_[i].msg_len;
    send(fd, count);
  }
  /// How many the system took.
  size_t send(int fd, size_t count) {
    size_t sent = 0;
    while (sent < count) {
      const int n = ::sendmmsg(fd, headers_.data() + sent, static_cast<unsigned>(count - sent), 0);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
    return sent;
  }

 private:
  std::unique_ptr<std::array<char, kCount * kSize>> bytes_{new std::array<char, kCount * kSize>};
  std::array<iovec, kCount> pieces_{};
  std::array<mmsghdr, kCount> headers_{};
  std::array<sockaddr_in6, kCount> names_{};
};

}  // namespace junctor::bench
