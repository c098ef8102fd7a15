// SPDX-License-Identifier: Apache-2.0
// Datagrams that leave together. Lives on one loop.
#include "net/send_batch.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace junctor::net {

SendBatch::SendBatch(int fd, bool choose_source, size_t count, size_t bytes)
    : fd_{fd},
      choose_source_{choose_source},
      arena_(bytes),
      headers_(count),
      pieces_(count),
      names_(count),
      controls_(choose_source ? count : 0) {
  for (size_t i = 0; i < count; ++i) {
    msghdr& header = headers_[i].msg_hdr;
    header.msg_iov = &pieces_[i];
    header.msg_iovlen = 1;
    header.msg_name = &names_[i];
  }
}

size_t SendBatch::write_source(Control& control, const Address& local) {
  auto* const header = reinterpret_cast<cmsghdr*>(control.bytes.data());
  if (local.family == 4) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, local.ip.data(), 4);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
  }
  in6_pktinfo info{};
  std::memcpy(&info.ipi6_addr, local.ip.data(), 16);
  info.ipi6_ifindex = local.scope;
  header->cmsg_level = IPPROTO_IPV6;
  header->cmsg_type = IPV6_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
  return CMSG_SPACE(sizeof info);
}

bool SendBatch::add(const Address& peer, const Address& local, std::span<const std::byte> data) {
  if (count_ == headers_.size() || data.size() > arena_.size() - used_) return false;
  std::byte* const at = arena_.data() + used_;
  if (!data.empty()) std::memcpy(at, data.data(), data.size());
  pieces_[count_] = {at, data.size()};
  msghdr& header = headers_[count_].msg_hdr;
  header.msg_namelen = peer.to(names_[count_]);
  header.msg_control = nullptr;
  header.msg_controllen = 0;
  if (choose_source_ && local.valid() && !local.is_any() && !local.is_multicast()) {
    header.msg_control = controls_[count_].bytes.data();
    header.msg_controllen = write_source(controls_[count_], local);
  }
  used_ += data.size();
  ++count_;
  return true;
}

bool SendBatch::flush(NetCounters& counters) {
  while (head_ < count_) {
    const int sent = ::sendmmsg(fd_, &headers_[head_], static_cast<unsigned>(count_ - head_), MSG_DONTWAIT);
    if (sent > 0) {
      const auto end = head_ + static_cast<size_t>(sent);
      for (size_t i = head_; i < end; ++i) counters.datagram_bytes_out.add(pieces_[i].iov_len);
      counters.datagrams_out.add(static_cast<size_t>(sent));
      head_ = end;
      continue;
    }
    // An error always speaks of the first datagram of the call.
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN) return false;
    count_error(counters, error);
    ++head_;
  }
  clear();
  return true;
}

void SendBatch::count_error(NetCounters& counters, int error) {
  switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
      return counters.datagrams_unreachable.add();
    case EMSGSIZE:
      return counters.datagrams_too_big.add();
    case EPERM:
    case EACCES:
      return counters.datagrams_denied.add();
    default:
      return counters.datagrams_failed.add();
  }
}

}  // namespace junctor::net
