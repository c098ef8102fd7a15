// SPDX-License-Identifier: Apache-2.0
// A stream's life: from a socket, through what is due in its turn, to its last call. Lives on the stream's loop.
#include "net/stream.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

namespace junctor::net {

namespace {

/// After our FIN: how long the peer's is waited for. Closing earlier would answer its late bytes with a reset, which
/// may destroy our last ones.
constexpr auto kLingerForFin = std::chrono::seconds{2};
/// Callbacks in one go, so that one busy stream does not hold the loop.
constexpr int kStepBudget = 16;
constexpr uint32_t kLeastReceive = 1024;

Status connect_status(int error) { return error == ETIMEDOUT ? Status::kTimeout : Status::kIo; }

}  // namespace

Status StreamEvents::on_writable(Stream& /*stream*/) { return Status::kOk; }

Status StreamEvents::on_end(Stream& stream) {
  stream.close();
  return Status::kOk;
}

void set_tcp_options(int fd, const StreamOptions& options) {
  set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  const auto user_ms = std::chrono::duration_cast<std::chrono::milliseconds>(options.user_timeout).count();
  set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(user_ms));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.keepalive).count();
  set_int(fd, SOL_SOCKET, SO_KEEPALIVE, seconds > 0 ? 1 : 0);
  if (seconds <= 0) return;
  set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(seconds));
  set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(std::max<int64_t>(1, seconds / 4)));
  set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

bool make_stream_socket(int fd, const StreamOptions& options) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return false;
  set_tcp_options(fd, options);  // of no effect on other kinds
  return true;
}

Stream::Stream(NetLoop& home, Fd fd, const Address& peer, const StreamOptions& options, LimitTicket ticket)
    : home_{&home},
      fd_{std::move(fd)},
      receive_buffer_{std::max(options.receive_buffer, kLeastReceive)},
      send_high_{options.send_high},
      send_low_{options.send_low},
      linger_{std::chrono::duration_cast<decltype(linger_)>(options.linger)},
      idle_{options.idle},
      peer_{peer},
      ticket_{std::move(ticket)},
      last_in_{home.loop().now()},
      timer_{loop::Timer::of<&Stream::on_timer>(this)},
      deferred_{loop::Deferred::of<&Stream::progress>(this)} {}

Stream::~Stream() {
  if (!linked()) return;
  // Not left to close(): somebody who looks into /proc/PID/fd just then would keep the file, and with it the watch.
  if (watched_) home_.load(std::memory_order_relaxed)->loop().unwatch(fd_.get(), this);
  part();
}

Stream* Stream::adopt(NetLoop& home, Fd fd, const Address& peer, const StreamOptions& options, LimitTicket ticket,
                      std::unique_ptr<TlsSession> tls) {
  home.loop().assert_here();
  auto* stream = new Stream{home, std::move(fd), peer, options, std::move(ticket)};
  stream->tls_ = std::move(tls);
  stream->readable_ = true;  // most clients speak first: often it is read before epoll has to know of it
  stream->enter(home);
  stream->arm_idle();
  return stream;
}

Stream::Dial Stream::connect(NetLoop& home, const Address& peer, const Address* local, loop::Duration timeout,
                             const StreamOptions& options, StreamEvents& events) {
  home.loop().assert_here();
  sockaddr_storage to{};
  const socklen_t size = peer.to(to);
  if (size == 0) return {nullptr, Status::kArg, EAFNOSUPPORT};
  Fd fd = open_socket(peer.family, SOCK_STREAM);
  if (!fd) return {nullptr, Status::kNoMemory, errno};
  set_tcp_options(fd.get(), options);
  if (local != nullptr && local->valid()) {
    set_int(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    set_int(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    sockaddr_storage from{};
    const socklen_t from_size = local->to(from);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), from_size) != 0) {
      return {nullptr, Status::kIo, errno};
    }
  }
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), size) != 0 && errno != EINPROGRESS) {
    home.count().dial_failed.add();
    return {nullptr, connect_status(errno), errno};
  }
  auto* stream = new Stream{home, std::move(fd), peer, options, {}};
  stream->state_ = State::kConnecting;
  stream->events_ = &events;
  stream->enter(home);
  stream->watch();
  if (timeout > loop::Duration::zero()) home.loop().start(stream->timer_, timeout);
  home.count().dialed.add();
  return {stream, Status::kOk, 0};
}

