// SPDX-License-Identifier: Apache-2.0
// The protocol as a client speaks it, blocking with timeouts: what doctor, the NAT lab, benches and tests share. Faults
// are thrown as ClientError. Each object belongs to one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/address.hpp"
#include "wire/frame.hpp"
#include "wire/kinds.hpp"
#include "wire/secure_channel.hpp"
#include "wire/signing.hpp"
#include "wire/socket.hpp"

namespace junctor::wire {

inline constexpr Millis kPatience{5000};

/// "0.0.0.0:0" or "[::]:0": any local address that can reach `peer`.
Address any_local(const Address& peer);

class UdpClient {
 public:
  explicit UdpClient(const Address& local);

  Address local_address() const { return socket_.local_address(); }
  int fd() const { return socket_.fd(); }

  void send_bytes(const Address& to, std::string_view datagram) { socket_.send_to(to, datagram); }
  template <class T>
  void send(const Address& to, const T& message) {
    send_bytes(to, wrap_message(message));
  }

  struct Datagram {
    Address from;
    std::string bytes;
  };
  struct Received {
    Address from;
    hbb::RendezvousMessage message;
  };

  /// nullopt where nothing came in time.
  std::optional<Datagram> receive_bytes(Millis timeout = kPatience);
  std::optional<Received> receive(Millis timeout = kPatience);

 private:
  Socket socket_;
};

class TcpClient {
 public:
  struct Options {
    std::optional<Address> local;  // to be dialled from; its port is shared with other sockets
    Millis timeout = kPatience;
    size_t max_message = kProxyMaxMessage;
  };

  static TcpClient connect(const Address& server, const Options& options);
  static TcpClient connect(const Address& server) { return connect(server, Options{}); }
  /// The same where failing is expected, as when a hole is made: nullopt where nobody answered in time or refused.
  static std::optional<TcpClient> try_connect(const Address& server, const Options& options);
  /// Takes over a connection that was accepted.
  TcpClient(Socket socket, const Address& peer, size_t max_message = kProxyMaxMessage);

  const Address& local_address() const { return local_; }
  const Address& peer_address() const { return peer_; }
  int fd() const { return socket_.fd(); }

  /// How the other side's bytes ended, as far as they were read.
  enum class End { kNotYet, kClosed, kReset };
  End end() const { return end_; }

  /// One frame; sealed once the connection is secure. Receiving gives nullopt at the timeout and at the end (see
  /// `end`).
  void send_frame(std::string_view payload);
  std::optional<std::string> receive_frame(Millis timeout = kPatience);

  template <class T>
  void send(const T& message) {
    send_frame(wrap_message(message));
  }
  /// Sends heartbeats back and skips one KeyExchange that was not asked for.
  std::optional<hbb::RendezvousMessage> receive(Millis timeout = kPatience);

  /// Takes up the server's offer. False where none came in time; throws where it is not signed by `site`.
  bool secure(const PublicKey& site, Millis timeout = kPatience);
  bool is_secure() const { return channel_.has_value(); }

  /// Bytes as they are, as on a relay behind the first frame. Receiving begins with what came behind the last frame
  /// read.
  void send_raw(std::string_view bytes, Millis timeout = kPatience);
  /// Whatever is there, up to `max`; empty at the timeout and at the end.
  std::string receive_raw(size_t max = 65536, Millis timeout = kPatience);
  /// `count` bytes, or what came of them until the timeout or the end.
  std::string receive_exactly(size_t count, Millis timeout = kPatience);
  /// True where the other side closes or resets within the time; what it sends until then is thrown away.
  bool wait_end(Millis timeout = kPatience);

  void shutdown_write();
  void close() { socket_.close(); }
  /// Closes with RST.
  void reset() { socket_.reset(); }

 private:
  bool fill(const Deadline& deadline);
  std::optional<std::string> receive_payload(const Deadline& deadline);
  std::optional<std::string> take_frame();

  Socket socket_;
  Address local_;
  Address peer_;
  FrameDecoder decoder_;
  std::string inbox_;       // read from the socket,
  size_t inbox_begin_ = 0;  // and from here on given to nobody yet
  End end_ = End::kNotYet;
  bool skipped_offer_ = false;
  std::optional<SecureChannel> channel_;
};

/// What B opens on its punched port.
class TcpListener {
 public:
  explicit TcpListener(const Address& local);

  Address local_address() const { return socket_.local_address(); }
  int fd() const { return socket_.fd(); }
  /// nullopt where nobody came in time.
  std::optional<TcpClient> accept(Millis timeout = kPatience);

 private:
  Socket socket_;
};

}  // namespace junctor::wire
