// SPDX-License-Identifier: Apache-2.0
// One connection's server side of TLS over a non-blocking socket: OpenSSL's SSL with the manners of recv and send.
// One thread at a time; it may move between them.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "net/tls_context.hpp"

struct ssl_st;

namespace junctor::net {

class TlsSession {
 public:
  /// errno where the peer's FIN came without its close_notify: what was sent may have been cut off.
  static constexpr int kTruncated = ECONNABORTED;
  /// errno where the peer broke the protocol.
  static constexpr int kBroken = EPROTO;

  /// `fd` stays its owner's and outlives every call. Null: memory ran out.
  static std::unique_ptr<TlsSession> make(const TlsContext& context, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Handshake : uint8_t { kDone, kAgain, kFailed };
  /// Goes on as far as it can; again when the socket is ready for what read_needs() says.
  Handshake handshake();
  /// After kDone: the client proved no more than who serves this name (acme-tls/1). Nothing else is for it.
  bool was_challenge() const;
  /// Why it failed, in OpenSSL's words.
  const std::string& failure() const { return failure_; }

  /// As recv: the bytes, 0 after the peer's close_notify, or -1 and errno (EAGAIN, kTruncated, kBroken, the socket's).
  /// Fills `into` from as many records as there are.
  ssize_t read(std::span<std::byte> into);
  /// As send. What EAGAIN refused, or the rest of a short write, must come again in front of what follows.
  ssize_t write(std::span<const std::byte> from);
  /// Sends our close_notify. False: the socket takes no more now; call it again.
  bool end();

  /// The last read() has taken all there was: what comes next makes the socket readable anew. Until then bytes may be
  /// here that the socket knows nothing of.
  bool drained() const { return drained_; }
  /// EPOLLIN or EPOLLOUT: what the operation that gave EAGAIN waits for. Either may wait for the other's, where the
  /// protocol has something to say of its own.
  uint32_t read_needs() const { return read_needs_; }
  uint32_t write_needs() const { return write_needs_; }

 private:
  explicit TlsSession(ssl_st* ssl);
  int classify(int result, uint32_t* needs);

  ssl_st* ssl_;
  uint32_t read_needs_;
  uint32_t write_needs_;
  int held_error_ = 0;  // found behind bytes that read() gave first
  bool drained_ = false;
  bool broken_ = false;  // nothing may be written any more
  bool end_sent_ = false;
  std::string failure_;
};

}  // namespace junctor::net
