// SPDX-License-Identifier: Apache-2.0
// A TCP connection on one loop, plain or inside TLS: bounded both ways, moved between loops on demand. Every method
// belongs to the stream's loop unless it says [any]. It owns itself: on_close is the last that is heard of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "loop/event_loop.hpp"
#include "net/limits.hpp"
#include "net/net_loop.hpp"
#include "net/socket.hpp"
#include "net/status.hpp"
#include "net/tls_session.hpp"

namespace junctor::net {

struct StreamOptions {
  uint32_t receive_buffer = NetLoop::kScratch;             // bytes that may wait unconsumed
  uint32_t send_high = 256 * 1024;                         // queued bytes above which send() answers kAgain
  uint32_t send_low = 64 * 1024;                           // at which on_writable follows
  loop::Duration idle{0};                                  // without a received byte; 0: never
  loop::Duration linger = std::chrono::seconds{10};        // how long a close waits for the queue to be sent
  loop::Duration user_timeout = std::chrono::seconds{30};  // unacknowledged data (TCP_USER_TIMEOUT); 0: the system's
  loop::Duration keepalive = std::chrono::seconds{60};     // idle time before probes; 0: none
};

class Stream;

/// TCP_NODELAY, keep-alive and user timeout; accepted sockets inherit them from the listening one.
void set_tcp_options(int fd, const StreamOptions& options);

/// What adopt() wants of a connected socket that came from elsewhere. False: the system refuses it.
bool make_stream_socket(int fd, const StreamOptions& options);

/// What a stream calls: on its loop, never overlapping, never from inside a call on the same stream. Any of them may
/// call any method of the stream.
class StreamEvents {
 public:
  /// All bytes not yet consumed, in one piece; `consumed` comes in as 0. What is left is given again with what follows,
  /// after resume() and after attach(). A negative status closes the stream with it.
  virtual Status on_data(Stream& stream, std::span<const std::byte> data, size_t& consumed) = 0;
  /// The queue has fallen to the low mark after a kAgain; also: an outgoing connection is there.
  virtual Status on_writable(Stream& stream);
  /// The peer sends nothing more and all its bytes were delivered. Unless overridden it closes the stream after its
  /// queue.
  virtual Status on_end(Stream& stream);
  /// The last call, exactly once; the stream is gone when it returns. kOk: closed by us, or both ends done.
  virtual void on_close(Stream& stream, Status reason) = 0;

 protected:
  ~StreamEvents() = default;
};

/// An accepted or connected socket without the stream around it.
struct StreamRemains {
  Fd fd;
  uint32_t interest = 0;  // as the loop's epoll has it still; 0: not at all
  LimitTicket ticket;
  std::unique_ptr<TlsSession> tls;
  std::vector<std::byte> unread;  // received, not consumed
  std::vector<std::byte> unsent;  // queued, not written
  bool ended = false;             // the peer's FIN has been read
  bool half_closed = false;       // our end() has been asked for
  bool broken = false;            // a reset has been seen
};

class Stream final : private loop::FdHandler, private loop::ListNode {
 public:
  using Pieces = std::span<const std::span<const std::byte>>;
  static constexpr size_t kMostPieces = 16;

  /// Edge-triggered and for everything at once: neither pausing nor a full queue costs a system call.
  static constexpr uint32_t kInterest = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

  /// Takes over an accepted socket, and the TLS session on it whose handshake is done. Until attach() it reads nothing.
  static Stream* adopt(NetLoop& home, Fd fd, const Address& peer, const StreamOptions& options, LimitTicket ticket = {},
                       std::unique_ptr<TlsSession> tls = nullptr);

  struct Dial {
    Stream* stream = nullptr;  // null: status and error say why
    Status status = Status::kOk;
    int error = 0;  // errno
  };
  /// Connects from `local` (shared by SO_REUSEADDR and SO_REUSEPORT; port 0: any) or, when null, from anywhere.
  /// `timeout` 0: the system's. on_writable tells that it is there, on_close that it failed.
  static Dial connect(NetLoop& home, const Address& peer, const Address* local, loop::Duration timeout,
                      const StreamOptions& options, StreamEvents& events);

  /// `events` lives until on_close or the next attach. Unread bytes, and an end already told, are told to the new one.
  void attach(StreamEvents& events);
  bool attached() const { return events_ != nullptr; }

  /// Copies all of it or nothing. kAgain: the queue is above its high mark. kLimit: larger than any queue.
  Status send(std::span<const std::byte> data) { return send({&data, 1}); }
  /// The same of several pieces, kMostPieces of them at most, as if they were one.
  Status send(Pieces pieces);
  /// No on_data and no on_end until resume(). A close is still told, unless unread bytes come before it.
  Status pause();
  Status resume();
  /// Half-close after what is queued.
  Status end();
  /// What is queued is sent first (`linger` at most). on_close(`reason`) follows, not inline.
  Status close(Status reason = Status::kOk);
  /// Resets the connection now. on_close(`reason`) follows, not inline.
  Status abort(Status reason = Status::kOk);
  /// Closes (kTimeout) after so long without a received byte; 0: never.
  Status set_idle_timeout(loop::Duration timeout);

