// SPDX-License-Identifier: Apache-2.0
// Receiving and sending in batches. The group belongs to [control], each port to its loop.
#include "net/datagram.hpp"

#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "net/gather.hpp"
#include "net/send_batch.hpp"
#include "net/steering.hpp"

namespace junctor::net {

namespace {

/// Room for recvmmsg, allocated once: slots, names and control bytes.
class ReceiveBatch {
 public:
  ReceiveBatch(size_t count, size_t slot)
      : slot_{slot}, arena_(count * slot), headers_(count), pieces_(count), names_(count), controls_(count) {
    datagrams_.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      pieces_[i] = {arena_.data() + i * slot, slot};
      msghdr& header = headers_[i].msg_hdr;
      header.msg_iov = &pieces_[i];
      header.msg_iovlen = 1;
      header.msg_name = &names_[i];
    }
  }

  /// Like recvmmsg. `local`: the socket's address, or a wildcard where each datagram tells the one it hit.
  int receive(int fd, const Address& local) {
    const bool told = local.is_any();
    for (size_t i = 0; i < headers_.size(); ++i) {
      msghdr& header = headers_[i].msg_hdr;
      header.msg_namelen = sizeof(sockaddr_storage);
      header.msg_control = told ? controls_[i].bytes.data() : nullptr;
      header.msg_controllen = told ? sizeof(Control::bytes) : 0;
      header.msg_flags = 0;
    }
    return ::recvmmsg(fd, headers_.data(), static_cast<unsigned>(headers_.size()), MSG_DONTWAIT, nullptr);
  }

  std::span<const Datagram> collect(size_t count, uint64_t user, const Address& local, NetCounters& counters) {
    datagrams_.clear();
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; ++i) {
      const msghdr& header = headers_[i].msg_hdr;
      if ((header.msg_flags & MSG_TRUNC) != 0) {
        counters.datagrams_truncated.add();
        continue;
      }
      const auto* name = reinterpret_cast<const sockaddr*>(&names_[i]);
      datagrams_.push_back({user, Address::from(name, header.msg_namelen), local_of(header, local),
                            arena_.data() + i * slot_, headers_[i].msg_len});
      bytes += headers_[i].msg_len;
    }
    counters.datagrams_in.add(datagrams_.size());
    counters.datagram_bytes_in.add(bytes);
    return datagrams_;
  }

  size_t capacity() const { return headers_.size(); }

 private:
  struct Control {
    alignas(cmsghdr) std::array<std::byte, 128> bytes;
  };

  static Address local_of(const msghdr& header, const Address& bound) {
    Address out = bound;
    if (header.msg_controllen == 0) return out;
    auto* const from = const_cast<msghdr*>(&header);
    for (cmsghdr* at = CMSG_FIRSTHDR(from); at != nullptr; at = CMSG_NXTHDR(from, at)) {
      if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
        in_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(at), sizeof info);
        // Not ipi_addr: for a broadcast that is no address to reply from.
        std::memcpy(out.ip.data(), &info.ipi_spec_dst, 4);
      } else if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_PKTINFO) {
        in6_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(at), sizeof info);
        std::memcpy(out.ip.data(), &info.ipi6_addr, 16);
        out.scope = out.is_link_local() ? static_cast<uint32_t>(info.ipi6_ifindex) : 0;
      }
    }
    return out;
  }

  size_t slot_;
  std::vector<std::byte> arena_;
  std::vector<mmsghdr> headers_;
  std::vector<iovec> pieces_;
  std::vector<sockaddr_storage> names_;
  std::vector<Control> controls_;
  std::vector<Datagram> datagrams_;
};

}  // namespace

/// The sockets of one group on one loop.
class DatagramGroup::Port {
 public:
  Port(DatagramGroup& group, NetLoop& home)
      : group_{group}, home_{home}, flush_{loop::Deferred::of<&Port::flush_all>(this)} {}

  NetLoop& home() { return home_; }
  void add(const std::shared_ptr<BoundSocket>& socket) {
    sockets_.push_back(std::make_unique<Socket>(*this, socket, group_.options_));
    sockets_.back()->steering = group_.steering_of(socket->address);
  }
  void start();
  void stop();
  Status send(const Address& peer, const Address& local, std::span<const std::byte> data);
  uint64_t kernel_drops() const;

