// SPDX-License-Identifier: Apache-2.0
// How operations on sockets end. The numbers are those of jct_status (kernel/api asserts it), so that nothing is
// translated at the boundary.
#pragma once

#include <cstdint>
#include <stdexcept>

namespace junctor::net {

enum class Status : int32_t {
  kOk = 0,
  kArg = -1,
  kClosed = -3,
  kAgain = -4,   // a bounded queue is full; on_writable follows
  kLimit = -5,   // a configured bound refuses it
  kExists = -7,  // the address is in use by another of our listeners
  kState = -8,   // not now: connecting, moving to another loop, being bridged
  kUnsupported = -9,
  kIo = -10,  // the operating system refused
  kTimeout = -11,
  kFault = -14,
  kNoMemory = -15,   // memory or descriptors ran out
  kReset = -16,      // the peer reset the connection
  kTruncated = -18,  // TLS: the peer's end came without its close_notify
};

/// Thrown by what runs at start on the control thread only; says what failed, where, and what to do.
class NetError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace junctor::net
