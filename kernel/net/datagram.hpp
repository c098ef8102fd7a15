// SPDX-License-Identifier: Apache-2.0
// UDP in batches: a group of sockets for one owner, one per loop (or of the home loop alone). Opened and closed by
// [control]; each port lives on its loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "loop/event_loop.hpp"
#include "net/held_sockets.hpp"
#include "net/net_loop.hpp"
#include "net/socket_store.hpp"
#include "net/status.hpp"

namespace junctor::net {

/// The layout is that of jct_dgram (kernel/api asserts it), so that a batch crosses the boundary as it is.
struct Datagram {
  uint64_t socket = 0;  // DatagramGroup::user
  Address peer;
  Address local;  // the address that was hit; a reply leaves from it. Family 0: the system chooses
  const std::byte* data = nullptr;
  uint64_t size = 0;

  std::span<const std::byte> bytes() const { return {data, size}; }
};
static_assert(sizeof(Datagram) == 72);

struct DatagramOptions {
  uint32_t batch = 64;       // datagrams per system call
  uint32_t slot = 2048;      // longer ones are dropped and counted
  uint32_t send_queue = 64;  // datagrams a socket's send batch may hold
  uint32_t send_bytes = 128 * 1024;
  uint32_t batches_per_turn = 4;
  int socket_receive_bytes = 4 * 1024 * 1024;
  int socket_send_bytes = 0;
};

class DatagramGroup;
class Steering;

class DatagramEvents {
 public:
  /// On a loop of the group, in the order of arrival; views are good until it returns, and what was sent inside leaves
  /// then.
  virtual void on_datagrams(DatagramGroup& group, std::span<const Datagram> batch) = 0;

 protected:
  ~DatagramEvents() = default;
};

class DatagramGroup {
 public:
  /// Throws NetError. Nothing is received before start(). `store`, `loops` and `events` outlive it.
  DatagramGroup(SocketStore& store, std::vector<NetLoop*> loops, std::span<const Address> addresses,
                const DatagramOptions& options, DatagramEvents& events);
  /// After close() and a barrier over the loops.
  ~DatagramGroup();
  DatagramGroup(const DatagramGroup&) = delete;
  DatagramGroup& operator=(const DatagramGroup&) = delete;

  /// [any] Receiving begins on each loop as its turn comes.
  void start();
  /// [any] Stops receiving: at once on the calling loop, on the others as their turn comes. What is queued is sent, and
  /// answers to what has come may still be.
  void close();
  /// [control] After close(): gives the sockets back to the store, for a successor. The destructor does it too.
  void release();

  /// On a loop of the group: copies; leaves with this loop's batch, from this loop's socket. kAgain: the batch is full
  /// and the system takes no more now. kState: this loop has no socket of that family, or the group has not begun.
  Status send(const Address& peer, const Address& local, std::span<const std::byte> data);

  /// [any] Bound addresses, port 0 resolved.
  const std::vector<Address>& addresses() const { return held_.addresses(); }
  const std::vector<std::string>& notes() const { return held_.notes(); }
  /// [any] Datagrams that the system dropped because a receive buffer was full.
  uint64_t kernel_drops() const;
  /// Of its owner: a handle. Set before start().
  uint64_t user = 0;

 private:
  class Port;

  std::shared_ptr<Steering> steering_of(const Address& address) const;

  DatagramOptions options_;
  DatagramEvents& events_;
  HeldSockets held_;
  std::vector<std::pair<Address, std::shared_ptr<Steering>>> steering_;  // by bound address; none for one loop alone
  std::vector<std::shared_ptr<Port>> ports_;
  std::vector<Port*> by_loop_;  // index of the worker loop; null: no port there
};

}  // namespace junctor::net
