// SPDX-License-Identifier: Apache-2.0
// One client: the upgrade, then frames for what it has come for, then the close handshake. Lives on its stream's loop;
// the loop's state owns it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "frame_reader.hpp"
#include "junctor/net.hpp"
#include "refusal.hpp"
#include "upgrade.hpp"

namespace junctor::ws_bridge {

struct Shared;
struct LoopState;
class Connection;

/// What a listener is for.
enum class Purpose { kSignal, kRelay, kByPath };
/// What people hear who come with a browser.
const char* port_is(Purpose purpose);

/// What a WebSocket is used for, from the upgrade on. Lives with its connection.
class Talk {
 public:
  explicit Talk(Connection& connection) : connection_{connection} {}
  virtual ~Talk() = default;
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  /// The upgrade has been answered.
  virtual void begin() {}
  /// What was consumed.
  virtual size_t on_data(std::string_view data) = 0;
  virtual void on_writable() {}
  /// The client has sent its FIN.
  virtual void on_end() = 0;
  /// The client has sent a Close frame; nothing that comes behind it counts.
  virtual void on_close_frame() = 0;
  /// The server takes on nothing new.
  virtual void on_drain() = 0;
  /// A frame may follow what was sent; else a message is under way.
  virtual bool between_messages() const { return true; }
  virtual void send_control(std::string_view frame) = 0;
  /// The connection has ended; the last call.
  virtual void on_gone(jct_status reason) = 0;

 protected:
  Connection& connection_;
};

class Connection {
 public:
  Connection(Shared& shared, Purpose purpose, const jct_conn_info& info);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False where it has gone already.
  bool open(Stream stream);
  /// The same for one that the site's HTTP server has upgraded. `client`: its real address.
  bool open_upgraded(Stream stream, const jct_addr& client);
  /// The server drains: signalling clients go elsewhere, sessions go on.
  void drain();

  // ---- what the stream calls ----
  const Host& host() const;
  size_t on_data(std::string_view data);
  void on_writable();
  void on_end();
  void on_close(jct_status reason);

  // ---- for talks ----
  Shared& shared() { return shared_; }
  LoopState& loop();
  const jct_addr& peer() const { return peer_; }
  const jct_addr& local() const { return info_.local; }
  bool is_tls() const { return (info_.flags & JCT_CONN_TLS) != 0; }
  Stream& stream() { return stream_; }
  /// In one piece with what else a read brings about; later the stream's answer.
  jct_status reply(std::string_view frames);
  /// After all replies. As Stream::send.
  jct_status send(std::string_view frames);
  jct_status send(std::span<const jct_bytes> pieces);
  /// A whole control frame has come.
  void on_control(const FrameReader& reader);
  /// The handshake is over.
  void settle() { timer_.cancel(); }
  /// Moves to another loop; arrived() runs there.
  void move(uint32_t loop, void (*arrived)(Talk& talk));
  bool heard_close() const { return heard_close_; }
  bool said_close() const { return close_code_ != 0; }

  /// Says Close, once, and waits for the client's, or ends where that has come.
  void say_close(uint16_t code);
  /// Says Close and ends.
  void fail(uint16_t code, Refusal reason);
  /// Ends behind what was sent, without another word.
  void drop();
  void abort();
  /// Nothing more is to be read or said.
  bool over() const { return over_; }

 private:
  size_t read_head(std::string_view data);
  void upgrade(const http::Head& head);
  std::unique_ptr<Talk> talk_for(std::string_view path);
  void refuse(const Upgrade& upgrade, Refusal reason);
  void send_close();
  void wait_for_close();
  bool flush_replies();

  Shared& shared_;
  const Purpose purpose_;
  const jct_conn_info info_;
  jct_addr peer_;
  Stream stream_;
  std::unique_ptr<Talk> talk_;  // null until the upgrade
  Timer timer_;                 // of the handshake, then of the close
  size_t scanned_ = 0;          // of the head, without its end
  uint16_t close_code_ = 0;     // to be sent; 0: not yet
  uint16_t echo_ = 0;           // what the client's Close says
  bool close_due_ = false;      // it found no room
  bool heard_close_ = false;
  bool reading_ = false;
  bool over_ = false;
};

}  // namespace junctor::ws_bridge