void Stream::enter(NetLoop& home) {
  home_.store(&home, std::memory_order_release);
  home.streams_.push_back(*this);
  home.count().streams_open.add();
  if (home.closing()) {
    aborted_ = true;
    finish(Status::kClosed);
  }
}

/// Not before there is nothing else to do: by then it may have moved, or become one side of a bridge. What has come
/// until now, the edge that this raises tells.
void Stream::watch() {
  if (watched_) return;
  watched_ = true;
  if (home_.load(std::memory_order_relaxed)->loop().watch(fd_.get(), kInterest, this) != 0) finish(Status::kNoMemory);
}

void Stream::part() {
  NetLoop& home = *home_.load(std::memory_order_relaxed);
  home.loop().forget(this);
  timer_.cancel();
  deferred_.cancel();
  unlink();
  home.count().streams_open.sub();
}

Address Stream::local() const { return local_address(fd_.get()); }

bool Stream::spoken() const {
  int bytes = 0;
  return !tls_ && ::ioctl(fd_.get(), FIONREAD, &bytes) == 0 && bytes > 0;
}

Status Stream::usable() const {
  NetLoop* const home = home_.load(std::memory_order_acquire);
  if (home == nullptr) return Status::kState;
  home->loop().assert_here();
  switch (state_) {
    case State::kConnecting:
    case State::kOpen:
      return Status::kOk;
    case State::kMoving:
    case State::kBridging:
      return Status::kState;
    default:
      return Status::kClosed;
  }
}

void Stream::later() {
  if (!calling_) home_.load(std::memory_order_relaxed)->loop().defer(deferred_);
}

void Stream::attach(StreamEvents& events) {
  if (usable() != Status::kOk) return;
  events_ = &events;
  give_unread_ = true;
  end_told_ = false;
  later();
}

Status Stream::pause() {
  if (const Status status = usable(); status != Status::kOk) return status;
  paused_ = true;
  return Status::kOk;
}

Status Stream::resume() {
  if (const Status status = usable(); status != Status::kOk) return status;
  if (!paused_) return Status::kOk;
  paused_ = false;
  give_unread_ = true;
  later();
  return Status::kOk;
}

Status Stream::close(Status reason) {
  if (const Status status = usable(); status != Status::kOk) return status;
  NetLoop& home = *home_.load(std::memory_order_relaxed);
  reason_ = reason;
  graceful_ = state_ == State::kOpen && !broken_;
  if (!graceful_ || (queued() == 0 && end_written())) {
    finish(reason);
  } else {
    state_ = State::kClosing;
    home.loop().start(timer_, linger_);
  }
  return Status::kOk;
}

Status Stream::abort(Status reason) {
  const Status status = usable();
  if (status != Status::kOk && state_ != State::kClosing) return status;
  aborted_ = true;
  finish(reason);
  return Status::kOk;
}

Status Stream::set_idle_timeout(loop::Duration timeout) {
  if (const Status status = usable(); status != Status::kOk) return status;
  idle_ = timeout;
  if (state_ == State::kConnecting) return Status::kOk;
  last_in_ = home_.load(std::memory_order_relaxed)->loop().now();
  timer_.cancel();
  arm_idle();
  return Status::kOk;
}

void Stream::arm_idle() {
  if (idle_ <= loop::Duration::zero() || state_ != State::kOpen) return;
  home_.load(std::memory_order_relaxed)->loop().start_at(timer_, last_in_ + idle_);
}

void Stream::on_timer() {
  NetLoop& home = *home_.load(std::memory_order_relaxed);
  switch (state_) {
    case State::kConnecting:
      home.count().dial_failed.add();
      finish(Status::kTimeout);
      break;
    case State::kOpen:
      // Bytes only stamp last_in_; the timer finds out by itself how long is left.
      if (home.loop().now() - last_in_ < idle_) return arm_idle();
      home.count().idle_timeouts.add();
      finish(Status::kTimeout);
      break;
    case State::kClosing:
      aborted_ = true;
      finish(reason_);
      break;
    case State::kLingering:
      delete this;
      return;
    default:
      break;
  }
}

