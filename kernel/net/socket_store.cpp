// SPDX-License-Identifier: Apache-2.0
// Opening, adopting and retiring sockets. [control]
#include "net/socket_store.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>

#include "net/status.hpp"

namespace junctor::net {

namespace {

const char* name_of(Protocol protocol) { return protocol == Protocol::kTcp ? "TCP" : "UDP"; }

void raise_buffer(int fd, int force, int ask, int bytes) {
  if (bytes <= 0) return;
  if (!set_int(fd, SOL_SOCKET, force, bytes)) set_int(fd, SOL_SOCKET, ask, bytes);
}

/// Tells on each datagram which of our addresses it hit; a socket of one address knows.
void ask_for_local(int fd, const Address& bound) {
  if (!bound.is_any()) return;
  if (bound.family == 6) {
    set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  } else {
    set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
  }
}

std::string advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "; another process has it: see `ss -lntup`, or choose another port";
    case EADDRNOTAVAIL:
      return "; no interface of this host has the address: see `ip addr`";
    case EACCES:
      return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    default:
      return {};
  }
}

[[noreturn]] void refuse(const SocketRequest& request, const Address& address, int error) {
  throw NetError{std::string{"cannot open "} + name_of(request.protocol) + " " + address.to_string() + ": " +
                 error_text(error) + advice(error)};
}

/// SO_REUSEPORT would let a second server of the same user take half of the connections; alone in its bind, it fails.
bool is_free(Protocol protocol, const Address& address) {
  const Fd probe = open_socket(address.family, protocol == Protocol::kTcp ? SOCK_STREAM : SOCK_DGRAM);
  if (!probe) return false;
  if (protocol == Protocol::kTcp) set_int(probe.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  sockaddr_storage storage{};
  const socklen_t size = address.to(storage);
  const bool bound = ::bind(probe.get(), reinterpret_cast<const sockaddr*>(&storage), size) == 0;
  if (bound && protocol == Protocol::kTcp) return ::listen(probe.get(), 1) == 0;
  return bound;
}

bool same_place(const SocketRequest& a, const SocketRequest& b) {
  return a.protocol == b.protocol && a.address == b.address;
}

}  // namespace

std::vector<Address> SocketSet::addresses() const {
  std::vector<Address> out;
  for (const auto& socket : sockets) {
    if (std::find(out.begin(), out.end(), socket->address) == out.end()) out.push_back(socket->address);
  }
  return out;
}

bool SocketStore::holds(const SocketRequest& request) const {
  return std::any_of(sets_.begin(), sets_.end(), [&](const auto& set) { return same_place(set->request, request); });
}

SocketStore::~SocketStore() {
  for (const auto& set : sets_) close_set(*set);
}

std::shared_ptr<SocketSet> SocketStore::open(const SocketRequest& request) {
  for (const auto& set : sets_) {
    if (!same_place(set->request, request)) continue;
    if (set->in_use && request.address.port == 0) continue;
    if (set->in_use) {
      throw NetError{std::string{"cannot open "} + name_of(request.protocol) + " " + request.address.to_string() +
                     ": another listener of this server has it; give one of them another port"};
    }
    set->request = request;
    fill(*set);
    set->in_use = true;
    return set;
  }
  auto set = std::make_shared<SocketSet>();
  set->request = request;
  fill(*set);
  set->in_use = true;
  sets_.push_back(set);
  return set;
}

bool SocketStore::host_lacks(uint8_t family) const {
  if (missing_ == family) return true;
  const Fd fd = open_socket(family, SOCK_DGRAM);
  if (!fd) return errno == EAFNOSUPPORT;
  if (family == 4) return false;
  // IPv6 can be compiled in and yet be switched off (net.ipv6.conf.all.disable_ipv6): then nothing has an address.
  sockaddr_storage storage{};
  Address loopback = Address::any(6, 0);
  loopback.ip[15] = 1;
  const socklen_t size = loopback.to(storage);
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&storage), size) != 0 && errno == EADDRNOTAVAIL;
}