 private:
  struct Socket final : loop::FdHandler {
    Socket(Port& port, const std::shared_ptr<BoundSocket>& bound, const DatagramOptions& options)
        : owner{port},
          socket{bound},
          batch{bound->fd.get(), bound->address.is_any(), options.send_queue, options.send_bytes} {}
    int fd() const { return socket->fd.get(); }
    void on_fd(uint32_t events) override { owner.on_socket(*this, events); }
    void on_pause_over() { owner.read(*this); }
    uint32_t wanted() const { return (by_clock ? 0U : uint32_t{EPOLLIN}) | (stuck ? uint32_t{EPOLLOUT} : 0U); }

    Port& owner;
    std::shared_ptr<BoundSocket> socket;
    SendBatch batch;
    Gather gather;
    std::shared_ptr<Steering> steering;  // null: the loop is the only one
    Steering::Meter meter;
    loop::ShortTimer pause = loop::ShortTimer::of<&Socket::on_pause_over>(this);
    bool by_clock = false;  // read when `pause` is over; EPOLLIN is not watched
    bool stuck = false;     // the system takes no more; EPOLLOUT is watched
  };

  void on_socket(Socket& socket, uint32_t events);
  void read(Socket& socket);
  /// How many datagrams came.
  size_t receive(Socket& socket);
  void put_off(Socket& socket, loop::Duration pause);
  Socket* choose(const Address& peer, const Address& local);
  void flush(Socket& socket);
  void flush_all();

  DatagramGroup& group_;
  NetLoop& home_;
  std::vector<std::unique_ptr<Socket>> sockets_;
  std::unique_ptr<ReceiveBatch> received_;
  loop::Deferred flush_;
  bool running_ = false;
  bool stopped_ = false;
  bool in_batch_ = false;
};

void DatagramGroup::Port::start() {
  if (running_ || stopped_) return;
  running_ = true;
  received_ = std::make_unique<ReceiveBatch>(group_.options_.batch, group_.options_.slot);
  for (auto& socket : sockets_) {
    if (socket->steering) socket->steering->begin(socket->fd());
    home_.loop().watch(socket->fd(), EPOLLIN, socket.get());
  }
}

void DatagramGroup::Port::stop() {
  home_.loop().assert_here();
  stopped_ = true;
  if (!running_) return;
  running_ = false;
  flush_all();
  flush_.cancel();
  for (auto& socket : sockets_) {
    socket->pause.cancel();
    home_.loop().unwatch(socket->fd(), socket.get());
  }
}

void DatagramGroup::Port::on_socket(Socket& socket, uint32_t events) {
  if ((events & EPOLLOUT) != 0) flush(socket);
  if ((events & ~uint32_t{EPOLLOUT}) != 0) read(socket);
}

void DatagramGroup::Port::read(Socket& socket) {
  const size_t got = receive(socket);
  if (!running_) return;
  const auto pause = socket.gather.after_read(got, home_.loop().now(), home_.datagram_pause());
  const bool all = got < received_->capacity() * group_.options_.batches_per_turn;
  const loop::EventLoop& loop = home_.loop();
  if (socket.steering) socket.meter.after_read(*socket.steering, loop.index(), socket.fd(), !all, loop.now());
  put_off(socket, all ? pause : loop::Duration::zero());
}

/// A steady stream costs no epoll_ctl: the socket stays out of epoll and is read from pause to pause.
void DatagramGroup::Port::put_off(Socket& socket, loop::Duration pause) {
  const bool by_clock = pause > loop::Duration::zero();
  if (by_clock) home_.loop().start(socket.pause, pause);
  if (by_clock == socket.by_clock) return;
  socket.by_clock = by_clock;
  home_.loop().modify(socket.fd(), socket.wanted(), &socket);
}

/// The whole way of a batch, from the system to its answers.
size_t DatagramGroup::Port::receive(Socket& socket) {
  const Address local = socket.socket->address;
  size_t sum = 0;
  for (uint32_t i = 0; i < group_.options_.batches_per_turn && running_; ++i) {
    const int got = received_->receive(socket.fd(), local);
    // An error that a datagram caused earlier is told here once; level-triggered, the rest comes in the next turn.
    if (got <= 0) break;
    sum += static_cast<size_t>(got);
    const auto batch = received_->collect(static_cast<size_t>(got), group_.user, local, home_.count());
    if (!batch.empty()) {
      in_batch_ = true;
      group_.events_.on_datagrams(group_, batch);
      in_batch_ = false;
      flush_all();
    }
    if (static_cast<size_t>(got) < received_->capacity()) break;
  }
  return sum;
}

