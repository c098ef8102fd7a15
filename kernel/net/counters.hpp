// SPDX-License-Identifier: Apache-2.0
// What the network did, counted. Written by one loop each, read by any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace junctor::net {

/// One writer: an increment is a plain load and store.
class Counter {
 public:
  void add(uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  void sub(uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed); }
  /// [any]
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// Of one loop; the process's numbers are the sums.
struct NetCounters {
  Counter accepted;
  Counter accept_failed;  // accept4 refused for a reason that is not ours (ECONNABORTED, EPERM ...)
  Counter made_room;      // out of descriptors: the idlest of the largest client was reset for another client
  Counter shed;           // out of descriptors: accepted with the spare one and closed
  Counter accept_pauses;

  Counter streams_open;  // gauge
  Counter dialed;
  Counter dial_failed;
  Counter bytes_in;
  Counter bytes_out;
  Counter resets;
  Counter idle_timeouts;
  Counter receive_full;  // closed: the receive buffer was full and nothing of it was wanted
  Counter send_again;    // refused: the send queue was above its mark
  Counter migrated;

  Counter datagrams_in;
  Counter datagrams_out;
  Counter datagram_bytes_in;
  Counter datagram_bytes_out;
  Counter datagrams_truncated;    // in: longer than a slot
  Counter datagrams_full;         // out: refused, the batch's bound
  Counter datagrams_unreachable;  // out: ECONNREFUSED, EHOSTUNREACH, ENETUNREACH
  Counter datagrams_too_big;      // out: EMSGSIZE
  Counter datagrams_denied;       // out: EPERM, EACCES
  Counter datagrams_failed;       // out: any other error

  Counter bridges_open;  // gauge
  Counter bridges_total;
  Counter bridge_bytes;    // delivered, both directions
  Counter bridge_spliced;  // of these without entering user space
  Counter copy_fallbacks;  // chunks that were copied because no pipe was to be had
};

}  // namespace junctor::net
