// SPDX-License-Identifier: Apache-2.0
// One end of a relayed session over any of the four transports, with sockets that never block: a test decides at every
// step how far it goes, and how it ends. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "site.hpp"

struct ssl_st;

namespace junctor::site {

enum class Transport { kTcp, kTls, kWs, kWss };
inline constexpr Transport kTransports[] = {Transport::kTcp, Transport::kTls, Transport::kWs, Transport::kWss};
const char* name_of(Transport transport);
inline bool is_tls(Transport transport) { return transport == Transport::kTls || transport == Transport::kWss; }
inline bool is_ws(Transport transport) { return transport == Transport::kWs || transport == Transport::kWss; }

/// A site whose relay listens with and without TLS, and whose ws_bridge does: relay P+1 and P-2, WebSocket P+3 and P+2.
class FourWays {
 public:
  /// `relay`, `ws_bridge`: more lines of their tables.
  explicit FourWays(const std::string& relay = "", const std::string& ws_bridge = "",
                    testing::ServerOptions options = {});

  Site& site() { return site_; }
  testing::Server& server() { return site_.server(); }
  void start();
  const std::string& key() const { return key_; }
  wire::Address at(Transport transport) const;
  /// From the next start or reload on. `ws_listen` goes into the WebSocket listeners' tables: "max_per_source = 9".
  void configure(const std::string& relay, const std::string& ws_bridge, const std::string& ws_listen = "");
  /// A new pair for all that is served over TLS, from the next reload on.
  void certify(const std::string& name);

  int64_t network(const std::string& counter);
  /// Nothing of any session is left: sides, sessions, connections, streams, bridges.
  bool idle();
  size_t descriptors();

 private:
  Site site_;
  std::string key_;
};

/// Bytes over TCP, in TLS or not.
class Tube {
 public:
  Tube(const wire::Address& server, bool tls, const wire::Address& from);
  ~Tube();
  Tube(const Tube&) = delete;
  Tube& operator=(const Tube&) = delete;

  /// kOn: some was done; kWait: not now; kEnd: an orderly end; kBroken: another.
  enum class Went { kOn, kWait, kEnd, kBroken };
  Went handshake();
  Went read(std::string& in);
  /// Takes what was written off the front.
  Went write(std::string_view& bytes);
  /// False at the deadline.
  bool wait(bool for_writing, const wire::Deadline& deadline) const;
  /// Beneath TLS, as much of it as the socket takes.
  void write_under(std::string_view bytes);
  /// The first flight of a handshake, to be sent in parts.
  std::string client_hello();

  /// Half-close: close_notify where there is TLS, and FIN.
  void finish();
  /// FIN alone.
  void cut();
  void reset() { socket_.reset(); }
  void close() { socket_.close(); }
  bool is_open() const { return socket_.is_open(); }
  int fd() const { return socket_.fd(); }
  /// CN of the server's certificate.
  std::string server_name() const;

 private:
  Went went(int result) const;

  wire::Socket socket_;
  ssl_st* ssl_ = nullptr;
};

class Party {
 public:
  /// Connected, and nothing said.
  Party(const FourWays& ways, Transport transport, const std::string& from = "127.0.0.1")
      : Party{ways.at(transport), transport, from} {}
  /// Through whatever stands at `door` before the site.
  Party(const wire::Address& door, Transport transport, const std::string& from = "127.0.0.1");

  Transport transport() const { return transport_; }
  Tube& tube() { return tube_; }

  // ---- blocking, with a deadline; false where the server would not ----
  bool secure(Millis patience = wire::kPatience);
  bool upgrade(Millis patience = wire::kPatience);
  /// All of it, up to its RequestRelay.
  bool greet(const FourWays& ways, const std::string& uuid, const std::string& id = "");
  bool send(std::string_view message, Millis patience = wire::kPatience);
  bool send_bytes(std::string_view bytes, Millis patience = wire::kPatience);
  std::optional<std::string> receive(Millis patience = wire::kPatience);
  enum class End { kOpen, kOrderly, kBroken };
  /// What comes before the end is thrown away; a WebSocket's Close is answered.
  End wait_end(Millis patience = wire::kPatience);

  // ---- not blocking ----
  /// One message as it goes over this transport. `pieces`: of a WebSocket message.
  void encode(std::string_view message, std::string& out, uint32_t mask = 0x9A3C55E1, size_t pieces = 1) const;
  std::string encoded(std::string_view message) const;
  /// Takes in what is there.
  Tube::Went read() { return tube_.read(in_); }
  /// The next whole message of what was read; good until the next call of anything.
  std::optional<std::string_view> next();
  /// The WebSocket's Close has come.
  bool heard_close() const { return heard_close_; }
  /// The first words of a WebSocket, up to the end of its head.
  static std::string upgrade_request();
  std::string greeting(const FourWays& ways, const std::string& uuid, const std::string& id = "") const;

  /// The last word of this side: Close where there is WebSocket, else a half-close.
  void finish();

 private:
  std::optional<std::string_view> take(size_t header, uint64_t size);
  std::optional<std::string_view> next_tcp();
  std::optional<std::string_view> next_ws();

  const Transport transport_;
  Tube tube_;
  std::string in_;
  size_t taken_ = 0;  // of in_
  bool heard_close_ = false;
};

/// Two that are joined: a word has passed each way. Throws where they are not.
struct Pair {
  Pair(const FourWays& ways, const std::string& uuid, Transport of_a, Transport of_b);
  bool talk(const std::string& word = "word");

  Party a, b;
};

}  // namespace junctor::site