  /// Moves to another loop, with unread and unsent bytes, after the running callback; `arrived` runs there and then
  /// events go on. In between every call answers kState. If it ends on the way, on_close comes after `arrived`. If that
  /// loop is closed already, `arrived` is dropped and on_close(kClosed) called, on the thread that finds out.
  Status migrate(NetLoop& target, loop::Task arrived);

  /// [any] Null while it moves.
  NetLoop* home() const { return home_.load(std::memory_order_acquire); }
  const Address& peer() const { return peer_; }
  bool tls() const { return tls_ != nullptr; }
  /// `peer` is a trusted proxy's word.
  bool proxied() const { return proxied_; }
  void mark_proxied() { proxied_ = true; }
  /// The address that was hit; asked of the system.
  Address local() const;
  /// The system holds bytes that nobody has read; asked of it, and not told inside TLS.
  bool spoken() const;
  /// Bytes queued to be sent.
  size_t queued() const { return out_.size() - out_head_; }
  size_t unread() const { return in_.size(); }
  bool connected() const { return state_ != State::kConnecting; }
  /// Of its owner: a handle.
  uint64_t user = 0;

 private:
  friend class Bridge;
  friend class NetLoop;
  friend class loop::List<Stream>;

  enum class State : uint8_t {
    kConnecting,
    kOpen,
    kClosing,    // close(): the queue is being sent
    kFinished,   // on_close is due
    kLingering,  // on_close was called; waits for the peer's FIN so that no reset destroys our last bytes
    kMoving,
    kBridging,  // a Bridge takes it over before this turn ends
  };

  Stream(NetLoop& home, Fd fd, const Address& peer, const StreamOptions& options, LimitTicket ticket);
  ~Stream();

  // stream.cpp: life
  void enter(NetLoop& home);
  /// From its loop, whose epoll may still watch the descriptor.
  void part();
  void watch();
  void on_fd(uint32_t events) override;
  void on_timer();
  void progress();
  bool step(int& budget);
  bool paused_step();
  void arm_idle();
  Status usable() const;
  void later();
  void finish(Status reason);
  void deliver_close();
  void linger_on();
  void finish_connect();

  // stream_move.cpp
  void depart();
  void arrive();
  void lost();
  StreamRemains dismantle();

  // stream_read.cpp
  ssize_t read_some(std::span<std::byte> into);
  void read_once();
  void deliver(std::span<const std::byte> data);
  void read_ended(int error);
  void tell_end();
  bool discard_input();

  // stream_write.cpp
  template <class Write>
  ssize_t write_counted(Write write);
  ssize_t write_some(std::span<const std::byte> from);
  ssize_t write_pieces(Pieces pieces);
  ssize_t write_in_turn(Pieces pieces);
  void flush();
  void write_failed(int error);
  void after_flush();
  void drop_queue();
  bool output_due() const;
  bool end_written();
  void end_if_both_done();

  std::atomic<NetLoop*> home_;
  StreamEvents* events_ = nullptr;
  Fd fd_;
  State state_ = State::kOpen;
  bool paused_ : 1 = false;
  bool end_hint_ : 1 = false;    // epoll has seen a FIN or an error: read until it comes
  bool error_hint_ : 1 = false;  // it was more than a FIN
  bool graceful_ : 1 = false;    // finished by close(), with everything sent
  bool readable_ : 1 = false;    // the kernel may have bytes or an end for us
  bool calling_ : 1 = false;     // inside one of our callbacks
  bool ended_ : 1 = false;       // the peer's FIN has been read
  bool end_told_ : 1 = false;
  bool give_unread_ : 1 = false;  // on_data is due for what is there already, if anything is
  bool shut_asked_ : 1 = false;
  bool shut_done_ : 1 = false;
  bool want_writable_ : 1 = false;
  bool writable_due_ : 1 = false;
  bool broken_ : 1 = false;  // writing failed: the connection was reset
  bool aborted_ : 1 = false;
  bool proxied_ : 1 = false;
  bool watched_ : 1 = false;  // by the loop's epoll
  Status reason_ = Status::kOk;
  /// What of StreamOptions is not the socket's. There may be a million streams.
  uint32_t receive_buffer_;
  uint32_t send_high_;
  uint32_t send_low_;
  std::chrono::duration<uint32_t, std::milli> linger_;
  loop::Duration idle_;
  Address peer_;
  LimitTicket ticket_;
  std::unique_ptr<TlsSession> tls_;  // null: plain
  std::vector<std::byte> in_;
  std::vector<std::byte> out_;
  size_t out_head_ = 0;
  loop::Instant last_in_;
  loop::Timer timer_;
  loop::Deferred deferred_;
  struct Move {
    NetLoop* target;
    loop::Task arrived;
  };
  std::unique_ptr<Move> move_;
};

}  // namespace junctor::net
