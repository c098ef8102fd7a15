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

/// Throws NetError where this user could never bind it here: no such address on this host, a port for root alone.
void try_bind(Protocol protocol, const Address& address);

class SocketStore {
 public:
  SocketStore() = default;
  ~SocketStore();
  SocketStore(const SocketStore&) = delete;
  SocketStore& operator=(const SocketStore&) = delete;

  /// Adopts a set that nobody uses, or opens one. An adopted set keeps its sockets and gets more when it has too few.
  /// Throws NetError: in use here or elsewhere, no such address, no permission; the text says which and what to do.
  std::shared_ptr<SocketSet> open(const SocketRequest& request);
  /// The same for whoever will open it later, so that a refusal comes now. What overlaps it (`0.0.0.0:P` and `:P`) may
  /// be in use until then: where the addresses are the same, the sockets with their queues go over.
  void prepare(const SocketRequest& request);
  /// Takes a socket that an earlier process has left: whoever opens its address adopts it, else retire() closes it.
  /// Empty for what cannot be one of ours, which is closed; else its name as `bound()` has it.
  std::string inherit(Fd fd);
  struct Named {
    std::string name;  ///< "tcp-0.0.0.0-21117": protocol, address, port, without a colon
    std::vector<int> fds;
  };
  /// All that are open, by name.
  std::vector<Named> bound() const;
  /// From now on retire() leaves what is queued to whoever else holds the sockets.
  void leave_queues() { leaves_queues_ = true; }

  /// The set stays open until retire(), its queue with it.
  void release(const std::shared_ptr<SocketSet>& set);
  /// Closes the sets that nobody uses and that `keep` does not want (null: none is wanted). Accept queues are emptied
  /// first, their connections closed with a FIN. Returns how many sets were closed.
  size_t retire(const std::function<bool(const SocketRequest&)>& keep = {});

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
  std::shared_ptr<SocketSet> find_or_make(const SocketRequest& request);
  void adopt(SocketSet& set, const Address& address) const;
  bool overlaps(Protocol protocol, const Address& address) const;
  bool is_held(const BoundSocket& socket, const SocketSet& but, bool in_use_only) const;
  void close_set(SocketSet& set);

  std::vector<std::shared_ptr<SocketSet>> sets_;
  uint64_t drained_ = 0;
  uint8_t missing_ = 0;
  bool leaves_queues_ = false;
};

}  // namespace junctor::net
