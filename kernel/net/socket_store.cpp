// SPDX-License-Identifier: Apache-2.0
// Opening, adopting and retiring sockets. [control]
#include "net/socket_store.hpp"

#include <fcntl.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

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

void try_bind(Protocol protocol, const Address& address) {
  for (const uint8_t family : {uint8_t{4}, uint8_t{6}}) {
    if (address.family != 0 && address.family != family) continue;
    const Fd fd = open_socket(family, protocol == Protocol::kTcp ? SOCK_STREAM : SOCK_DGRAM);
    if (!fd) continue;
    set_int(fd.get(), SOL_SOCKET, SO_REUSEADDR, protocol == Protocol::kTcp ? 1 : 0);
    sockaddr_storage storage{};
    const socklen_t size = (address.family == 0 ? Address::any(family, address.port) : address).to(storage);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&storage), size) == 0) continue;
    const bool lacks_family = address.family == 0 && errno == EADDRNOTAVAIL;
    if (errno == EACCES || (errno == EADDRNOTAVAIL && !lacks_family)) refuse({protocol, address}, address, errno);
  }
}

std::vector<Address> SocketSet::addresses() const {
  std::vector<Address> out;
  for (const auto& socket : sockets) {
    if (std::find(out.begin(), out.end(), socket->address) == out.end()) out.push_back(socket->address);
  }
  return out;
}

SocketStore::~SocketStore() {
  for (const auto& set : sets_) close_set(*set);
}

std::shared_ptr<SocketSet> SocketStore::find_or_make(const SocketRequest& request) {
  for (const auto& set : sets_) {
    if (!same_place(set->request, request) || (set->in_use && request.address.port == 0)) continue;
    return set;
  }
  auto set = std::make_shared<SocketSet>();
  set->request = request;
  fill(*set);
  sets_.push_back(set);
  return set;
}

void SocketStore::prepare(const SocketRequest& request) {
  if (request.address.port != 0) find_or_make(request);
}

std::shared_ptr<SocketSet> SocketStore::open(const SocketRequest& request) {
  const auto set = find_or_make(request);
  const bool taken = set->in_use || std::any_of(set->sockets.begin(), set->sockets.end(),
                                                [&](const auto& socket) { return is_held(*socket, *set, true); });
  if (taken) {
    throw NetError{std::string{"cannot open "} + name_of(request.protocol) + " " + request.address.to_string() +
                   ": another listener of this server has it; give one of them another port"};
  }
  set->request = request;
  fill(*set);
  set->in_use = true;
  return set;
}

bool SocketStore::is_held(const BoundSocket& socket, const SocketSet& but, bool in_use_only) const {
  return std::any_of(sets_.begin(), sets_.end(), [&](const auto& set) {
    if (set.get() == &but || (in_use_only && !set->in_use)) return false;
    return std::any_of(set->sockets.begin(), set->sockets.end(),
                       [&](const auto& other) { return other.get() == &socket; });
  });
}

/// Sockets of our own that are bound to the very address come along, in use or not.
void SocketStore::adopt(SocketSet& set, const Address& address) const {
  for (const auto& other : sets_) {
    if (other.get() == &set || other->request.protocol != set.request.protocol) continue;
    for (const auto& socket : other->sockets) {
      const bool known = std::find(set.sockets.begin(), set.sockets.end(), socket) != set.sockets.end();
      if (socket->address == address && !known) set.sockets.push_back(socket);
    }
  }
}

/// What is bound there is ours: another process could not have it, too.
bool SocketStore::overlaps(Protocol protocol, const Address& address) const {
  return std::any_of(sets_.begin(), sets_.end(), [&](const auto& set) {
    if (set->request.protocol != protocol) return false;
    return std::any_of(set->sockets.begin(), set->sockets.end(), [&](const auto& socket) {
      const Address& held = socket->address;
      return held.family == address.family && held.port == address.port && (held.is_any() || address.is_any());
    });
  });
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
  if (port != 0) adopt(set, (both ? Address::any(family, 0) : set.request.address).with_port(port));
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
  const bool probes = first && address.port != 0 && !overlaps(request.protocol, address);
  if (probes && !is_free(request.protocol, address)) return failed();
  if (!late && !set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return failed();
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) != 0) return failed();
  if (late && !set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return failed();
  if (tcp && ::listen(fd, request.backlog) != 0) return failed();
  socket->address = local_address(fd);
  return socket;
}

namespace {

std::string socket_name(Protocol protocol, const Address& address) {
  std::string name = protocol == Protocol::kTcp ? "tcp-" : "udp-";
  name += address.with_port(0).to_string();
  name = name.substr(0, name.rfind(':')) + "-" + std::to_string(address.port);
  std::replace(name.begin(), name.end(), ':', '_');
  return name;
}

int get_int(int fd, int level, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, level, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

std::string SocketStore::inherit(Fd fd) {
  const int type = get_int(fd.get(), SOL_SOCKET, SO_TYPE);
  const Address address = local_address(fd.get());
  const bool shared = get_int(fd.get(), SOL_SOCKET, SO_REUSEPORT) == 1;
  const bool one_family = address.family == 4 || get_int(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY) == 1;
  const bool listens = type == SOCK_DGRAM || get_int(fd.get(), SOL_SOCKET, SO_ACCEPTCONN) == 1;
  const bool known = type == SOCK_STREAM || type == SOCK_DGRAM;
  if (!known || address.family == 0 || address.port == 0 || !shared || !one_family || !listens) return {};
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  SocketRequest request;
  request.protocol = type == SOCK_STREAM ? Protocol::kTcp : Protocol::kUdp;
  request.address = address;
  const auto same =
      std::find_if(sets_.begin(), sets_.end(), [&](const auto& set) { return same_place(set->request, request); });
  const auto set = same == sets_.end() ? sets_.emplace_back(std::make_shared<SocketSet>()) : *same;
  set->request = request;
  auto socket = std::make_shared<BoundSocket>();
  socket->fd = std::move(fd);
  socket->address = address;
  set->sockets.push_back(std::move(socket));
  return socket_name(request.protocol, address);
}

std::vector<SocketStore::Named> SocketStore::bound() const {
  std::map<std::string, std::set<int>> by_name;
  for (const auto& set : sets_) {
    for (const auto& socket : set->sockets) {
      by_name[socket_name(set->request.protocol, socket->address)].insert(socket->fd.get());
    }
  }
  std::vector<Named> all;
  for (const auto& [name, fds] : by_name) all.push_back({name, {fds.begin(), fds.end()}});
  return all;
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
  for (const auto& socket : set.sockets) {
    if (set.request.protocol != Protocol::kTcp || leaves_queues_ || is_held(*socket, set, false)) continue;
    // Closing a listening socket resets what is queued in it; accepted and closed, a peer sees an orderly end.
    while (const Fd queued{::accept4(socket->fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)}) ++drained_;
  }
  set.sockets.clear();
}

}  // namespace junctor::net
