// SPDX-License-Identifier: Apache-2.0
// A blocking client with deadlines inside TLS: lines and bytes, as LineClient has them. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "support/clients.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace junctor::testing {

class TlsClient {
 public:
  enum class Version { k12, k13 };

  /// Over a connection on which something may have been sent before. Takes any certificate. Nothing is sent yet.
  explicit TlsClient(LineClient line, Version version = Version::k13);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// False: refused, or the deadline passed.
  bool handshake(Millis patience = kPatience);
  /// False when the connection breaks.
  bool send(std::string_view bytes);
  /// Without its end; nothing at the deadline or when the connection ends before a whole line came.
  std::optional<std::string> read_line(Millis patience = kPatience);
  /// Exactly so many bytes, or nothing.
  std::optional<std::string> read(size_t count, Millis patience = kPatience);
  /// Sends `line` and its end, reads one line. Empty when none comes.
  std::string ask(const std::string& line);

  enum class End { kOpen, kNotified, kCut };
  /// Waits for the connection's end, by close_notify or without it; what comes before it is thrown away.
  End wait_end(Millis patience = kPatience);
  /// Half-close: close_notify.
  void finish();
  /// CN of the server's certificate.
  std::string server_name() const;
  LineClient& line() { return line_; }

 private:
  enum class Went { kOn, kEnded, kBroken, kLate };
  template <class Fn>
  Went go(SteadyTime until, Fn fn);
  Went more(SteadyTime until);

  LineClient line_;
  ssl_ctx_st* context_;
  ssl_st* ssl_;
  std::string in_;
};

}  // namespace junctor::testing
