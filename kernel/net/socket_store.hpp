// SPDX-License-Identifier: Apache-2.0
// Listening and datagram sockets belong to the kernel and are kept by address, so that an instance that restarts adopts
// them and no connection attempt is refused meanwhile. [control]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/socket.hpp"

namespace junctor::net {

enum class Protocol : uint8_t { kTcp, kUdp };

struct SocketRequest {
  Protocol protocol = Protocol::kTcp;
  Address address;        // family 0: both families; port 0: any, the same for all
  uint32_t sockets = 1;   // of each family, joined by SO_REUSEPORT; one per loop that serves it
  int backlog = 4096;     // TCP
  int receive_bytes = 0;  // UDP: SO_RCVBUF, forced beyond the system's bound where allowed; 0: the default
  int send_bytes = 0;     // UDP
};

/// One bound socket; acceptors and ports share it with the store.
struct BoundSocket {
  Fd fd;
  Address address;  // port resolved
};

/// The sockets of one request. Every family that the host has; `notes` says what was missing, for the log.
struct SocketSet {
  SocketRequest request;
  std::vector<std::shared_ptr<BoundSocket>> sockets;
  std::vector<std::string> notes;
  bool in_use = false;

  /// Each bound address once.
  std::vector<Address> addresses() const;
};

class SocketStore {
 public:
  SocketStore() = default;
  ~SocketStore();
  SocketStore(const SocketStore&) = delete;
  SocketStore& operator=(const SocketStore&) = delete;

  /// Adopts a set that nobody uses, or opens one. An adopted set keeps its sockets and gets more when it has too few.
  /// Throws NetError: in use here or elsewhere, no such address, no permission; the text says which and what to do.
  std::shared_ptr<SocketSet> open(const SocketRequest& request);
  /// The set stays open until retire(), its queue with it.
  void release(const std::shared_ptr<SocketSet>& set);
  /// Closes the sets that nobody uses and that `keep` does not want (null: none is wanted). Accept queues are emptied
  /// first, their connections closed with a FIN. Returns how many sets were closed.
  size_t retire(const std::function<bool(const SocketRequest&)>& keep = {});

  /// A set for it is open, used or not.
  bool holds(const SocketRequest& request) const;
  size_t size() const { return sets_.size(); }
  /// Connections that retire() found in accept queues and closed.
  uint64_t drained() const { return drained_; }

  /// For tests: pretends that the host lacks a family (4 or 6); 0: none.
  void pretend_missing(uint8_t family) { missing_ = family; }

 private:
  void fill(SocketSet& set);
  void fill_family(SocketSet& set, uint8_t family, uint16_t port);
  std::shared_ptr<BoundSocket> bind_one(const SocketRequest& request, const Address& address, bool first,
                                        int* error) const;
  bool host_lacks(uint8_t family) const;
  void close_set(SocketSet& set);

  std::vector<std::shared_ptr<SocketSet>> sets_;
  uint64_t drained_ = 0;
  uint8_t missing_ = 0;
};

}  // namespace junctor::net
