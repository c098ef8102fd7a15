// SPDX-License-Identifier: Apache-2.0
// Small blocking clients with deadlines: lines and bytes over TCP or a Unix socket, datagrams. One thread each.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/scale.hpp"

namespace junctor::testing {

class LineClient {
 public:
  /// `host`: an IPv4 or IPv6 literal. `from`: to dial from, or empty. Throws when it cannot connect in time.
  LineClient(const std::string& host, uint16_t port, const std::string& from = "");
  /// Over a Unix socket.
  static LineClient local(const std::string& path);
  /// Nothing where connecting is refused or fails.
  static std::optional<LineClient> try_connect(const std::string& host, uint16_t port, const std::string& from = "");
  LineClient(LineClient&& other) noexcept;
  LineClient& operator=(LineClient&&) = delete;
  ~LineClient();

  /// Throws when the connection breaks.
  void send(std::string_view bytes);
  /// False when the peer takes no more at once or is gone.
  bool try_send(std::string_view bytes);
  /// Without its end; nothing at the deadline or when the connection ends before a whole line came.
  std::optional<std::string> read_line(Millis patience = kPatience);
  /// Exactly so many bytes, or nothing.
  std::optional<std::string> read(size_t count, Millis patience = kPatience);
  /// Sends `line` and its end, reads one line. Empty when none comes.
  std::string ask(const std::string& line, Millis patience = kPatience);

  enum class End { kOpen, kClosed, kReset };
  /// Waits for the connection's end; what comes before it is thrown away. kOpen at the deadline.
  End wait_end(Millis patience = kPatience);
  /// Half-close.
  void finish();
  void close();
  int fd() const { return fd_; }
  uint16_t local_port() const;

 private:
  explicit LineClient(int fd) : fd_{fd} {}
  /// Appends what comes; false at the deadline or the end.
  bool more(SteadyTime until);

  int fd_ = -1;
  std::string in_;
};

class UdpClient {
 public:
  /// Bound to `from` (a literal; empty: any) of the family of `host`.
  UdpClient(const std::string& host, uint16_t port, const std::string& from = "");
  ~UdpClient();
  UdpClient(const UdpClient&) = delete;
  UdpClient& operator=(const UdpClient&) = delete;

  void send(std::string_view bytes);
  struct Datagram {
    std::string bytes;
    std::string from;  ///< "127.0.0.2:4711", "[::1]:4711"
  };
  std::optional<Datagram> receive(Millis patience = kPatience);

 private:
  int fd_ = -1;
  sockaddr_storage peer_{};
  socklen_t peer_size_ = 0;
};

}  // namespace junctor::testing