void Stream::on_fd(uint32_t events) {
  if (state_ == State::kMoving || state_ == State::kBridging) return progress();
  if (state_ == State::kConnecting) {
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
    finish_connect();
  }
  const uint32_t read_needs = tls_ ? tls_->read_needs() | EPOLLIN : EPOLLIN;
  const uint32_t write_needs = tls_ ? tls_->write_needs() | EPOLLOUT : EPOLLOUT;
  if ((events & (read_needs | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) readable_ = true;
  if ((events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) end_hint_ = true;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) error_hint_ = true;
  if ((events & (write_needs | EPOLLERR | EPOLLHUP)) != 0 && output_due()) flush();
  progress();
}

void Stream::finish_connect() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  NetLoop& home = *home_.load(std::memory_order_relaxed);
  timer_.cancel();
  if (error != 0) {
    home.count().dial_failed.add();
    finish(connect_status(error));
    return;
  }
  state_ = State::kOpen;
  last_in_ = home.loop().now();
  arm_idle();
  writable_due_ = true;
  after_flush();
}

void Stream::progress() {
  int budget = kStepBudget;
  while (true) {
    switch (state_) {
      case State::kFinished:
        return deliver_close();
      case State::kMoving:
        return depart();
      case State::kLingering:
        return linger_on();
      case State::kOpen:
        if (events_ == nullptr) return;
        if (!step(budget)) return watch();
        break;
      case State::kClosing:
        return watch();
      default:
        return;
    }
  }
}

bool Stream::step(int& budget) {
  if (budget-- == 0) {
    later();
    return false;
  }
  if (writable_due_) {
    writable_due_ = false;
    calling_ = true;
    const Status status = events_->on_writable(*this);
    calling_ = false;
    if (status < Status::kOk) close(status);
    return true;
  }
  if (paused_) return paused_step();
  if (give_unread_) {
    give_unread_ = false;
    if (!in_.empty()) deliver(in_);
    return true;
  }
  if (readable_) {
    read_once();
    return true;
  }
  if (ended_ && !end_told_) {
    tell_end();
    return true;
  }
  return false;
}

bool Stream::paused_step() {
  if (!error_hint_ || ended_ || !in_.empty()) return false;
  // A peek: bytes stay where they are, and hold the end back until resume(). An error is told only once.
  std::byte none{};
  const ssize_t got = ::recv(fd_.get(), &none, 1, MSG_DONTWAIT | MSG_PEEK);
  const int error = got < 0 ? errno : 0;
  if (got > 0 || error == EAGAIN || error == EINTR) return false;
  if (got == 0 && tls_ && !broken_) {
    if (!tls_->drained()) return false;
    read_ended(TlsSession::kTruncated);
  } else {
    read_ended(error);
  }
  return true;
}

void Stream::finish(Status reason) {
  if (state_ == State::kFinished || state_ == State::kLingering) return;
  state_ = State::kFinished;
  reason_ = reason;
  timer_.cancel();
  later();
}

void Stream::deliver_close() {
  NetLoop& home = *home_.load(std::memory_order_relaxed);
  if (reason_ == Status::kReset) home.count().resets.add();
  if (aborted_) {
    reset_on_close(fd_.get());
  } else if (tls_ && !broken_) {
    tls_->end();
  }
  if (StreamEvents* const events = std::exchange(events_, nullptr)) {
    calling_ = true;
    events->on_close(*this, reason_);
    calling_ = false;
  }
  if (!graceful_ || aborted_ || broken_ || ended_) {
    delete this;
    return;
  }
  state_ = State::kLingering;
  std::vector<std::byte>{}.swap(in_);
  tls_.reset();
  if (!shut_done_) ::shutdown(fd_.get(), SHUT_WR);
  home.loop().start(timer_, kLingerForFin);
  watch();
  linger_on();
}

void Stream::linger_on() {
  if (!discard_input()) delete this;
}

}  // namespace junctor::net
