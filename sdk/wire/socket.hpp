// SPDX-License-Identifier: Apache-2.0
// A plain socket with deadlines, beneath the protocol client. For tools and tests: the daemon's sockets are the
// kernel's. Each object belongs to one thread at a time.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "wire/address.hpp"

namespace junctor::wire {

using Millis = std::chrono::milliseconds;

/// What went wrong, with whom: "connect 192.0.2.1:21116: Connection refused".
struct ClientError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Deadline {
 public:
  explicit Deadline(Millis from_now) : at_{std::chrono::steady_clock::now() + from_now} {}
  /// Never negative.
  Millis left() const;

 private:
  std::chrono::steady_clock::time_point at_;
};

enum class Transport { kUdp, kTcp };

/// Owns a non-blocking descriptor.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_{fd} {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  static Socket open(Family family, Transport transport);

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void close();
  /// Closes a connection with RST instead of FIN.
  void reset();

  /// TCP sockets share their port (SO_REUSEADDR, SO_REUSEPORT), as punching needs it.
  void bind(const Address& local);
  /// Before connect(), which finds a port that is free towards that peer: there are more of these than free ports.
  void bind_ip(const Address& local);
  Address local_address() const;

  /// 0, or the errno that a connection attempt ended in; ETIMEDOUT at the deadline.
  int connect(const Address& peer, const Deadline& deadline);
  void listen();
  /// What comes is not open where none came in time.
  std::pair<Socket, Address> accept(const Deadline& deadline);

  /// False at the deadline.
  bool wait_readable(const Deadline& deadline) const;
  bool wait_writable(const Deadline& deadline) const;

  /// One datagram out and in; false where none came in time.
  void send_to(const Address& to, std::string_view bytes);
  bool receive_from(Address& from, std::string& bytes, const Deadline& deadline);

 private:
  int fd_ = -1;
};

}  // namespace junctor::wire