DatagramGroup::Port::Socket* DatagramGroup::Port::choose(const Address& peer, const Address& local) {
  Socket* fallback = nullptr;
  for (auto& socket : sockets_) {
    const Address& bound = socket->socket->address;
    if (bound.family != peer.family) continue;
    if (!local.valid()) return socket.get();
    const bool fits = (bound.is_any() || bound.ip == local.ip) && (local.port == 0 || bound.port == local.port);
    if (fits) return socket.get();
    if (fallback == nullptr) fallback = socket.get();
  }
  return fallback;
}

Status DatagramGroup::Port::send(const Address& peer, const Address& local, std::span<const std::byte> data) {
  if (!running_ && !stopped_) return Status::kState;
  Socket* const socket = choose(peer, local);
  if (socket == nullptr) return Status::kState;
  if (!socket->batch.could_hold(data.size())) return Status::kLimit;
  if (!socket->batch.add(peer, local, data)) {
    flush(*socket);
    if (!socket->batch.add(peer, local, data)) {
      home_.count().datagrams_full.add();
      return Status::kAgain;
    }
  }
  if (!in_batch_ && !socket->stuck) home_.loop().at_turn_end(flush_);
  return Status::kOk;
}

void DatagramGroup::Port::flush(Socket& socket) {
  const bool stuck = !socket.batch.flush(home_.count());
  if (stuck == socket.stuck || !running_) return;
  socket.stuck = stuck;
  home_.loop().modify(socket.fd(), socket.wanted(), &socket);
}

void DatagramGroup::Port::flush_all() {
  for (auto& socket : sockets_) {
    if (!socket->batch.empty()) flush(*socket);
  }
}

uint64_t DatagramGroup::Port::kernel_drops() const {
  uint64_t sum = 0;
  for (const auto& socket : sockets_) {
    std::array<uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t size = sizeof info;
    if (::getsockopt(socket->fd(), SOL_SOCKET, SO_MEMINFO, info.data(), &size) == 0) sum += info[SK_MEMINFO_DROPS];
  }
  return sum;
}

DatagramGroup::DatagramGroup(SocketStore& store, std::vector<NetLoop*> loops, std::span<const Address> addresses,
                             const DatagramOptions& options, DatagramEvents& events)
    : options_{options}, events_{events}, held_{store} {
  options_.batch = std::clamp(options_.batch, 1U, 1024U);
  for (NetLoop* home : loops) {
    ports_.push_back(std::make_shared<Port>(*this, *home));
    const uint32_t index = home->loop().index();
    if (index == loop::EventLoop::kNoIndex) continue;
    if (by_loop_.size() <= index) by_loop_.resize(index + 1);
    by_loop_[index] = ports_.back().get();
  }
  for (const Address& address : addresses) {
    SocketRequest request;
    request.protocol = Protocol::kUdp;
    request.address = address;
    request.sockets = static_cast<uint32_t>(loops.size());
    request.receive_bytes = options.socket_receive_bytes;
    request.send_bytes = options.socket_send_bytes;
    held_.open(request);
  }
  if (loops.size() > 1) {
    for (const Address& address : held_.addresses()) steering_.emplace_back(address, std::make_shared<Steering>());
  }
  held_.deal(ports_);
}

DatagramGroup::~DatagramGroup() = default;

std::shared_ptr<Steering> DatagramGroup::steering_of(const Address& address) const {
  for (const auto& [bound, steering] : steering_) {
    if (bound == address) return steering;
  }
  return nullptr;
}

void DatagramGroup::start() { start_members(ports_); }
void DatagramGroup::close() { stop_members(ports_); }
void DatagramGroup::release() { held_.release(); }

Status DatagramGroup::send(const Address& peer, const Address& local, std::span<const std::byte> data) {
  const loop::EventLoop* const current = loop::EventLoop::current();
  if (current != nullptr && current->index() < by_loop_.size()) {
    Port* const port = by_loop_[current->index()];
    return port == nullptr ? Status::kState : port->send(peer, local, data);
  }
  for (const auto& port : ports_) {
    if (port->home().loop().here()) return port->send(peer, local, data);
  }
  return Status::kState;
}

uint64_t DatagramGroup::kernel_drops() const {
  uint64_t sum = 0;
  for (const auto& port : ports_) sum += port->kernel_drops();
  return sum;
}

}  // namespace junctor::net