void SocketStore::fill(SocketSet& set) {
  set.notes.clear();
  const Address& wanted = set.request.address;
  // Port 0 is resolved by the first socket; a set that is adopted has resolved it before.
  uint16_t port = set.sockets.empty() ? wanted.port : set.sockets.front()->address.port;
  for (const uint8_t family : {uint8_t{4}, uint8_t{6}}) {
    if (wanted.family != 0 && wanted.family != family) continue;
    if (wanted.family == 0 && host_lacks(family)) {
      set.notes.push_back(std::string{"this host has no IPv"} + std::to_string(family) + ": " + wanted.to_string() +
                          " is opened without it");
      continue;
    }
    fill_family(set, family, port);
    if (!set.sockets.empty()) port = set.sockets.front()->address.port;
  }
  if (set.sockets.empty()) refuse(set.request, wanted, EAFNOSUPPORT);
}

void SocketStore::fill_family(SocketSet& set, uint8_t family, uint16_t port) {
  constexpr int kPortAttempts = 16;
  const bool both = set.request.address.family == 0;
  auto have = static_cast<uint32_t>(std::count_if(
      set.sockets.begin(), set.sockets.end(), [&](const auto& socket) { return socket->address.family == family; }));
  for (int attempt = 0; have < set.request.sockets;) {
    const Address address = (both ? Address::any(family, 0) : set.request.address).with_port(port);
    int error = 0;
    if (auto socket = bind_one(set.request, address, have == 0, &error)) {
      port = socket->address.port;
      set.sockets.push_back(std::move(socket));
      ++have;
      continue;
    }
    // The port that one family was given at random may be taken in the other: then both try another one.
    const bool may_retry = set.request.address.port == 0 && family == 6 && both && have == 0 && error == EADDRINUSE;
    if (!may_retry || ++attempt > kPortAttempts) refuse(set.request, address, error);
    set.sockets.clear();
    fill_family(set, 4, 0);
    if (set.sockets.empty()) refuse(set.request, address, error);
    port = set.sockets.front()->address.port;
  }
}

std::shared_ptr<BoundSocket> SocketStore::bind_one(const SocketRequest& request, const Address& address, bool first,
                                                   int* error) const {
  const bool tcp = request.protocol == Protocol::kTcp;
  auto socket = std::make_shared<BoundSocket>();
  socket->fd = open_socket(address.family, tcp ? SOCK_STREAM : SOCK_DGRAM);
  const int fd = socket->fd.get();
  sockaddr_storage storage{};
  const socklen_t size = address.to(storage);
  const auto failed = [&] {
    *error = errno;
    return nullptr;
  };
  if (!socket->fd) return failed();
  if (tcp) set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (!tcp) {
    raise_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, request.receive_bytes);
    raise_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, request.send_bytes);
    ask_for_local(fd, address);
  }
  // The system may choose a UDP port that other SO_REUSEPORT sockets of this user share, unless it is set afterwards.
  const bool late = !tcp && address.port == 0;
  if (first && address.port != 0 && !is_free(request.protocol, address)) return failed();
  if (!late && !set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return failed();
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) != 0) return failed();
  if (late && !set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return failed();
  if (tcp && ::listen(fd, request.backlog) != 0) return failed();
  socket->address = local_address(fd);
  return socket;
}

void SocketStore::release(const std::shared_ptr<SocketSet>& set) { set->in_use = false; }

size_t SocketStore::retire(const std::function<bool(const SocketRequest&)>& keep) {
  const auto first = std::stable_partition(
      sets_.begin(), sets_.end(), [&](const auto& set) { return set->in_use || (keep && keep(set->request)); });
  const auto count = static_cast<size_t>(sets_.end() - first);
  for (auto it = first; it != sets_.end(); ++it) close_set(**it);
  sets_.erase(first, sets_.end());
  return count;
}

void SocketStore::close_set(SocketSet& set) {
  if (set.request.protocol == Protocol::kTcp) {
    // Closing a listening socket resets what is queued in it; accepted and closed, a peer sees an orderly end.
    for (const auto& socket : set.sockets) {
      while (const Fd queued{::accept4(socket->fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)}) ++drained_;
    }
  }
  set.sockets.clear();
}

}  // namespace junctor::net
